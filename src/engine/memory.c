/* SPDX-License-Identifier: MIT */

/* A session's memory, counted. Each block carries its size in front, so that the count is exact
 * whoever allocates. */

#include "engine/memory.h"

#include <stdlib.h>
#include <string.h>

/* What stands in front of each block; as wide as the strictest alignment. */
struct header {
  _Alignas(max_align_t) size_t size; /* of the whole block, header counted */
};

static void *reallocate_by_libc(void *context, void *pointer, size_t old_size, size_t new_size) {
  (void)context;
  (void)old_size;
  if (new_size == 0) {
    free(pointer);
    return NULL;
  }
  return realloc(pointer, new_size);
}

struct memory memory_account(const struct cmta_allocator *allocator, size_t ceiling) {
  struct memory memory = {.allocator = *allocator, .ceiling = ceiling};
  if (!memory.allocator.reallocate)
    memory.allocator.reallocate = reallocate_by_libc;
  return memory;
}

void *memory_take(struct memory *memory, size_t size) {
  void *block = memory_resize(memory, NULL, size);
  return block ? memset(block, 0, size) : NULL;
}

void *memory_resize(struct memory *memory, void *block, size_t size) {
  struct header *old = block ? (struct header *)block - 1 : NULL;
  size_t old_size = old ? old->size : 0;
  if (size > SIZE_MAX - sizeof *old)
    return NULL;
  size_t new_size = size + sizeof *old;
  size_t others = memory->used - old_size;
  size_t most = memory->ceiling - memory->reserve;
  if (memory->ceiling && (new_size > most || others > most - new_size))
    return NULL;
  struct header *made =
      memory->allocator.reallocate(memory->allocator.context, old, old_size, new_size);
  if (!made)
    return NULL;
  made->size = new_size;
  memory->used = others + new_size;
  return made + 1;
}

void memory_give(struct memory *memory, void *block) {
  if (!block)
    return;
  struct header *header = (struct header *)block - 1;
  memory->used -= header->size;
  memory->allocator.reallocate(memory->allocator.context, header, header->size, 0);
}

/* Written so that no compiler takes it for useless. */
static void wipe(void *block, size_t size) {
  volatile unsigned char *at = block;
  while (size--)
    *at++ = 0;
}

void memory_wipe(struct memory *memory, void *block) {
  if (!block)
    return;
  wipe(block, ((struct header *)block - 1)->size - sizeof(struct header));
  memory_give(memory, block);
}

void memory_move(struct memory *from, struct memory *to, const void *block) {
  if (!block)
    return;
  size_t size = ((const struct header *)block - 1)->size;
  from->used -= size;
  to->used += size;
}

char *memory_copy(struct memory *memory, struct cmta_slice text) {
  char *copy = memory_resize(memory, NULL, text.length + 1);
  if (!copy)
    return NULL;
  if (text.length)
    memcpy(copy, text.at, text.length);
  copy[text.length] = '\0';
  return copy;
}

bool memory_grow(struct memory *memory, void **block, size_t *capacity, size_t needed, size_t size,
                 size_t most) {
  if (needed <= *capacity)
    return true;
  size_t wanted = *capacity > needed / 2 ? *capacity * 2 : needed;
  if (most && wanted > most)
    wanted = needed > most ? needed : most;
  if (wanted > SIZE_MAX / size)
    return false;
  void *grown = memory_resize(memory, *block, wanted * size);
  if (!grown && wanted > needed)
    grown = memory_resize(memory, *block, (wanted = needed) * size);
  if (!grown)
    return false;
  *block = grown;
  *capacity = wanted;
  return true;
}

bool memory_grow_from_reserve(struct memory *memory, void **block, size_t *capacity, size_t needed,
                              size_t size, size_t most) {
  size_t reserve = memory->reserve;
  memory->reserve = 0;
  bool grown = memory_grow(memory, block, capacity, needed, size, most);
  memory->reserve = reserve;
  return grown;
}
