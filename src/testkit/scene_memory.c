/* SPDX-License-Identifier: MIT */

/* The memory of a scene. A hook may have taken a message, whose blocks outlive the scene and are
 * freed by any thread: so each block holds the allocator. */

#include "testkit/scene_memory.h"

#include <stdatomic.h>
#include <stdlib.h>

struct scene_memory {
  struct cmta_allocator given;
  atomic_size_t holders; /* the scene, and each block */
  atomic_bool failed;
};

static void *reallocate_given(const struct cmta_allocator *given, void *pointer, size_t old_size,
                              size_t new_size) {
  if (given->reallocate)
    return given->reallocate(given->context, pointer, old_size, new_size);
  if (new_size)
    return realloc(pointer, new_size);
  free(pointer);
  return NULL;
}

static void *reallocate(void *context, void *pointer, size_t old_size, size_t new_size) {
  struct scene_memory *memory = context;
  void *made = reallocate_given(&memory->given, pointer, old_size, new_size);
  if (!new_size && pointer)
    scene_memory_free(memory);
  else if (new_size && !made)
    memory->failed = true;
  else if (!pointer)
    memory->holders += made != NULL;
  return made;
}

struct scene_memory *scene_memory_new(const struct cmta_allocator *given) {
  struct scene_memory *memory = calloc(1, sizeof *memory);
  if (!memory)
    return NULL;
  memory->given = *given;
  atomic_init(&memory->holders, 1);
  atomic_init(&memory->failed, false);
  return memory;
}

struct cmta_allocator scene_memory_allocator(struct scene_memory *memory) {
  return (struct cmta_allocator){reallocate, memory};
}

bool scene_memory_failed(const struct scene_memory *memory) { return memory->failed; }

void scene_memory_free(struct scene_memory *memory) {
  if (memory && atomic_fetch_sub(&memory->holders, 1) == 1)
    free(memory);
}
