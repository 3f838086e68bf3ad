/* SPDX-License-Identifier: MIT */

/* spec/parameter.re: the values that rows of settings.keywords may have. Each is read in memory
 * that ends with its line. */

#include "engine/command.h"

#include "values.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Test(value, an_integer_is_digits_with_a_minus_perhaps) {
  expect_numbers(parameter_integer, (const struct number[]){
                                        {"0", 0},
                                        {"-0", 0},
                                        {"007", 7},
                                        {"-12", -12},
                                        {"9223372036854775807", INT64_MAX},
                                        {"-9223372036854775808", INT64_MIN},
                                        {"-000000000000000000000000001", -1},
                                        {0},
                                    });
}

Test(value, what_does_not_fit_into_an_integer_is_none) {
  expect_no_numbers(parameter_integer,
                    (const char *const[]){"9223372036854775808", "-9223372036854775809",
                                          "18446744073709551616", "99999999999999999999999", NULL});
}

Test(value, what_is_no_number_is_no_integer) {
  expect_no_numbers(parameter_integer, (const char *const[]){"", "-", "--1", "+1", "1-", "1a",
                                                             "0x1", "1.0", "1 ", " 1", NULL});
}

Test(value, xtext_is_decoded) {
  cr_expect(says(parameter_xtext, 0, "abc", "abc"));
  cr_expect(says(parameter_xtext, 0, "a+2Bb+3Dc+20d", "a+b=c d"));
  cr_expect(says(parameter_xtext, 0, "+C3+A4", "\xc3\xa4"));
  cr_expect(says(parameter_xtext, 0, "!~<>*,", "!~<>*,"));
  cr_expect(says(parameter_xtext, 0, "+FF+0A", "\xff\n"));
}

Test(value, malformed_xtext_is_refused) {
  static const char *const texts[] = {"",    "+",   "+4",   "a+4",   "+4g",   "+2b",   "++2B",
                                      "a=b", "a b", "\x80", "+\x80", "a\x7f", "a\x01", NULL};
  for (const char *const *text = texts; *text; text++)
    cr_expect(says(parameter_xtext, 0, *text, NULL), "%s", *text);
}

Test(value, a_mailbox_comes_as_xtext) {
  cr_expect(says(parameter_mailbox, 2, "a@example.com", "a@example.com"));
  cr_expect(says(parameter_mailbox, 2, "a+2Bb@example.com", "a+b@example.com"));
  cr_expect(says(parameter_mailbox, 2, "+22a+20b+22@[192.0.2.1]", "\"a b\"@[192.0.2.1]"));
}

Test(value, what_is_no_mailbox_is_refused) {
  static const char *const texts[] = {
      "",         "a",        "@example.com",  "a@",        "a@b.",       "a.@b",
      "<a@b>",    "a@b,c@d",  "a+20b@c",       "a@b+0D+0A", "a@b+0D+0Ac", "a@b+00",
      "+C3+A4@b", "a@+C3+A4", "a@[300.0.2.1]", "a@b+0A",    NULL};
  for (const char *const *text = texts; *text; text++)
    cr_expect(says(parameter_mailbox, 2, *text, NULL), "%s", *text);
}

Test(value, a_mailbox_keeps_the_limits_of_its_parts) {
  char *longest = repeated("", 'a', 64, "@b"), *longer = repeated("", 'a', 65, "@b");
  cr_expect(says(parameter_mailbox, 2, longest, longest));
  cr_expect(says(parameter_mailbox, 2, longer, NULL));
  free(longest);
  free(longer);
}

Test(value, a_word_is_one_of_its_list_in_any_case_of_letters) {
  static const char *const words[] = {"low", "NORMAL", "lower", NULL};
  int64_t index;
  cr_expect(parameter_word((struct cmta_slice){"LOW", 3}, words, &index));
  cr_expect_eq(index, 0);
  cr_expect(parameter_word((struct cmta_slice){"lower", 5}, words, &index));
  cr_expect_eq(index, 2);
  cr_expect(parameter_word((struct cmta_slice){"normalx", 6}, words, &index));
  cr_expect_eq(index, 1);
  cr_expect_not(parameter_word((struct cmta_slice){"lo", 2}, words, &index));
  cr_expect_not(parameter_word((struct cmta_slice){"", 0}, words, &index));
  cr_expect_not(parameter_word((struct cmta_slice){"lowest", 6}, words, &index));
}

Test(value, a_date_time_is_seconds_since_1970) {
  expect_numbers(parameter_date_time,
                 (const struct number[]){
                     {"1970-01-01T00:00:00Z", 0},
                     {"1970-01-01t00:00:01z", 1},
                     {"1969-12-31T23:59:59Z", -1},
                     {"1970-01-01T01:00:00+01:00", 0},
                     {"1969-12-31T18:30:00-05:30", 0},
                     {"1970-01-01T00:00:00-00:00", 0},
                     {"1985-04-12T23:20:50.52Z", 482196050},
                     {"1996-12-19T16:39:57-08:00", 851042397},
                     {"2000-02-29T12:00:00Z", 951825600},
                     {"2024-02-29T00:00:00Z", 1709164800},
                     {"2024-03-01T00:00:00Z", 1709251200},
                     {"2026-11-22T22:00:00.999999999999999999999Z", 1795384800},
                     {"2038-01-19T03:14:08Z", 2147483648},
                     {"2100-02-28T23:59:59Z", 4107542399},
                     {"2100-03-01T00:00:00Z", 4107542400},
                     {"0000-01-01T00:00:00Z", -62167219200},
                     {"0000-02-29T00:00:00Z", -62162121600},
                     {"0000-03-01T00:00:00Z", -62162035200},
                     {"9999-12-31T23:59:59Z", 253402300799},
                     {0},
                 });
}

Test(value, a_leap_second_ends_a_day_of_utc) {
  expect_numbers(parameter_date_time, (const struct number[]){
                                          {"1990-12-31T23:59:60Z", 662688000},
                                          {"1990-12-31T15:59:60-08:00", 662688000},
                                          {"1991-01-01T00:29:60.5+00:30", 662688000},
                                          {0},
                                      });
  expect_no_numbers(parameter_date_time,
                    (const char *const[]){"1990-12-31T23:58:60Z", "1990-12-31T23:59:60-08:00",
                                          "1990-12-31T23:59:61Z", NULL});
}

Test(value, a_day_that_does_not_exist_is_no_date_time) {
  expect_no_numbers(parameter_date_time,
                    (const char *const[]){"2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
                                          "1900-02-29T00:00:00Z", "2024-02-30T00:00:00Z",
                                          "2026-04-31T00:00:00Z", "2026-06-31T00:00:00Z",
                                          "2026-09-31T00:00:00Z", "2026-11-31T00:00:00Z",
                                          "2026-01-32T00:00:00Z", "2026-01-00T00:00:00Z",
                                          "2026-00-01T00:00:00Z", "2026-13-01T00:00:00Z", NULL});
}

Test(value, what_is_not_written_as_rfc_3339_says_is_no_date_time) {
  expect_no_numbers(parameter_date_time, (const char *const[]){"",
                                                               "2026-11-22",
                                                               "2026-11-22T22:00Z",
                                                               "2026-11-22T22:00:00",
                                                               "2026-11-22 22:00:00Z",
                                                               "2026-11-22_22:00:00Z",
                                                               "26-11-22T22:00:00Z",
                                                               "2026-1-22T22:00:00Z",
                                                               "2026-11-22T24:00:00Z",
                                                               "2026-11-22T22:60:00Z",
                                                               "2026-11-22T22:00:00.Z",
                                                               "2026-11-22T22:00:00,5Z",
                                                               "2026-11-22T22:00:00+24:00",
                                                               "2026-11-22T22:00:00+01:60",
                                                               "2026-11-22T22:00:00+0100",
                                                               "2026-11-22T22:00:00+01",
                                                               "2026-11-22T22:00:00ZZ",
                                                               "+2026-11-22T22:00:00Z",
                                                               "20261122T220000Z",
                                                               "2026-11-22T22:00:00Z ",
                                                               NULL});
}

/* Every day of eight centuries, against counting them one by one. */
Test(value, days_are_counted_as_the_calendar_has_them) {
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int64_t day = -135140, number; /* 1600-01-01 */
  for (int year = 1600; year < 2400; year++)
    for (int month = 0; month < 12; month++) {
      bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
      int last = lengths[month] + (month == 1 && leap);
      for (int date = 1; date <= 31; date++) {
        char text[64];
        snprintf(text, sizeof text, "%04d-%02d-%02dT00:00:00Z", year, month + 1, date);
        cr_assert_eq(read_number(parameter_date_time, text, &number), date <= last, "%s", text);
        if (date <= last)
          cr_assert_eq(number, day++ * 86400, "%s", text);
      }
    }
}
