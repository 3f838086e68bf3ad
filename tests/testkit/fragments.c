/* SPDX-License-Identifier: MIT */

/* Transcripts of what never became a command. */

#include "lines.h"
#include "raw.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct cmta_kit_config config;
static struct cmta_kit *kit;
static struct raw raw;

/* The strings and lines that a test expects of the only connection. */
#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void begin(void) { cmta_kit_config_init(&config); }

static void end(void) { cmta_kit_stop(kit); }

TestSuite(fragments, .init = begin, .fini = end, .timeout = 30);

static void greet(void) {
  cr_assert_eq(cmta_kit_start(&kit, &config), 0);
  raw_greet(&raw, cmta_kit_port(kit));
}

static void expect(const char *const *lines) {
  cr_assert_eq(cmta_recorder_wait_closed(cmta_kit_recorder(kit), 1, 10), 1);
  lines_expect(cmta_kit_recorder(kit), 1, lines);
}

/* Says this, and goes. */
static void leave_behind(const char *octets) {
  raw_send(&raw, octets);
  raw_close(&raw);
}

static void expect_no(const char *words) {
  char *text = cmta_recorder_text(cmta_kit_recorder(kit), 1, CMTA_TRANSCRIPT_TEXT);
  cr_expect_null(strstr(text, words), "%s", text);
  free(text);
}

/* ---- Unfinished lines ---- */

Test(fragments, an_unfinished_line_is_shown_and_warned_of) {
  greet();
  leave_behind("NOOP hello");
  expect(LINES("*", "...", "C  NOOP hello", "!  warning: no CR LF behind the last line",
               "*  closed: hangup"));
}

Test(fragments, lines_that_end_in_lf_are_shown_when_the_client_leaves) {
  greet();
  leave_behind("NOOP\nRSET\nQUIT\n");
  expect(LINES("*", "...", "C  NOOP\\nRSET\\nQUIT\\n", "!  warning: bare LF",
               "!  warning: no CR LF behind the last line", "*  closed: hangup"));
}

Test(fragments, lines_that_end_in_cr_are_shown_when_the_client_leaves) {
  greet();
  leave_behind("NOOP\rQUIT\r");
  expect(LINES("*", "...", "C  NOOP\\rQUIT\\r", "!  warning: bare CR",
               "!  warning: no CR LF behind the last line", "*  closed: hangup"));
}

Test(fragments, a_cr_whose_lf_may_have_been_on_its_way_is_not_bare) {
  greet();
  leave_behind("NOOP\r");
  expect(LINES("*", "...", "C  NOOP\\r", "!  warning: no CR LF behind the last line",
               "*  closed: hangup"));
}

Test(fragments, an_unfinished_line_stands_in_front_of_the_goodbye_to_a_silent_client) {
  config.virtual_time = true;
  greet();
  raw_send(&raw, "MAIL FROM:<>\n");
  cr_assert_eq(cmta_kit_advance(kit, 0), 0);
  cr_assert_eq(cmta_kit_advance(kit, 400), 0);
  raw_expect(&raw, "421 ");
  raw_close(&raw);
  expect(LINES("*", "...", "C  MAIL FROM:<>\\n", "!  warning: bare LF",
               "!  warning: no CR LF behind the last line", "S  421 ", "*  closed: timeout"));
}

Test(fragments, a_line_in_pieces_is_shown_whole) {
  config.virtual_time = true;
  greet();
  raw_send(&raw, "NOOP o");
  cr_assert_eq(cmta_kit_advance(kit, 0), 0);
  raw_send(&raw, "ne");
  cr_assert_eq(cmta_kit_advance(kit, 0), 0);
  raw_close(&raw);
  cr_assert_eq(cmta_kit_advance(kit, 0), 0);
  expect(LINES("*", "...", "C  NOOP one", "!  warning", "*  closed"));
}

/* ---- Lines that are too long ---- */

static void send_long(const char *end) {
  char line[2200] = "NOOP ";
  memset(line + 5, 'x', 2100);
  strcpy(line + 2105, end);
  raw_send(&raw, line);
}

static const char shown[] = "C  NOOP xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

Test(fragments, a_line_that_is_too_long_is_shown_by_its_beginning_and_size) {
  char line[128];
  greet();
  send_long("\r\n");
  raw_expect(&raw, "500 5.5.2 Line too long");
  raw_say(&raw, "QUIT", "221 ");
  raw_close(&raw);
  snprintf(line, sizeof line, "%s... (2107 octets)", shown);
  expect(LINES("*", "...", line, "S  500 5.5.2 Line too long", "!  warning: line too long",
               "C  QUIT", "S  221", "*  closed: quit"));
}

Test(fragments, a_line_that_is_too_long_is_shown_so_when_it_is_unfinished) {
  char line[128];
  greet();
  send_long("");
  raw_close(&raw);
  snprintf(line, sizeof line, "%s... (2105 octets)", shown);
  expect(LINES("*", "...", line, "!  warning: line too long",
               "!  warning: no CR LF behind the last line", "*  closed: hangup"));
}

/* ---- What is never read ---- */

Test(fragments, what_came_in_clear_behind_starttls_is_shown_and_no_handshake) {
  config.tls_mode = CMTA_TLS_OFFERED;
  greet();
  raw_send(&raw, "STARTTLS\r\nMAIL FROM:<x>\r\n");
  raw_expect(&raw, "421 ");
  raw_close(&raw);
  expect(LINES("*", "...", "C  STARTTLS", "S  421 ", "!  warning: did not wait", "C  MAIL FROM:<x>",
               "*  not read: 15 octets", "*  closed: tls"));
}

Test(fragments, what_came_behind_a_reply_that_ends_the_connection_is_shown) {
  static const char *const faults[] = {"noop: close", "noop: reset", "noop: reply 421",
                                       "noop: cut 2"};
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    kit = raw_kit(faults[i], false);
    raw_connect(&raw, cmta_kit_port(kit));
    raw_expect(&raw, "220 ");
    raw_send(&raw, "NOOP\r\nRSET\r\nVRFY y");
    cr_assert_eq(cmta_kit_advance(kit, 0), 0);
    raw_close(&raw);
    cr_assert_eq(cmta_kit_advance(kit, 5), 0);
    expect(LINES("*", "...", "C  RSET", "C  VRFY y", "!  warning: no CR LF", "...",
                 "*  not read: 12 octets", "*  closed: "));
    cmta_kit_stop(kit);
  }
  kit = NULL;
}

Test(fragments, octets_of_a_message_that_nobody_reads_are_no_lines) {
  greet();
  cmta_kit_fault(kit, "mail: reply 421");
  raw_send(&raw, "MAIL FROM:<>\r\nBDAT 9 LAST\r\nDate: x\r\n");
  raw_expect(&raw, "421 ");
  raw_close(&raw);
  expect(LINES("*", "...", "S  421", "C  BDAT 9 LAST", "C  ... (9 octets)",
               "*  not read: 22 octets", "*  closed: verdict"));
}

/* ---- Secrets ---- */

static void greet_with_users(void) {
  static const char *const users[] = {"alice:secret", NULL};
  config.users = users;
  greet();
}

Test(fragments, an_unfinished_auth_does_not_show_its_response) {
  greet_with_users();
  leave_behind("AUTH PLAIN c2VjcmV0");
  expect(LINES("*", "...", "C  AUTH [secret]", "!  warning: no CR LF", "*  closed: hangup"));
  expect_no("c2Vj");
}

Test(fragments, an_unfinished_response_is_not_shown) {
  greet_with_users();
  raw_say(&raw, "AUTH PLAIN", "334 ");
  leave_behind("c2VjcmV0");
  expect(LINES("*", "...", "S  334", "C  [secret]", "!  warning: no CR LF", "*  closed: hangup"));
  expect_no("c2Vj");
}

Test(fragments, an_auth_behind_an_lf_does_not_show_its_response) {
  greet_with_users();
  leave_behind("NOOP\nauth plain c2VjcmV0\n");
  expect(LINES("*", "...", "C  NOOP\\nauth [secret]", "!  warning: bare LF", "!  warning: no CR LF",
               "*  closed: hangup"));
  expect_no("c2Vj");
}

Test(fragments, an_auth_behind_an_lf_does_not_show_its_response_when_the_line_ends) {
  greet_with_users();
  raw_say(&raw, "NOOP\nAUTH PLAIN c2VjcmV0", "50");
  raw_close(&raw);
  expect(LINES("*", "...", "C  NOOP\\nAUTH [secret]", "!  warning: bare LF", "S  50",
               "*  closed: hangup"));
  expect_no("c2Vj");
}

Test(fragments, an_auth_that_is_too_long_does_not_show_its_response) {
  char line[13000] = "AUTH PLAIN ";
  memset(line + 11, 'Q', 12500);
  greet_with_users();
  raw_say(&raw, line, "500 ");
  raw_close(&raw);
  expect(LINES("*", "...", "C  AUTH [secret]", "S  500 ", "!  warning: line too long",
               "*  closed: hangup"));
  expect_no("QQQ");
}

Test(fragments, a_response_that_is_too_long_is_not_shown) {
  char line[13000] = "";
  memset(line, 'Q', 12500);
  greet_with_users();
  raw_say(&raw, "AUTH PLAIN", "334 ");
  raw_say(&raw, line, "500 ");
  raw_close(&raw);
  expect(LINES("*", "...", "S  334", "C  [secret]", "S  500 ", "*  closed: hangup"));
  expect_no("QQQ");
}

Test(fragments, an_auth_that_is_never_read_does_not_show_its_response) {
  config.tls_mode = CMTA_TLS_OFFERED;
  greet_with_users();
  raw_send(&raw, "STARTTLS\r\nEHLO x\r\nAUTH LOGIN\r\nYWxpY2U=\r\nc2VjcmV0\r\n");
  raw_expect(&raw, "421 ");
  raw_close(&raw);
  expect(LINES("*", "...", "S  421", "!  warning: did not wait", "C  EHLO x", "C  AUTH [secret]",
               "*  not read", "*  closed: tls"));
  expect_no("YWxp");
  expect_no("c2Vj");
}

Test(fragments, a_line_that_is_too_long_may_be_auth_behind_what_is_shown) {
  static const size_t blanks[] = {57, 61, 63, 64, 300};
  for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
    char line[13500];
    memset(line, ' ', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    memcpy(line + blanks[i], "AUTH", 4);
    greet_with_users();
    raw_say(&raw, line, "500 ");
    raw_say(&raw, "c2VjcmV0", "500 ");
    raw_close(&raw);
    expect_no("c2Vj");
    cmta_kit_stop(kit);
    kit = NULL;
  }
}

Test(fragments, an_auth_of_that_word_alone_that_is_never_read_hides_what_follows) {
  static const char *const users[] = {"alice:secret", NULL};
  config.users = users;
  config.virtual_time = true;
  cr_assert_eq(cmta_kit_start(&kit, &config), 0);
  cmta_kit_fault(kit, "ehlo: stall");
  raw_connect(&raw, cmta_kit_port(kit));
  raw_expect(&raw, "220 ");
  raw_send(&raw, "EHLO x\r\nAUTH\r\nc2VjcmV0\r\n");
  cr_assert_eq(cmta_kit_advance(kit, 0), 0);
  raw_close(&raw);
  cr_assert_eq(cmta_kit_advance(kit, 5), 0);
  expect(LINES("*", "...", "C  AUTH [secret]", "*  not read", "*  closed: "));
  expect_no("c2Vj");
}
