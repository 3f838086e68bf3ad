/* SPDX-License-Identifier: MIT */

/* The stage accept where TLS comes first: what needs no handshake comes before it. */

#include "raw.h"

#include <criterion/criterion.h>
#include <sys/socket.h>

static struct cmta_kit *kit;
static struct raw raw;

static void end(void) { cmta_kit_stop(kit); }

TestSuite(before_tls, .fini = end, .timeout = 30);

/* A client that has said nothing yet. */
static void start(const char *fault) {
  struct cmta_kit_config config;
  cmta_kit_config_init(&config);
  config.tls_mode = CMTA_TLS_IMPLICIT;
  config.virtual_time = true;
  cr_assert_eq(cmta_kit_start(&kit, &config), 0);
  cmta_kit_fault(kit, fault);
  raw_connect(&raw, cmta_kit_port(kit));
  cr_assert_eq(cmta_kit_advance(kit, 0), 0);
}

/* The header of a record and more, of a ClientHello that never ends. */
static void say_hello(void) {
  static const char hello[] = {22, 3, 1, 2, 0, 1, 0, 1, 'x', 'x'};
  cr_assert_eq(send(raw.fd, hello, sizeof hello, MSG_NOSIGNAL), (ssize_t)sizeof hello);
  cr_assert_eq(cmta_kit_advance(kit, 0), 0);
}

static void expect_transcript_end(void) {
  cr_assert_eq(cmta_recorder_wait_closed(cmta_kit_recorder(kit), 1, 10), 1);
  cr_expect_eq(cmta_plan_happened(cmta_kit_plan(kit), 0), 1);
}

Test(before_tls, close_ends_the_connection) {
  start("accept: close");
  raw_expect_end(&raw);
  expect_transcript_end();
}

Test(before_tls, close_is_no_reset_though_the_client_has_said_hello) {
  start("accept: close");
  say_hello();
  raw_expect_end(&raw);
  expect_transcript_end();
}

Test(before_tls, reset_ends_the_connection) {
  start("accept: reset");
  raw_expect_reset(&raw);
  expect_transcript_end();
}

Test(before_tls, half_close_still_hears_the_client) {
  start("accept: half-close");
  raw_hear_end(&raw);
  say_hello();
  raw_hear_end(&raw);
  say_hello();
  raw_close(&raw);
  cr_assert_eq(cmta_kit_advance(kit, 0), 0);
  expect_transcript_end();
}

Test(before_tls, stall_answers_no_hello) {
  start("accept: stall");
  say_hello();
  cr_assert_eq(cmta_kit_advance(kit, 20), 0);
  raw_expect_nothing(&raw);
  raw_close(&raw);
  cr_assert_eq(cmta_kit_advance(kit, 10), 0);
  expect_transcript_end();
}

Test(before_tls, stall_ends_when_the_time_of_the_handshake_is_up) {
  start("accept: stall");
  cr_assert_eq(cmta_kit_advance(kit, 600), 0);
  raw_hear_end(&raw);
  raw_close(&raw);
  expect_transcript_end();
}

Test(before_tls, close_waits_for_a_delay) {
  start("accept: delay 5");
  raw_close(&raw);
  cmta_kit_fault(kit, "accept: close");
  raw_connect(&raw, cmta_kit_port(kit));
  say_hello();
  cr_assert_eq(cmta_kit_advance(kit, 4), 0);
  raw_expect_nothing(&raw);
  cr_assert_eq(cmta_kit_advance(kit, 1), 0);
  raw_expect_end(&raw);
}
