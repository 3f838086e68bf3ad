/* SPDX-License-Identifier: MIT */

/* What exact.h declares. Memory that is not there ends the test. */

#include "exact.h"

#include <stdlib.h>
#include <string.h>

static char *block(size_t size) {
  char *at = malloc(size);
  if (!at)
    abort();
  return at;
}

struct exact exact_bytes(const char *bytes, size_t length) {
  struct exact line = {.at = block(length + 2), .length = length + 2};
  memcpy(line.at, bytes, length);
  memcpy(line.at + length, "\r\n", 2);
  return line;
}

struct exact exact_line(const char *text) {
  return exact_bytes(text, strlen(text));
}

char *repeated(const char *before, char character, size_t count, const char *behind) {
  size_t first = strlen(before);
  char *string = block(first + count + strlen(behind) + 1);
  memcpy(string, before, first);
  memset(string + first, character, count);
  strcpy(string + first + count, behind);
  return string;
}

bool slice_is(struct cmta_slice slice, const char *string) {
  size_t length = string ? strlen(string) : 0;
  return slice.length == length && (length == 0 || memcmp(slice.at, string, length) == 0);
}
