/* SPDX-License-Identifier: MIT */

/* Memory of a server that is looked at for secrets. */

#include "watch.h"

#include <criterion/criterion.h>
#include <string.h>

enum { MOST = 512 };

static struct {
  struct cmta_allocator below;
  const char *secret, *base64;
  struct cmta_slice blocks[MOST];
  unsigned leaks;
} watch;

static bool has(const void *octets, size_t size, const char *text) {
  return text && memmem(octets, size, text, strlen(text));
}

bool watch_finds(const void *octets, size_t size) {
  return has(octets, size, watch.secret) || has(octets, size, watch.base64);
}

void watch_for(const char *secret, const char *base64) {
  watch.secret = secret;
  watch.base64 = base64;
}

unsigned watch_leaks(void) { return watch.leaks; }

unsigned watch_held(void) {
  unsigned count = 0;
  for (size_t i = 0; i < MOST; i++)
    count += watch.blocks[i].at && watch_finds(watch.blocks[i].at, watch.blocks[i].length);
  return count;
}

/* The note of a block, or for NULL a free place. */
static struct cmta_slice *note_of(const void *block) {
  size_t i = 0;
  while (i < MOST && watch.blocks[i].at != (const char *)block)
    i++;
  cr_assert_lt(i, MOST);
  return &watch.blocks[i];
}

/* What a resize leaves behind is given back, too: so each gets a new block. */
static void *reallocate(void *context, void *block, size_t old_size, size_t new_size) {
  const struct cmta_allocator *below = &watch.below;
  (void)context;
  void *made = new_size ? below->reallocate(below->context, NULL, 0, new_size) : NULL;
  if (new_size && !made)
    return NULL;
  if (made) {
    memset(made, 0, new_size);
    *note_of(NULL) = (struct cmta_slice){made, new_size};
  }
  if (!block)
    return made;
  if (made)
    memcpy(made, block, old_size < new_size ? old_size : new_size);
  watch.leaks += watch_finds(block, old_size);
  *note_of(block) = (struct cmta_slice){0};
  below->reallocate(below->context, block, old_size, 0);
  return made;
}

struct cmta_allocator watch_allocator(struct cmta_allocator allocator) {
  watch.below = allocator;
  return (struct cmta_allocator){reallocate, NULL};
}
