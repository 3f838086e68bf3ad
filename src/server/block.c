/* SPDX-License-Identifier: MIT */

/* The server's own memory. */

#include "server/block.h"

#include <stdlib.h>
#include <string.h>

void *block_resize(const struct cmta_allocator *allocator, void *block, size_t old_size,
                   size_t size) {
  if (allocator->reallocate)
    return allocator->reallocate(allocator->context, block, old_size, size);
  return realloc(block, size);
}

void *block_take(const struct cmta_allocator *allocator, size_t size) {
  void *block = block_resize(allocator, NULL, 0, size);
  if (block)
    memset(block, 0, size);
  return block;
}

void block_give(const struct cmta_allocator *allocator, void *block, size_t size) {
  if (!block)
    return;
  if (allocator->reallocate)
    (void)allocator->reallocate(allocator->context, block, size, 0);
  else
    free(block);
}
