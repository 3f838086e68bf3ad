/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_SERVER_PLAIN_CRITERION_H
#define CMTA_TESTS_SERVER_PLAIN_CRITERION_H

/*
 * The harness without Criterion, whose runner cannot start under the thread sanitizer: the
 * assertions that it uses, by the same names. One that does not hold is printed as it is written,
 * and ends the program.
 */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static inline void plain_assert(bool holds, const char *file, int line, const char *what) {
  if (holds)
    return;
  fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, what);
  abort();
}

#define PLAIN_FIRST(first, ...) (first)
#define PLAIN_COMPARE(left, operator, ...)                                                         \
  plain_assert((left) operator PLAIN_FIRST(__VA_ARGS__, 0), __FILE__, __LINE__,                    \
               #left " " #operator" " #__VA_ARGS__)

#define cr_assert(...) plain_assert(PLAIN_FIRST(__VA_ARGS__, 0), __FILE__, __LINE__, #__VA_ARGS__)
#define cr_assert_not_null(...) PLAIN_COMPARE(NULL, !=, __VA_ARGS__)
#define cr_assert_eq(left, ...) PLAIN_COMPARE(left, ==, __VA_ARGS__)
#define cr_assert_neq(left, ...) PLAIN_COMPARE(left, !=, __VA_ARGS__)
#define cr_assert_lt(left, ...) PLAIN_COMPARE(left, <, __VA_ARGS__)
#define cr_assert_gt(left, ...) PLAIN_COMPARE(left, >, __VA_ARGS__)
#define cr_assert_geq(left, ...) PLAIN_COMPARE(left, >=, __VA_ARGS__)

#endif
