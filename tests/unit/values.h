/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_UNIT_VALUES_H
#define CMTA_TESTS_UNIT_VALUES_H

/* Tables of values: each is read in memory that ends with its line, and what is decoded goes into
 * just the room that is promised. */

#include "exact.h"

#include <stdint.h>

/* A value, and the number that it stands for; a row without text is the last. */
struct number {
  const char *text;
  int64_t number;
};

typedef bool number_reader(struct cmta_slice value, int64_t *number);
typedef size_t text_reader(struct cmta_slice value, char *text);

/* Every row is read as its number. */
void expect_numbers(number_reader *read, const struct number *rows);

/* None of these is read; NULL is behind the last. */
void expect_no_numbers(number_reader *read, const char *const *texts);

/* True when the value is a number. */
bool read_number(number_reader *read, const char *text, int64_t *number);

/* True when the value says wanted; NULL: when it is refused. Room has `more` octets more than the
 * value. */
bool says(text_reader *read, size_t more, const char *text, const char *wanted);

#endif
