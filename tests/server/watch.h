/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_SERVER_WATCH_H
#define CMTA_TESTS_SERVER_WATCH_H

/* Memory of a server that is looked at for secrets: each block when it is given back, and those
 * that are held when a test asks. */

#include <cmta/settings.h>

#include <stdbool.h>

/* Hands out memory of another allocator, and takes note. One at a time. */
struct cmta_allocator watch_allocator(struct cmta_allocator allocator);

/* What is looked for: a secret as it is, and as the base64 of the line that it came in. */
void watch_for(const char *secret, const char *base64);

/* Whether either is in these octets. */
bool watch_finds(const void *octets, size_t size);

/* Blocks that held it when they were given back. */
unsigned watch_leaks(void);

/* Blocks that hold it now. */
unsigned watch_held(void);

#endif
