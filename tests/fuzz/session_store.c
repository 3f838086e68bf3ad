/* SPDX-License-Identifier: MIT */
/* Files in memory; see session_store.h. */
#include "fuzz/session_store.h"

#include <stdlib.h>
#include <string.h>

struct file {
  char *bytes;
  size_t length;
};

static void *file_begin(void *context) {
  (void)context;
  return calloc(1, sizeof(struct file));
}

static int file_append(void *context, void *opened, const void *bytes, size_t length) {
  struct file *file = opened;
  (void)context;
  char *grown = realloc(file->bytes, file->length + length);
  if (!grown)
    return -1;
  memcpy(grown + file->length, bytes, length);
  file->bytes = grown;
  file->length += length;
  return 0;
}

static int file_read(void *context, void *opened, uint64_t offset, void *buffer, size_t length) {
  const struct file *file = opened;
  (void)context;
  if (offset > file->length || length > file->length - offset)
    return -1;
  memcpy(buffer, file->bytes + offset, length);
  return 0;
}

static const char *file_map(void *context, void *opened, size_t length) {
  const struct file *file = opened;
  (void)context;
  return length == file->length ? file->bytes : NULL;
}

static void file_end(void *context, void *opened) {
  struct file *file = opened;
  (void)context;
  free(file->bytes);
  free(file);
}

struct cmta_store session_store(void) {
  return (struct cmta_store){file_begin, file_append, file_read, file_map, file_end, NULL};
}

bool session_store_reads(const struct cmta_message *message) {
  struct cmta_slice slice;
  uint64_t position = 0;
  int more;
  do
    more = cmta_message_next(message, &position, &slice);
  while (more > 0);
  return more == CMTA_E_STATE || (more == 0 && position == cmta_message_size(message));
}
