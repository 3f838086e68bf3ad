/* SPDX-License-Identifier: MIT */

#include "values.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bool read_number(number_reader *read, const char *text, int64_t *number) {
  struct exact line = exact_line(text);
  bool valid = read((struct cmta_slice){.at = line.at, .length = strlen(text)}, number);
  free(line.at);
  return valid;
}

void expect_numbers(number_reader *read, const struct number *rows) {
  for (; rows->text; rows++) {
    int64_t number = 0;
    cr_expect(read_number(read, rows->text, &number), "%s", rows->text);
    cr_expect_eq(number, rows->number, "%s is %" PRId64, rows->text, number);
  }
}

void expect_no_numbers(number_reader *read, const char *const *texts) {
  int64_t number = 0;
  for (; *texts; texts++)
    cr_expect_not(read_number(read, *texts, &number), "%s", *texts);
}

bool says(text_reader *read, size_t more, const char *text, const char *wanted) {
  struct exact line = exact_line(text);
  char *room = malloc(strlen(text) + more + !strlen(text));
  cr_assert_not_null(room);
  struct cmta_slice said = {room, read((struct cmta_slice){line.at, strlen(text)}, room)};
  bool right = wanted ? slice_is(said, wanted) : said.length == 0;
  free(room);
  free(line.at);
  return right;
}
