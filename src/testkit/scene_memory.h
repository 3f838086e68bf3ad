/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_SCENE_MEMORY_H
#define CMTA_TESTKIT_SCENE_MEMORY_H

/* The memory of a scene: that of its settings, and whether there was enough. */

#include <cmta/settings.h>

struct scene_memory;

/* Memory that `given` allocates, or malloc() where it has no function. NULL without memory. */
struct scene_memory *scene_memory_new(const struct cmta_allocator *given);

/* What the scene's service and session allocate with. Lives as long as a block of it does. */
struct cmta_allocator scene_memory_allocator(struct scene_memory *memory);

/* Whether something could not be allocated. */
bool scene_memory_failed(const struct scene_memory *memory);

/* The scene is over; what a message that was taken has left is freed with that. NULL is ignored. */
void scene_memory_free(struct scene_memory *memory);

#endif
