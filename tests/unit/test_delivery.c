/* SPDX-License-Identifier: MIT */

/* Values of parameters that ask something of the delivery: spec/parameter.re. Those of DSN are
 * test_dsn.c's. */

#include "engine/command.h"

#include "values.h"

#include <criterion/criterion.h>

static bool read_priority(struct cmta_slice value, int64_t *number) {
  int priority = 0;
  bool valid = parameter_priority(value, &priority);
  *number = priority;
  return valid;
}

/* R is 2000000000 more than the seconds, T 4000000000 more. */
static bool read_by(struct cmta_slice value, int64_t *number) {
  struct cmta_deliver_by by = {0};
  bool valid = parameter_deliver_by(value, &by);
  *number = by.seconds + (by.mode == CMTA_BY_RETURN ? INT64_C(2000000000) : 0) +
            (by.trace ? INT64_C(4000000000) : 0);
  return valid;
}

static bool read_since_reject(struct cmta_slice value, int64_t *number) {
  struct cmta_valid_since valid = {0};
  bool right = parameter_valid_since(value, &valid) && valid.action == CMTA_RRVS_REJECT;
  *number = valid.since;
  return right;
}

static bool read_since_continue(struct cmta_slice value, int64_t *number) {
  struct cmta_valid_since valid = {0};
  bool right = parameter_valid_since(value, &valid) && valid.action == CMTA_RRVS_CONTINUE;
  *number = valid.since;
  return right;
}

static bool read_since(struct cmta_slice value, int64_t *number) {
  struct cmta_valid_since valid = {0};
  (void)number;
  return parameter_valid_since(value, &valid);
}

Test(by, is_a_time_with_a_mode) {
  expect_numbers(read_by, (const struct number[]){
                              {"0;N", 0},
                              {"-0;N", 0},
                              {"+0;n", 0},
                              {"-999999999;N", -999999999},
                              {"999999999;N", 999999999},
                              {"000000001;R", 2000000001},
                              {"1;R", 2000000001},
                              {"+999999999;r", 2999999999},
                              {"125;RT", 6000000125},
                              {"+22;NT", 4000000022},
                              {"-5;nt", 3999999995},
                              {0},
                          });
  expect_no_numbers(read_by, (const char *const[]){"",
                                                   ";",
                                                   ";N",
                                                   "5",
                                                   "5;",
                                                   "N",
                                                   "5;X",
                                                   "0;R",
                                                   "-0;R",
                                                   "-1;R",
                                                   "+0;RT",
                                                   "1000000000;N",
                                                   "-1000000000;N",
                                                   "0000000001;R",
                                                   "+-5;N",
                                                   "--5;N",
                                                   "5;NR",
                                                   "5;TN",
                                                   "5;NTT",
                                                   "5;T",
                                                   "5;;",
                                                   "5;0",
                                                   "-10;RT",
                                                   "5;N;T",
                                                   "5,N",
                                                   "5.0;N",
                                                   "0x5;N",
                                                   "+;N",
                                                   "5 ;N",
                                                   NULL});
}

Test(holdfor, is_1_to_999999999) {
  expect_numbers(
      parameter_hold_for,
      (const struct number[]){{"1", 1}, {"604800", 604800}, {"999999999", 999999999}, {0}});
  expect_no_numbers(parameter_hold_for,
                    (const char *const[]){"", "0", "00", "01", "-1", "+1", "1000000000",
                                          "9999999999", "1.5", "1s", "a", "1;", "PT1H", NULL});
}

Test(holduntil, is_a_date_time_in_utc) {
  expect_numbers(parameter_hold_until, (const struct number[]){
                                           {"2079-11-20T05:00:00Z", 3467682000},
                                           {"2079-11-20t05:00:00z", 3467682000},
                                           {"2001-09-09T01:46:40.75Z", 1000000000},
                                           {"2001-09-09T01:46:40.999999999Z", 1000000000},
                                           {"2001-09-09T01:46:40+00:00", 1000000000},
                                           {"2001-09-09T01:46:40-00:00", 1000000000},
                                           {"1990-12-31T23:59:60Z", 662688000},
                                           {"2024-02-29T00:00:00Z", 1709164800},
                                           {"9999-12-31T23:59:59Z", 253402300799},
                                           {0},
                                       });
  expect_no_numbers(parameter_hold_until,
                    (const char *const[]){"", "2001-09-09T01:46:40", "2001-09-09T02:46:40+01:00",
                                          "2001-09-09T01:46:40+00:01", "2001-09-09T01:46:40-08:00",
                                          "01-09-09T01:46:40Z", "20010909T014640Z", "2001-09-09",
                                          "2023-02-29T00:00:00Z", "1990-12-31T22:59:60Z",
                                          "2001-09-09T24:00:00Z", "2001-09-09T01:46:40ZZ",
                                          "2001-09-09T01:46:40.Z", "1000000000", NULL});
}

Test(mt_priority, is_minus_9_to_9) {
  expect_numbers(read_priority, (const struct number[]){
                                    {"0", 0}, {"1", 1}, {"9", 9}, {"-1", -1}, {"-9", -9}, {0}});
  expect_no_numbers(read_priority,
                    (const char *const[]){"", "-", "+1", "-0", "00", "01", "-01", "10", "-10", "99",
                                          "--1", "1.", "1a", "a", "9 ", NULL});
}

Test(rrvs, is_a_date_time_and_perhaps_an_action) {
  expect_numbers(read_since_reject, (const struct number[]){
                                        {"2014-04-03T23:01:00Z", 1396566060},
                                        {"2014-04-03T23:01:00Z;R", 1396566060},
                                        {"2014-04-03t23:01:00z;r", 1396566060},
                                        {"2003-07-01T10:52:37+02:00;R", 1057049557},
                                        {"1990-12-31T15:59:60-08:00", 662688000},
                                        {"1969-12-31T23:59:59Z", -1},
                                        {0},
                                    });
  expect_numbers(read_since_continue, (const struct number[]){
                                          {"1997-11-24T14:22:01-08:00;C", 880410121},
                                          {"2014-04-03T23:01:00Z;c", 1396566060},
                                          {0},
                                      });
  expect_no_numbers(
      read_since, (const char *const[]){"", ";C", "2014-04-03", "2014-04-03T23:01:00",
                                        "2014-04-03T23:01:00.0Z", "2014-04-03T23:01:00.5+01:00;C",
                                        "2014-04-03T23:01:00Z;", "2014-04-03T23:01:00Z;X",
                                        "2014-04-03T23:01:00Z;CR", "2014-04-03T23:01:00ZZ",
                                        "2014-04-03T23:01:00Z;C;R", "2014-04-03T23:01:00ZC",
                                        "2014-04-03T23:01:00Z,C", "2014-04-31T23:01:00Z",
                                        "2014-04-03T23:01:60Z", "2014-04-03T23:01:00+24:00", NULL});
}
