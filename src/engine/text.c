/* SPDX-License-Identifier: MIT */

/* Strings that settings, hooks and replies name. */

#include "engine/text.h"

#include <string.h>

struct cmta_slice text_slice(const char *text) {
  return (struct cmta_slice){text, text ? strlen(text) : 0};
}

bool text_is_printable(const char *text) {
  for (; *text; text++)
    if (*text < ' ' || *text > '~')
      return false;
  return true;
}

size_t text_size(const char *text) { return text ? strlen(text) + 1 : 0; }

const char *text_copy(const char *text, char **room) {
  char *copy = *room;
  size_t size = text_size(text);
  *room += size;
  return text ? memcpy(copy, text, size) : NULL;
}
