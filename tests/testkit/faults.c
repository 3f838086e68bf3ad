/* SPDX-License-Identifier: MIT */

/* What a client meets on the wire, each action of a plan alone, octet for octet, in virtual time.
 */

#include "raw.h"

#include <criterion/criterion.h>
#include <criterion/logging.h>
#include <string.h>

/* How it goes on behind what is heard. */
enum then { OPEN, CLOSED, RESET };

static const struct row {
  const char *fault;
  double silence; /* seconds in which nothing is heard, less a moment */
  const char *heard;
  enum then then;
} rows[] = {
    {"noop: reply 450 4.2.1 \"a\nb\"", 0, "450-4.2.1 a\r\n450 4.2.1 b\r\n", OPEN},
    {"noop: reply 421 4.3.2 Enough", 0, "421 4.3.2 Enough\r\n", CLOSED},
    {"any command 2: reply 421 4.3.2 Enough", 0, "421 4.3.2 Enough\r\n", CLOSED},
    {"noop: delay 299", 299, "250 2.0.0 Ok\r\n", OPEN},
    {"noop: close", 0, "", CLOSED},
    {"noop: reset", 0, "", RESET},
    {"noop: half-close", 0, "", CLOSED},
    {"noop: cut 2", 0, "25", CLOSED},
    {"noop: first-line", 0, "250-2.0.0 Ok\r\n", OPEN},
    {"noop: garbage \"\\x01?\"", 0, "\x01?\r\n", OPEN},
};

static void meet(const struct row *row, struct cmta_kit *kit, struct raw *raw) {
  raw_send(raw, "NOOP\r\n");
  cr_assert_eq(cmta_kit_advance(kit, 0), 0);
  if (row->silence > 0) {
    cr_assert_eq(cmta_kit_advance(kit, row->silence - 0.5), 0);
    raw_expect_nothing(raw);
    cr_assert_eq(cmta_kit_advance(kit, 0.5), 0);
  }
  raw_hear(raw, row->heard);
}

Test(faults, each_is_met_as_planned, .timeout = 60) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct cmta_kit *kit = raw_kit(rows[i].fault, false);
    struct raw raw;
    cr_log_info("%s", rows[i].fault);
    raw_greet(&raw, cmta_kit_port(kit));
    meet(&rows[i], kit, &raw);
    if (rows[i].then == CLOSED)
      raw_expect_end(&raw);
    else if (rows[i].then == RESET)
      raw_expect_reset(&raw);
    else
      raw_say(&raw, "RSET", "250 ");
    cr_expect_eq(cmta_plan_happened(cmta_kit_plan(kit), 0), 1, "%s", rows[i].fault);
    if (rows[i].then == OPEN)
      raw_close(&raw);
    cmta_kit_stop(kit);
  }
}

Test(faults, first_line_leaves_out_the_rest_of_several, .timeout = 60) {
  struct cmta_kit *kit = raw_kit("ehlo: first-line", false);
  struct raw raw;
  raw_connect(&raw, cmta_kit_port(kit));
  raw_expect(&raw, "220 ");
  raw_send(&raw, "EHLO client.example\r\n");
  raw_hear(&raw, "250-localhost\r\n");
  cr_assert_eq(cmta_kit_advance(kit, 60), 0);
  raw_expect_nothing(&raw);
  raw_close(&raw);
  cmta_kit_stop(kit);
}

/* Two octets a second. */
Test(faults, throttle_takes_its_time, .timeout = 60) {
  struct cmta_kit *kit = raw_kit("noop: throttle 2", false);
  struct raw raw;
  raw_greet(&raw, cmta_kit_port(kit));
  raw_send(&raw, "NOOP\r\n");
  cr_assert_eq(cmta_kit_advance(kit, 3), 0);
  raw_hear(&raw, "250 2.0");
  raw_expect_nothing(&raw);
  cr_assert_eq(cmta_kit_advance(kit, 4), 0);
  raw_hear(&raw, ".0 Ok\r\n");
  raw_close(&raw);
  cmta_kit_stop(kit);
}

/* Nothing is heard for so long; then it ends, within so long. */
static void expect_stall(const char *fault, const char *line, double silence, double end) {
  struct cmta_kit *kit = raw_kit(fault, false);
  struct raw raw;
  raw_greet(&raw, cmta_kit_port(kit));
  raw_send(&raw, line);
  cr_assert_eq(cmta_kit_advance(kit, silence), 0);
  raw_expect_nothing(&raw);
  cr_assert_eq(cmta_kit_advance(kit, end), 0);
  raw_expect_end(&raw);
  cmta_kit_stop(kit);
}

/* Until the server's own five minutes are up, and the half minute that its last words have. */
Test(faults, stall_lasts_until_the_client_has_no_time_left, .timeout = 60) {
  expect_stall("noop: stall", "NOOP\r\n", 299, 32);
}

/* Nothing ends the connection but the time that a client has to take the last reply. */
Test(faults, stall_of_quit_is_no_end, .timeout = 60) {
  expect_stall("quit: stall", "QUIT\r\n", 29, 300);
}

/* Though octets wait that nobody reads. */
Test(faults, who_leaves_a_message_that_stalls_is_noticed, .timeout = 60) {
  struct cmta_kit *kit = raw_kit("body: stall", false);
  struct raw raw;
  raw_greet(&raw, cmta_kit_port(kit));
  raw_begin_data(&raw);
  raw_send(&raw, "x\r\n");
  cr_assert_eq(cmta_kit_advance(kit, 100), 0);
  raw_send(&raw, "x\r\n");
  cr_assert_eq(cmta_kit_advance(kit, 1), 0);
  raw_expect_nothing(&raw);
  raw_close(&raw);
  cr_assert_eq(cmta_kit_advance(kit, 0), 0);
  cr_assert_eq(cmta_recorder_wait_closed(cmta_kit_recorder(kit), 1, 10), 1);
  cmta_kit_stop(kit);
}

Test(faults, a_message_that_stalls_ends_when_its_time_is_up, .timeout = 60) {
  struct cmta_kit *kit = raw_kit("body: stall", false);
  struct raw raw;
  raw_greet(&raw, cmta_kit_port(kit));
  raw_begin_data(&raw);
  raw_send(&raw, "x\r\n");
  cr_assert_eq(cmta_kit_advance(kit, 299), 0);
  raw_expect_nothing(&raw);
  cr_assert_eq(cmta_kit_advance(kit, 2), 0);
  raw_expect_end(&raw);
  cmta_kit_stop(kit);
}

static void expect_good_end(const char *fault, const char *more) {
  struct cmta_kit *kit = raw_kit(fault, false);
  struct raw raw;
  raw_greet(&raw, cmta_kit_port(kit));
  raw_begin_data(&raw);
  raw_send(&raw, "x\r\n\r\nx\r\n.\r\n");
  raw_send(&raw, more);
  cr_assert_eq(cmta_kit_advance(kit, 0), 0);
  raw_expect_end(&raw);
  cmta_kit_stop(kit);
}

/* Though octets wait: a reset would be another fault. */
Test(faults, close_within_a_message_is_no_reset, .timeout = 60) {
  static char more[100000];
  memset(more, 'x', sizeof more - 1);
  expect_good_end("body: close", more);
  expect_good_end("headers: close", more);
  expect_good_end("message: close", more);
}

/* A body of a thousand octets is not there before its time. */
Test(faults, a_body_is_read_slowly, .timeout = 60) {
  struct cmta_kit *kit = raw_kit("body: read 100", false);
  char body[1001] = "";
  struct raw raw;
  memset(body, 'x', 998);
  memcpy(body + 498, "\r\n", 2);
  raw_greet(&raw, cmta_kit_port(kit));
  raw_begin_data(&raw);
  raw_send(&raw, "x\r\n");
  cr_assert_eq(cmta_kit_advance(kit, 0), 0);
  raw_send(&raw, body);
  raw_send(&raw, "\r\n.\r\n");
  cr_assert_eq(cmta_kit_advance(kit, 5), 0);
  raw_expect_nothing(&raw);
  cr_assert_eq(cmta_kit_advance(kit, 10), 0);
  raw_expect(&raw, "250 ");
  raw_close(&raw);
  cmta_kit_stop(kit);
}

Test(faults, accept_is_before_the_greeting, .timeout = 60) {
  struct cmta_kit *kit = raw_kit("accept nth 1: reply 554 5.3.2 Go away", false);
  struct raw raw;
  cmta_kit_fault(kit, "accept nth 2: close");
  cmta_kit_fault(kit, "accept nth 3: reset");
  raw_connect(&raw, cmta_kit_port(kit));
  raw_hear(&raw, "554 5.3.2 Go away\r\n");
  raw_expect_end(&raw);
  raw_connect(&raw, cmta_kit_port(kit));
  raw_expect_end(&raw);
  raw_connect(&raw, cmta_kit_port(kit));
  raw_expect_reset(&raw);
  raw_greet(&raw, cmta_kit_port(kit));
  raw_close(&raw);
  cmta_kit_stop(kit);
}
