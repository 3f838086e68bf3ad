/* SPDX-License-Identifier: MIT */
/* Files in memory; see shelf.h. A map is a copy, so that nothing but read() and map() shows what a
 * file holds. Ended files stay, to be recognized. */
#include "shelf.h"

#include <stdlib.h>
#include <string.h>

struct shelf_file {
  struct shelf_file *next;
  struct text bytes;
  char *map;
  bool over;
};

/* Counts a call; whether it must fail. */
static bool must_fail(struct shelf *shelf, enum store_function function) {
  shelf->calls[function]++;
  return shelf->fails_from && shelf->fails == function &&
         shelf->calls[function] >= shelf->fails_from;
}

static bool is_open(struct shelf *shelf, const struct shelf_file *file) {
  shelf->misused = shelf->misused || file->over;
  return !file->over;
}

static void *shelf_begin(void *context) {
  struct shelf *shelf = context;
  if (must_fail(shelf, STORE_BEGIN))
    return NULL;
  struct shelf_file *file = calloc(1, sizeof *file);
  if (file == NULL)
    abort();
  file->next = shelf->files;
  shelf->files = file;
  shelf->begun++;
  return file;
}

static int shelf_append(void *context, void *opened, const void *bytes, size_t length) {
  struct shelf_file *file = opened;
  if (!is_open(context, file) || must_fail(context, STORE_APPEND))
    return -1;
  text_append(&file->bytes, bytes, length);
  return 0;
}

static int shelf_read(void *context, void *opened, uint64_t offset, void *buffer, size_t length) {
  struct shelf_file *file = opened;
  if (!is_open(context, file) || must_fail(context, STORE_READ) || offset > file->bytes.length ||
      length > file->bytes.length - offset)
    return -1;
  memcpy(buffer, file->bytes.at + offset, length);
  return 0;
}

static const char *shelf_map(void *context, void *opened, size_t length) {
  struct shelf_file *file = opened;
  if (!is_open(context, file) || must_fail(context, STORE_MAP) || length != file->bytes.length)
    return NULL;
  if (file->map == NULL)
    file->map = malloc(length);
  if (file->map == NULL)
    abort();
  return memcpy(file->map, file->bytes.at, length);
}

static void shelf_end(void *context, void *opened) {
  struct shelf *shelf = context;
  struct shelf_file *file = opened;
  if (!is_open(shelf, file))
    return;
  shelf->ended++;
  file->over = true;
  free(file->map);
  file->map = NULL;
  text_clear(&file->bytes);
}

struct cmta_store shelf_store(struct shelf *shelf, const struct dialogue *dialogue) {
  shelf->fails = dialogue->store_fails;
  shelf->fails_from = dialogue->store_fails_from;
  return (struct cmta_store){.begin = shelf_begin,
                             .append = shelf_append,
                             .read = shelf_read,
                             .map = shelf_map,
                             .end = shelf_end,
                             .context = shelf};
}

void shelf_clear(struct shelf *shelf) {
  while (shelf->files != NULL) {
    struct shelf_file *file = shelf->files;
    shelf->files = file->next;
    free(file->map);
    text_clear(&file->bytes);
    free(file);
  }
}
