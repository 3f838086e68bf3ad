/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_MEMORY_H
#define CMTA_ENGINE_MEMORY_H

/* A session's memory: the application's allocator, and the ceiling that one session may not pass.
 * Blocks know their own size. */

#include <cmta/session.h>

struct memory {
  struct cmta_allocator allocator;
  size_t used;    /* octets held, each block's own bookkeeping counted */
  size_t ceiling; /* octets that may be held; 0: any number */
  size_t reserve; /* of these, octets that are kept for replies and command lines */
};

/* Makes an empty account; an allocator without function means malloc and free. */
struct memory memory_account(const struct cmta_allocator *allocator, size_t ceiling);

/* A zeroed block, aligned for anything, or NULL. */
void *memory_take(struct memory *memory, size_t size);

/* The block with another size, possibly elsewhere, or NULL with the old block untouched. A NULL
 * block is taken; what is new is not zeroed. */
void *memory_resize(struct memory *memory, void *block, size_t size);

/* Gives a block back. NULL is ignored. */
void memory_give(struct memory *memory, void *block);

/* The same for a block that holds a secret: wiped first. */
void memory_wipe(struct memory *memory, void *block);

/* A block counts in another account from now on, of the same allocator. NULL is ignored. */
void memory_move(struct memory *from, struct memory *to, const void *block);

/* A copy of text with a NUL behind it, or NULL. */
char *memory_copy(struct memory *memory, struct cmta_slice text);

/* Makes room for `needed` elements of `size` octets in *block, whose capacity in elements is
   *capacity: grows by doubling where
   there is memory for that, never past `most` unless needed is more (0: no such bound). False
   without memory; then nothing has changed. */
bool memory_grow(struct memory *memory, void **block, size_t *capacity, size_t needed, size_t size,
                 size_t most);

/* The same for replies and command lines, which may have the reserve too. */
bool memory_grow_from_reserve(struct memory *memory, void **block, size_t *capacity, size_t needed,
                              size_t size, size_t most);

#endif
