/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_UNIT_EXACT_H
#define CMTA_TESTS_UNIT_EXACT_H

/* Lines in blocks of memory of exactly their size, so that the address sanitizer sees each byte
 * that is read beyond one; and what else the tests of the grammars share. */

#include <cmta/envelope.h>

/* text and CR LF, no NUL; free `at` when done. */
struct exact {
  char *at;
  size_t length; /* CR LF included */
};

/* A line of a string. */
struct exact exact_line(const char *text);

/* A line of length bytes, which may be NUL. */
struct exact exact_bytes(const char *bytes, size_t length);

/* A string of before, count times one character, and behind; free it. */
char *repeated(const char *before, char character, size_t count, const char *behind);

/* True when the slice has the bytes of the string; NULL stands for the empty one. */
bool slice_is(struct cmta_slice slice, const char *string);

#endif
