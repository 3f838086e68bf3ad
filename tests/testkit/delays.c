/* SPDX-License-Identifier: MIT */

/* A delay beside another fault of the same stage, in either order, in virtual time. */

#include "raw.h"

#include <criterion/criterion.h>
#include <criterion/logging.h>
#include <stdio.h>

TestSuite(delays, .timeout = 60);

/* What leads to a stage: commands that are answered before, and what its client says then. */
static const struct row {
  const char *stage;
  const char *before[3];
  const char *line;
} rows[] = {
    {"ehlo", {0}, "EHLO client.example\r\n"},
    {"noop", {0}, "NOOP\r\n"},
    {"any command 2", {0}, "NOOP\r\n"},
    {"expn", {0}, "EXPN list\r\n"},
    {"quit", {0}, "QUIT\r\n"},
    {"mail", {0}, "MAIL FROM:<a@client.example>\r\n"},
    {"rcpt", {"MAIL FROM:<a@client.example>"}, "RCPT TO:<b@server.example>\r\n"},
    {"data", {"MAIL FROM:<a@client.example>", "RCPT TO:<b@server.example>"}, "DATA\r\n"},
    {"bdat",
     {"MAIL FROM:<a@client.example>", "RCPT TO:<b@server.example>"},
     "BDAT 3 LAST\r\nx\r\n"},
    {"body", {"MAIL FROM:<a@client.example>", "RCPT TO:<b@server.example>", "DATA"}, "x\r\n.\r\n"},
    {"headers",
     {"MAIL FROM:<a@client.example>", "RCPT TO:<b@server.example>", "DATA"},
     "x\r\n\r\n.\r\n"},
    {"message",
     {"MAIL FROM:<a@client.example>", "RCPT TO:<b@server.example>", "DATA"},
     "x\r\n.\r\n"},
};

enum { ROWS = sizeof rows / sizeof *rows };

/* Two faults of one stage, which happens but once. */
static struct cmta_kit *start(const char *stage, const char *first, const char *second) {
  char fault[64];
  struct cmta_kit *kit = raw_kit(NULL, false);
  snprintf(fault, sizeof fault, "%s: %s", stage, first);
  cmta_kit_fault(kit, fault);
  snprintf(fault, sizeof fault, "%s: %s", stage, second);
  cmta_kit_fault(kit, fault);
  return kit;
}

static void lead_to(struct raw *raw, const struct row *row) {
  if (row != &rows[0])
    raw_say(raw, "EHLO client.example", "250 ");
  for (size_t i = 0; i < sizeof row->before / sizeof *row->before && row->before[i]; i++)
    raw_say(raw, row->before[i], i == 2 ? "354 " : "250 ");
  raw_send(raw, row->line);
}

/* Nothing for ten minutes, less a moment: no timeout of the server's comes before. */
static void expect_late_end(struct cmta_kit *kit, struct raw *raw, bool reset) {
  cr_assert_eq(cmta_kit_advance(kit, 599), 0);
  raw_expect_nothing(raw);
  cr_assert_eq(cmta_kit_advance(kit, 2), 0);
  if (reset)
    raw_expect_reset(raw);
  else
    raw_expect_end(raw);
  cr_expect_eq(cmta_plan_happened(cmta_kit_plan(kit), 0), 1);
  cr_expect_eq(cmta_plan_happened(cmta_kit_plan(kit), 1), 1);
  cmta_kit_stop(kit);
}

static void expect_delayed(const struct row *row, const char *first, const char *second,
                           bool reset) {
  cr_log_info("%s: %s, %s", row->stage, first, second);
  struct cmta_kit *kit = start(row->stage, first, second);
  struct raw raw;
  raw_connect(&raw, cmta_kit_port(kit));
  raw_expect(&raw, "220 ");
  lead_to(&raw, row);
  expect_late_end(kit, &raw, reset);
}

Test(delays, hold_a_close_at_each_stage) {
  for (size_t i = 0; i < ROWS; i++) {
    expect_delayed(&rows[i], "delay 600", "close", false);
    expect_delayed(&rows[i], "close", "delay 600", false);
  }
}

Test(delays, hold_a_reset_at_each_stage) {
  for (size_t i = 0; i < ROWS; i++)
    expect_delayed(&rows[i], "delay 600", "reset", true);
}

Test(delays, hold_a_close_in_place_of_the_greeting) {
  static const char *const stages[] = {"accept", "connect"};
  for (size_t i = 0; i < 2; i++) {
    struct cmta_kit *kit = start(stages[i], "delay 600", "close");
    struct raw raw;
    raw_connect(&raw, cmta_kit_port(kit));
    expect_late_end(kit, &raw, false);
  }
}

Test(delays, of_pipelined_commands_add_up) {
  struct cmta_kit *kit = raw_kit("noop nth 1: delay 10", false);
  struct raw raw;
  cmta_kit_fault(kit, "noop nth 2: delay 5");
  raw_greet(&raw, cmta_kit_port(kit));
  raw_send(&raw, "NOOP\r\nNOOP\r\n");
  cr_assert_eq(cmta_kit_advance(kit, 11), 0);
  raw_expect(&raw, "250 ");
  cr_assert_eq(cmta_kit_advance(kit, 3), 0);
  raw_expect_nothing(&raw);
  cr_assert_eq(cmta_kit_advance(kit, 2), 0);
  raw_expect(&raw, "250 ");
  raw_close(&raw);
  cmta_kit_stop(kit);
}

/* They are of two stages, which have one reply. */
Test(delays, of_a_header_section_hold_a_close_of_its_message) {
  struct cmta_kit *kit = raw_kit("headers: delay 600", false);
  struct raw raw;
  cmta_kit_fault(kit, "message: close");
  raw_greet(&raw, cmta_kit_port(kit));
  raw_begin_data(&raw);
  raw_send(&raw, "x\r\n\r\n.\r\n");
  expect_late_end(kit, &raw, false);
}

/* In a pipelined group what was said before goes out at the rate, and then it ends. */
Test(delays, by_a_rate_hold_a_close_behind_what_was_said_before) {
  struct cmta_kit *kit = start("noop", "throttle 2", "close");
  struct raw raw;
  raw_connect(&raw, cmta_kit_port(kit));
  raw_expect(&raw, "220 ");
  raw_send(&raw, "HELO client.example\r\nNOOP\r\n");
  cr_assert_eq(cmta_kit_advance(kit, 3), 0);
  raw_hear(&raw, "250 loc");
  raw_expect_nothing(&raw);
  cr_assert_eq(cmta_kit_advance(kit, 60), 0);
  raw_hear(&raw, "alhost\r\n");
  raw_expect_end(&raw);
  cmta_kit_stop(kit);
}
