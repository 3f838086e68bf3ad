/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_BLOCK_H
#define CMTA_SERVER_BLOCK_H

/* The server's own memory, from the application's allocator. What a session holds is the engine's
 * and not counted here. */

#include <cmta/session.h>

/* A zeroed block of size octets, or NULL. The caller gives it back with the same size. */
void *block_take(const struct cmta_allocator *allocator, size_t size);

/* A block of old_size octets with another size, or NULL with the old one untouched. block may be
   NULL with old_size 0. What is new is not zeroed. */
void *block_resize(const struct cmta_allocator *allocator, void *block, size_t old_size,
                   size_t size);

/* Gives a block of size octets back. NULL is ignored. */
void block_give(const struct cmta_allocator *allocator, void *block, size_t size);

#endif
