/* SPDX-License-Identifier: MIT */

/* Octets that grow. */

#include "testkit/octets.h"

#include <stdlib.h>
#include <string.h>

static bool reserve(struct octets *text, size_t length) {
  if (length < text->size)
    return true;
  size_t size = length + length / 2 + 64;
  char *at = realloc(text->at, size);
  if (!at)
    return false;
  text->at = at;
  text->size = size;
  return true;
}

bool octets_add(struct octets *text, const void *bytes, size_t length) {
  if (length > SIZE_MAX / 4 || !reserve(text, text->length + length))
    return false;
  if (length)
    memcpy(text->at + text->length, bytes, length);
  text->length += length;
  text->at[text->length] = '\0';
  return true;
}

bool octets_add_string(struct octets *text, const char *string) {
  return octets_add(text, string, strlen(string));
}

void octets_drop(struct octets *text, size_t length) {
  if (length == 0)
    return;
  text->length -= length;
  memmove(text->at, text->at + length, text->length + 1);
}

const char *octets_string(const struct octets *text) { return text->at ? text->at : ""; }

void octets_free(struct octets *text) {
  free(text->at);
  *text = (struct octets){0};
}
