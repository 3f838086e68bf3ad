/* SPDX-License-Identifier: MIT */

/* Slices beside strings. */

#include <cmta/envelope.h>

#include "engine/ascii.h"

#include <string.h>

bool cmta_slice_is(struct cmta_slice slice, const char *text) {
  size_t length = strlen(text);
  return slice.length == length && (length == 0 || memcmp(slice.at, text, length) == 0);
}

bool cmta_slice_is_word(struct cmta_slice slice, const char *word) {
  return slice.length == strlen(word) && ascii_equal(slice.at, word, slice.length);
}
