/* SPDX-License-Identifier: MIT */

/* strncasecmp() is no part of C and follows the locale, so that a Turkish one has no "MAIL". */

#include "engine/ascii.h"

static char upper(char c) { return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c; }

bool ascii_equal(const char *a, const char *b, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (upper(a[i]) != upper(b[i]))
      return false;
  return true;
}

bool ascii_same(struct cmta_slice one, struct cmta_slice other) {
  return one.length == other.length && ascii_equal(one.at, other.at, one.length);
}

bool ascii_is_letter(char octet) { return upper(octet) >= 'A' && upper(octet) <= 'Z'; }
