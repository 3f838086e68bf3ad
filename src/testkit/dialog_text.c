/* SPDX-License-Identifier: MIT */

/* Bytes that grow. */

#include "testkit/dialog_text.h"

#include <stdlib.h>
#include <string.h>

static bool reserve(struct dialog_text *text, size_t length) {
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

bool dialog_text_add(struct dialog_text *text, const void *bytes, size_t length) {
  if (length > SIZE_MAX / 4 || !reserve(text, text->length + length))
    return false;
  if (length)
    memcpy(text->at + text->length, bytes, length);
  text->length += length;
  text->at[text->length] = '\0';
  return true;
}

bool dialog_text_add_string(struct dialog_text *text, const char *string) {
  return dialog_text_add(text, string, strlen(string));
}

void dialog_text_drop(struct dialog_text *text, size_t length) {
  if (length == 0)
    return;
  text->length -= length;
  memmove(text->at, text->at + length, text->length + 1);
}

const char *dialog_text_string(const struct dialog_text *text) { return text->at ? text->at : ""; }

void dialog_text_free(struct dialog_text *text) {
  free(text->at);
  *text = (struct dialog_text){0};
}
