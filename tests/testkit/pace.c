/* SPDX-License-Identifier: MIT */

/* What is read slowly comes slowly, though all of it is here already. */

#include "raw.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

static struct cmta_kit *kit;
static struct raw raw;

static void end(void) {
  raw_close(&raw);
  cmta_kit_stop(kit);
}

TestSuite(pace, .fini = end, .timeout = 30);

static const char header[] = "Subject: slowly\r\n\r\n";

/* Text of so many octets, with a NUL behind it, in lines of 50. */
static void fill(char *text, size_t octets) {
  for (size_t i = 0; i < octets; i++)
    text[i] = i % 50 == 48 ? '\r' : i % 50 == 49 ? '\n' : 'x';
  text[octets] = '\0';
}

static void begin(const char *fault) {
  kit = raw_kit(fault, false);
  raw_greet(&raw, cmta_kit_port(kit));
}

static size_t count(void) { return cmta_mailbox_count(cmta_kit_mailbox(kit), NULL); }

/* The mail, all of which the client has said, is there in so many seconds and not before. */
static void expect_in(double seconds) {
  cr_assert_eq(cmta_kit_advance(kit, seconds - 1), 0);
  cr_expect(seconds < 2 || count() == 0, "too soon");
  cr_assert_eq(cmta_kit_advance(kit, 2), 0);
  cr_expect_eq(count(), 1, "too late");
}

static void expect_data_in(const char *fault, size_t octets, double seconds) {
  static char text[50000 + 1], said[sizeof text + 64];
  begin(fault);
  raw_begin_data(&raw);
  fill(text, octets);
  snprintf(said, sizeof said, "%s%s.\r\n", header, text);
  raw_send(&raw, said);
  expect_in(seconds);
  raw_expect(&raw, "250 ");
}

Test(pace, a_body_that_is_here_comes_at_the_rate) {
  expect_data_in("body: read 100", 2000, (sizeof header + 2000 + 2) / 100.);
}

Test(pace, a_long_body_comes_at_the_rate) {
  expect_data_in("body: read 1000", 50000, (sizeof header + 50000 + 2) / 1000.);
}

Test(pace, what_is_behind_the_header_section_comes_at_the_rate) {
  expect_data_in("headers: read 100", 2000, 2003 / 100.);
}

Test(pace, a_message_behind_data_comes_at_the_rate) {
  expect_data_in("data: read 100", 2000, (sizeof header + 2000 + 2) / 100.);
}

Test(pace, a_message_that_has_come_is_not_paid_for) { expect_data_in("message: read 10", 2000, 1); }

/* MAIL, RCPT and a message in one chunk and an empty one, said at once. */
static void say_chunks(const char *text) {
  char said[4096];
  snprintf(said, sizeof said,
           "MAIL FROM:<a@client.example>\r\nRCPT TO:<b@server.example>\r\nBDAT %zu\r\n%s"
           "BDAT 0 LAST\r\n",
           strlen(text), text);
  raw_send(&raw, said);
}

static void expect_chunks_in(const char *fault, double seconds) {
  char text[2000 + 1];
  begin(fault);
  fill(text, 2000);
  memcpy(text, header, sizeof header - 1);
  say_chunks(text);
  expect_in(seconds);
  for (int replies = 0; replies < 4; replies++)
    raw_expect(&raw, "250 ");
}

Test(pace, a_chunk_that_is_here_comes_at_the_rate) {
  expect_chunks_in("body: read 100", (2000 + 13) / 100.);
}

Test(pace, a_chunk_behind_its_command_comes_at_the_rate) {
  expect_chunks_in("bdat: read 100", (2000 + 13) / 100.);
}

Test(pace, commands_that_are_here_come_at_the_rate) {
  expect_chunks_in("mail: read 100", (29 + 11 + 2000 + 13) / 100.);
}

Test(pace, a_chunk_that_is_the_last_comes_at_the_rate) {
  begin("body: read 10");
  raw_say(&raw, "MAIL FROM:<a@client.example>", "250 ");
  raw_say(&raw, "RCPT TO:<b@server.example>", "250 ");
  char text[100 + 1];
  fill(text, 100);
  raw_send(&raw, "BDAT 100 LAST\r\n");
  raw_send(&raw, text);
  expect_in(10);
  raw_expect(&raw, "250 ");
}

Test(pace, a_server_that_stops_reads_at_once_what_is_here) {
  begin("data: read 1");
  raw_begin_data(&raw);
  raw_send(&raw, "Subject: x\r\n\r\nx\r\n.\r\n");
  cr_assert_eq(cmta_kit_advance(kit, 1), 0);
  cr_expect_eq(count(), 0);
  cmta_kit_stop(kit);
  kit = NULL;
  raw_expect(&raw, "250 ");
}

/* ---- A rate that is set again ---- */

/* NOOP so many times, in one piece, and then a message. */
static void say_noops(int times) {
  char said[2048] = "";
  for (int i = 0; i < times; i++)
    memcpy(said + 6 * i, "NOOP\r\n", 7);
  raw_send(&raw, said);
  say_chunks("Subject: x\r\n\r\nx\r\n");
}

Test(pace, a_rate_that_is_set_with_each_command_is_kept) {
  begin("noop: read 100");
  say_noops(100);
  expect_in((99 * 6 + 29 + 28 + 9 + 19 + 13) / 100.);
}

Test(pace, a_rate_of_replies_that_is_set_with_each_command_is_kept) {
  int there;
  begin("noop: throttle 500");
  for (int i = 0; i < 50; i++) {
    raw_send(&raw, "NOOP\r\n");
    cr_assert_eq(cmta_kit_advance(kit, 0), 0);
  }
  cr_assert_eq(ioctl(raw.fd, FIONREAD, &there), 0);
  cr_expect_leq(there, 50);
}

/* Of a session that does not get it at once, too: it would be the first under TLS. */
Test(pace, what_comes_in_clear_behind_starttls_is_noticed) {
  struct cmta_kit_config config;
  cmta_kit_config_init(&config);
  config.tls_mode = CMTA_TLS_OFFERED;
  config.virtual_time = true;
  cr_assert_eq(cmta_kit_start(&kit, &config), 0);
  cr_assert_geq(cmta_kit_fault(kit, "noop: read 5"), 0);
  raw_greet(&raw, cmta_kit_port(kit));
  raw_send(&raw, "NOOP\r\nSTARTTLS\r\nMAIL FROM:<a@client.example>\r\n");
  cr_assert_eq(cmta_kit_advance(kit, 60), 0);
  cr_expect_eq(cmta_recorder_wait_closed(cmta_kit_recorder(kit), 1, 10), 1);
}
