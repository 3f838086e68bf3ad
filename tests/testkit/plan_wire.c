/* SPDX-License-Identifier: MIT */

/* What a plan asks for that happens to bytes: cmta_wire_set() is stood in for (the linker's
 * --wrap), and notes the last request, which then does not happen. */

#include "raw.h"

#include <cmta/wire.h>

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct cmta_kit_config config;
static struct cmta_kit *kit;
static struct raw raw;
static struct cmta_wire asked; /* the last request; size 0 before the first */
static char replacement[256];
static int result; /* of the requests */

int __wrap_cmta_wire_set(struct cmta_session *session, const struct cmta_wire *wire);

int __wrap_cmta_wire_set(struct cmta_session *session, const struct cmta_wire *wire) {
  (void)session;
  asked = *wire;
  memcpy(replacement, wire->replacement ? wire->replacement : "", wire->replacement_length);
  replacement[wire->replacement_length] = '\0';
  return result;
}

static void begin(void) { cmta_kit_config_init(&config); }

static void end(void) { cmta_kit_stop(kit); }

TestSuite(plan_wire, .init = begin, .fini = end, .timeout = 30);

static void start(const char *fault) {
  cr_assert_eq(cmta_kit_start(&kit, &config), 0);
  cmta_kit_fault(kit, fault);
}

/* Starts, and says NOOP, whose own answer begins so. */
static void noop(const char *fault, const char *answer) {
  start(fault);
  raw_greet(&raw, cmta_kit_port(kit));
  raw_say(&raw, "NOOP", answer);
  cr_assert_eq(asked.size, sizeof asked);
  raw_close(&raw);
}

static void expect_replaced(const char *bytes, enum cmta_wire_end last) {
  cr_expect_not_null(asked.replacement);
  cr_expect_str_eq(replacement, bytes);
  cr_expect_eq(asked.end, last);
}

Test(plan_wire, delay_holds_the_reply) {
  noop("noop: delay 1.5", "250 ");
  cr_expect_eq(asked.hold, 1.5);
  cr_expect_null(asked.replacement);
}

Test(plan_wire, throttle_sends_slowly) {
  noop("noop: throttle 10", "250 ");
  cr_expect_eq(asked.write_rate, 10);
}

Test(plan_wire, read_reads_slowly) {
  noop("noop: read 20", "250 ");
  cr_expect_eq(asked.read_rate, 20);
}

Test(plan_wire, cut_ends_within_the_reply) {
  noop("noop: cut 2", "250 ");
  cr_expect_eq(asked.cut, 2);
  cr_expect_eq(asked.end, CMTA_WIRE_CLOSE);
}

Test(plan_wire, first_line_leaves_the_rest_out) {
  noop("noop: first-line", "250 ");
  cr_expect(asked.first_line);
}

Test(plan_wire, reset_takes_the_place_of_the_reply_and_ends_the_session) {
  noop("noop: reset", "421 ");
  expect_replaced("", CMTA_WIRE_RESET);
}

Test(plan_wire, half_close_takes_the_place_of_the_reply) {
  noop("noop: half-close", "451 ");
  expect_replaced("", CMTA_WIRE_HALF_CLOSE);
}

Test(plan_wire, stall_takes_the_place_of_the_reply) {
  noop("noop: stall", "451 ");
  expect_replaced("", CMTA_WIRE_STALL);
}

Test(plan_wire, garbage_takes_the_place_of_the_reply) {
  noop("noop: garbage \"\\x01a\\nb\"", "451 ");
  expect_replaced("\x01"
                  "a\nb\r\n",
                  CMTA_WIRE_GO_ON);
}

Test(plan_wire, garbage_may_be_the_kits_own) {
  noop("noop: garbage", "451 ");
  expect_replaced("%$#@!\r\n", CMTA_WIRE_GO_ON);
}

Test(plan_wire, replies_that_no_session_would_say_are_said) {
  noop("noop: reply 354 \"Go\non\"", "451 ");
  expect_replaced("354-Go\r\n354 on\r\n", CMTA_WIRE_GO_ON);
}

Test(plan_wire, tls_refused_is_for_the_next_handshake) {
  config.tls_mode = CMTA_TLS_OFFERED;
  noop("noop: tls-refused", "250 ");
  cr_expect(asked.refuse_handshake);
}

Test(plan_wire, a_fault_of_another_stage_asks_for_nothing) {
  start("noop: stall");
  raw_greet(&raw, cmta_kit_port(kit));
  cr_expect_eq(asked.size, 0);
  raw_close(&raw);
}

Test(plan_wire, quit_is_a_stage) {
  start("quit: reply 500 5.0.0 Stay");
  raw_greet(&raw, cmta_kit_port(kit));
  raw_say(&raw, "QUIT", "221 ");
  expect_replaced("500 5.0.0 Stay\r\n", CMTA_WIRE_GO_ON);
  raw_expect_end(&raw);
}

Test(plan_wire, close_at_quit_has_no_reply) {
  start("quit: close");
  raw_greet(&raw, cmta_kit_port(kit));
  raw_say(&raw, "quit ", "221 ");
  expect_replaced("", CMTA_WIRE_CLOSE);
  raw_close(&raw);
}

Test(plan_wire, accept_is_a_stage_before_the_greeting) {
  start("accept: reply 554 5.3.2 Go");
  raw_connect(&raw, cmta_kit_port(kit));
  raw_expect(&raw, "220 ");
  expect_replaced("554 5.3.2 Go\r\n", CMTA_WIRE_CLOSE);
  raw_close(&raw);
}

Test(plan_wire, expn_is_a_stage_though_nobody_answers_it) {
  start("expn: reply 250 2.0.0 Everybody");
  raw_greet(&raw, cmta_kit_port(kit));
  raw_say(&raw, "EXPN list", "502 ");
  expect_replaced("250 2.0.0 Everybody\r\n", CMTA_WIRE_GO_ON);
  raw_close(&raw);
}

Test(plan_wire, a_chunk_of_no_octets_is_a_stage) {
  start("bdat nth 2: garbage x");
  raw_greet(&raw, cmta_kit_port(kit));
  raw_say(&raw, "MAIL FROM:<a@c.example>", "250 ");
  raw_say(&raw, "RCPT TO:<b@s.example>", "250 ");
  raw_send(&raw, "BDAT 1\r\na");
  raw_expect(&raw, "250 ");
  raw_say(&raw, "BDAT 0", "250 ");
  expect_replaced("x\r\n", CMTA_WIRE_GO_ON);
  raw_close(&raw);
}

Test(plan_wire, a_message_that_is_accepted_in_other_words_is_taken) {
  start("message: reply 250 2.0.0 Mine");
  raw_greet(&raw, cmta_kit_port(kit));
  raw_begin_data(&raw);
  raw_say(&raw, "x\r\n.", "250 ");
  expect_replaced("250 2.0.0 Mine\r\n", CMTA_WIRE_GO_ON);
  cr_expect_eq(cmta_mailbox_count(cmta_kit_mailbox(kit), NULL), 1);
  raw_close(&raw);
}

Test(plan_wire, a_message_without_its_reply_is_not_taken_and_one_with_a_cut_reply_is) {
  start("message nth 1: stall");
  cmta_kit_fault(kit, "message nth 2: cut 0");
  raw_greet(&raw, cmta_kit_port(kit));
  raw_begin_data(&raw);
  raw_say(&raw, "x\r\n.", "451 ");
  cr_expect_eq(cmta_mailbox_count(cmta_kit_mailbox(kit), NULL), 0);
  raw_begin_data(&raw);
  raw_say(&raw, "x\r\n.", "250 ");
  cr_expect_eq(cmta_mailbox_count(cmta_kit_mailbox(kit), NULL), 1);
  raw_close(&raw);
}

Test(plan_wire, close_takes_the_place_of_the_reply_and_ends_the_session) {
  start("message: close");
  raw_greet(&raw, cmta_kit_port(kit));
  raw_begin_data(&raw);
  raw_say(&raw, "x\r\n.", "421 ");
  expect_replaced("", CMTA_WIRE_CLOSE);
  cr_expect_eq(cmta_mailbox_count(cmta_kit_mailbox(kit), NULL), 0);
  raw_expect_end(&raw);
}

Test(plan_wire, close_that_cannot_be_asked_for_is_an_end_without_a_reply) {
  result = CMTA_E_MEMORY;
  start("noop: close");
  raw_greet(&raw, cmta_kit_port(kit));
  raw_send(&raw, "NOOP\r\n");
  raw_expect_end(&raw);
}

Test(plan_wire, close_within_a_message_is_at_once) {
  start("body: close");
  raw_greet(&raw, cmta_kit_port(kit));
  raw_begin_data(&raw);
  raw_say(&raw, "x", "421 ");
  raw_expect_end(&raw);
}

/* The client goes away, and nothing was said. */
Test(plan_wire, stall_within_a_message_reads_nothing_more) {
  start("body: stall");
  raw_greet(&raw, cmta_kit_port(kit));
  raw_begin_data(&raw);
  raw_send(&raw, "x\r\n");
  raw_close(&raw);
  struct cmta_recorder *recorder = cmta_kit_recorder(kit);
  cr_assert_eq(cmta_recorder_wait_closed(recorder, 1, 10), 1);
  char *text = cmta_recorder_text(recorder, 1, CMTA_TRANSCRIPT_TEXT);
  const char *behind = strstr(text, "S  354 ");
  cr_assert_not_null(behind);
  cr_expect_null(strstr(behind + 1, "  S  "), "%s", text);
  cr_expect(asked.stall);
  free(text);
}

Test(plan_wire, reply_421_ends_the_session_in_its_own_words) {
  start("any command 2: reply 421 4.3.2 Enough");
  raw_greet(&raw, cmta_kit_port(kit));
  raw_say(&raw, "NOOP", "421 4.3.2 Enough\r\n");
  raw_expect_end(&raw);
  cr_expect_eq(asked.size, 0);
}

Test(plan_wire, offer_is_what_ehlo_is_told) {
  start("ehlo: offer SIZE 1000, X-NEW one , 8BITMIME");
  raw_connect(&raw, cmta_kit_port(kit));
  raw_expect(&raw, "220 ");
  raw_send(&raw, "EHLO c.example\r\n");
  raw_hear(&raw, "250-localhost\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250 X-NEW one\r\n");
  raw_say(&raw, "MAIL FROM:<a@c.example> SMTPUTF8", "555 ");
  raw_say(&raw, "MAIL FROM:<a@c.example> BODY=8BITMIME", "250 ");
  raw_close(&raw);
}

Test(plan_wire, offer_may_be_nothing) {
  start("ehlo: offer");
  raw_connect(&raw, cmta_kit_port(kit));
  raw_expect(&raw, "220 ");
  raw_send(&raw, "EHLO c.example\r\n");
  raw_hear(&raw, "250 localhost\r\n");
  raw_close(&raw);
}

Test(plan_wire, offer_takes_the_place_of_the_applications_keywords) {
  static const struct cmta_keyword keywords[] = {{.ehlo = "XTRACE 1"}, {.ehlo = "XOTHER"}};
  struct cmta_settings settings;
  struct cmta_config server;
  cmta_settings_init(&settings);
  cmta_config_init(&server);
  settings.keywords = keywords;
  settings.keyword_count = 2;
  server.settings = &settings;
  config.config = &server;
  start("ehlo nth 1: offer XOTHER 2");
  raw_connect(&raw, cmta_kit_port(kit));
  raw_expect(&raw, "220 ");
  raw_send(&raw, "EHLO c.example\r\n");
  raw_hear(&raw, "250-localhost\r\n250 XOTHER 2\r\n");
  raw_say(&raw, "EHLO c.example", "250 XOTHER\r\n");
  raw_close(&raw);
}
