/* SPDX-License-Identifier: MIT */

/* The form of an enhanced status code. */

#include "testkit/enhanced.h"

#include <string.h>

static bool is_digit(char octet) { return octet >= '0' && octet <= '9'; }

/* Digits at *at, so many at most; how many. */
static size_t digits(struct cmta_slice text, size_t at, size_t most) {
  size_t count = 0;
  while (at + count < text.length && count <= most && is_digit(text.at[at + count]))
    count++;
  return count <= most ? count : 0;
}

bool is_enhanced(struct cmta_slice text) {
  if (text.length < 5 || !strchr("245", text.at[0]) || text.at[1] != '.')
    return false;
  size_t subject = digits(text, 2, 3), dot = 2 + subject;
  if (subject == 0 || dot >= text.length || text.at[dot] != '.')
    return false;
  size_t detail = digits(text, dot + 1, 3);
  return detail > 0 && dot + 1 + detail == text.length;
}
