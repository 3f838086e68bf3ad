/* SPDX-License-Identifier: MIT */

/* spec/parameter.re: how the parameters of MAIL and RCPT are told apart, and their typed values. */

#include "engine/command.h"

#include "exact.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Parameters, and what parameter_next() shall return for each call: "KEYWORD" or "KEYWORD=value",
 * then NULL, then last. */
struct row {
  const char *text;
  int last; /* 0: the end; -1: malformed */
  const char *wanted[4];
  unsigned manner;
};

/* True when parameter is as wanted says. */
static bool parameter_is(const struct cmta_parameter *parameter, const char *wanted) {
  char *joined = repeated("", 0, parameter->keyword.length + parameter->value.length + 2, "");
  memcpy(joined, parameter->keyword.at, parameter->keyword.length);
  if (parameter->has_value) {
    joined[parameter->keyword.length] = '=';
    memcpy(joined + parameter->keyword.length + 1, parameter->value.at, parameter->value.length);
  }
  bool same = strcmp(joined, wanted) == 0;
  free(joined);
  return same;
}

static void expect_row(const struct row *row) {
  struct exact line = exact_line(row->text);
  struct cmta_slice rest = {.at = line.at, .length = line.length - 2};
  struct cmta_parameter parameter;
  for (size_t i = 0; row->wanted[i]; i++) {
    cr_assert_eq(parameter_next(&rest, row->manner, &parameter), 1, "%s: %s", row->text,
                 row->wanted[i]);
    cr_expect(parameter_is(&parameter, row->wanted[i]), "%s: %s", row->text, row->wanted[i]);
  }
  cr_expect_eq(parameter_next(&rest, row->manner, &parameter), row->last, "end of %s", row->text);
  free(line.at);
}

/* Checks rows up to the one without a text. */
static void expect_rows(const struct row *rows) {
  for (; rows->text; rows++)
    expect_row(rows);
}

Test(parameter, keywords_come_with_and_without_a_value) {
  expect_rows((const struct row[]){
      {" SIZE=1000", .wanted = {"SIZE=1000"}},
      {" SMTPUTF8", .wanted = {"SMTPUTF8"}},
      {" a", .wanted = {"a"}},
      {" BODY=8BITMIME size=1 X-y", .wanted = {"BODY=8BITMIME", "size=1", "X-y"}},
      {" 8=b", .wanted = {"8=b"}},
      {0},
  });
}

Test(parameter, nothing_and_blanks_are_the_end) {
  expect_rows((const struct row[]){{"", .last = 0}, {" ", .last = 0}, {"   ", .last = 0}, {0}});
}

Test(parameter, no_memory_at_all_is_the_end) {
  struct cmta_slice rest = {0};
  struct cmta_parameter parameter;
  cr_expect_eq(parameter_next(&rest, 0, &parameter), 0);
}

Test(parameter, several_blanks_part_as_one_does) {
  expect_rows((const struct row[]){
      {"   A   B=c  ", .wanted = {"A", "B=c"}},
      {0},
  });
}

Test(parameter, a_keyword_is_letters_digits_and_later_hyphens) {
  expect_rows((const struct row[]){
      {" MT-PRIORITY=3", .wanted = {"MT-PRIORITY=3"}},
      {" A-", .wanted = {"A-"}},
      {" -A", .last = -1},
      {" VERY_LONG=x", .last = -1},
      {" A/B", .last = -1},
      {" \xc3\xa4=x", .last = -1, .manner = COMMAND_UTF8},
      {0},
  });
}

Test(parameter, a_value_is_not_empty_and_has_no_equals_sign) {
  expect_rows((const struct row[]){
      {" FOO=", .last = -1},
      {" FOO= x", .last = -1},
      {" =x", .last = -1},
      {" FOO==", .last = -1},
      {" FOO=a=b", .last = -1},
      {" A FOO=", .last = -1, .wanted = {"A"}},
      {" AUTH=<> ENVID=a+3Db!~<>;", .wanted = {"AUTH=<>", "ENVID=a+3Db!~<>;"}},
      {0},
  });
}

Test(parameter, parameters_hold_no_control_bytes) {
  expect_rows((const struct row[]){
      {"\tA", .last = -1},
      {" A\tB", .last = -1},
      {" A=\x7f", .last = -1},
      {" A=b\x01", .last = -1},
      {" A\rB", .last = -1},
      {" A=b\nC", .last = -1},
      {0},
  });
}

Test(parameter, what_begins_without_a_blank_is_malformed) {
  expect_rows((const struct row[]){{"A=b", .last = -1}, {">", .last = -1}, {0}});
}

Test(parameter, values_beyond_ascii_need_smtputf8_and_well_formed_utf8) {
  expect_rows((const struct row[]){
      {" A=\xc3\xa4", .last = -1},
      {" A=\xc3\xa4 B", .wanted = {"A=\xc3\xa4", "B"}, .manner = COMMAND_UTF8},
      {" A=\xf4\x8f\xbf\xbf", .wanted = {"A=\xf4\x8f\xbf\xbf"}, .manner = COMMAND_UTF8},
      {" A=\xc3", .last = -1, .manner = COMMAND_UTF8},
      {" A=\xc0\xaf", .last = -1, .manner = COMMAND_UTF8},
      {" A=\xed\xa0\x80", .last = -1, .manner = COMMAND_UTF8},
      {" A=\xf4\x90\x80\x80", .last = -1, .manner = COMMAND_UTF8},
      {0},
  });
}

/* Reads the value of text's only parameter as a size, in memory that ends with the line. */
static bool size_of(const char *text, uint64_t *octets) {
  struct exact line = exact_line(text);
  bool valid = parameter_size((struct cmta_slice){.at = line.at, .length = strlen(text)}, octets);
  free(line.at);
  return valid;
}

Test(parameter, a_size_is_one_to_twenty_digits) {
  static const struct {
    const char *text;
    uint64_t octets;
  } rows[] = {{"0", 0},
              {"1000", 1000},
              {"0000000000000000007", 7},
              {"18446744073709551614", UINT64_MAX - 1},
              {"18446744073709551615", UINT64_MAX}};
  uint64_t octets = 1;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cr_expect(size_of(rows[i].text, &octets), "%s", rows[i].text);
    cr_expect_eq(octets, rows[i].octets, "%s is %" PRIu64, rows[i].text, octets);
  }
}

Test(parameter, a_size_too_great_to_count_is_the_greatest) {
  static const char *const texts[] = {"18446744073709551616", "18446744073709551625",
                                      "99999999999999999999"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    uint64_t octets = 0;
    cr_expect(size_of(texts[i], &octets), "%s", texts[i]);
    cr_expect_eq(octets, UINT64_MAX, "%s is %" PRIu64, texts[i], octets);
  }
}

Test(parameter, what_is_no_number_is_no_size) {
  static const char *const texts[] = {"",     "-1", "+1",  "1k",
                                      "0x10", "1 ", "1.0", "123456789012345678901"};
  uint64_t octets;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    cr_expect_not(size_of(texts[i], &octets), "%s", texts[i]);
}

/* The same for a body. */
static bool body_of(const char *text, enum cmta_body_type *body) {
  struct exact line = exact_line(text);
  bool valid = parameter_body((struct cmta_slice){.at = line.at, .length = strlen(text)}, body);
  free(line.at);
  return valid;
}

Test(parameter, a_body_is_7bit_8bitmime_or_binarymime_in_any_case_of_letters) {
  enum cmta_body_type body = CMTA_BODY_8BITMIME;
  cr_expect(body_of("7BIT", &body));
  cr_expect_eq(body, CMTA_BODY_7BIT);
  cr_expect(body_of("8bitMime", &body));
  cr_expect_eq(body, CMTA_BODY_8BITMIME);
  cr_expect(body_of("BinaryMIME", &body));
  cr_expect_eq(body, CMTA_BODY_BINARYMIME);
}

Test(parameter, any_other_body_is_refused) {
  static const char *const texts[] = {"", "7", "7BITS", "8BIT", "8BITMIM", "BINARYMIMES", "7BIT "};
  enum cmta_body_type body;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    cr_expect_not(body_of(texts[i], &body), "%s", texts[i]);
}
