/* SPDX-License-Identifier: MIT */

/* Against which rules a client is: warnings in its transcript. */

#include "raw.h"

#include <criterion/criterion.h>
#include <semaphore.h>
#include <string.h>

static struct cmta_kit_config config;
static struct cmta_kit *kit;
static struct raw raw;

static void begin(void) {
  cmta_kit_config_init(&config);
  cr_assert_eq(cmta_kit_start(&kit, &config), 0);
}

static void end(void) { cmta_kit_stop(kit); }

TestSuite(warnings, .init = begin, .fini = end, .timeout = 30);

static void add(void *context, const struct cmta_event *event) {
  char *all = context;
  if (event->kind == CMTA_EVENT_WARNING) {
    strcat(all, event->text);
    strcat(all, "; ");
  }
}

/* The warnings of the first connection, once it has ended. */
static void expect_warnings(const char *expected) {
  char all[1024] = "";
  raw_say(&raw, "QUIT", "");
  raw_close(&raw);
  cr_assert_eq(cmta_recorder_wait_closed(cmta_kit_recorder(kit), 1, 10), 1);
  cmta_recorder_show(cmta_kit_recorder(kit), 1, add, all);
  cr_expect_str_eq(all, expected);
}

static void send_message(const char *message, const char *reply) {
  raw_begin_data(&raw);
  raw_send(&raw, message);
  raw_say(&raw, ".", reply);
}

static const char good[] = "Date: today\r\nFrom: me\r\n\r\nHello.\r\n";

Test(warnings, are_none_for_a_client_that_does_well) {
  raw_greet(&raw, cmta_kit_port(kit));
  send_message(good, "250 ");
  expect_warnings("");
}

Test(warnings, name_missing_fields_once_a_message) {
  raw_greet(&raw, cmta_kit_port(kit));
  send_message("Subject: Date: x\r\nFrom-Me: y\r\n Date: z\r\nFro: m\r\n\r\nDate: x\r\nFrom: y\r\n",
               "250 ");
  send_message("date : today\r\n", "250 ");
  send_message("FROM: me\r\nDate:\r\n", "250 ");
  expect_warnings("no Date field; no From field; no From field; ");
}

Test(warnings, of_missing_fields_come_for_messages_that_are_refused) {
  cmta_kit_fault(kit, "message: reply 550");
  raw_greet(&raw, cmta_kit_port(kit));
  send_message("Subject: x\r\n\r\n", "550 ");
  expect_warnings("no Date field; no From field; ");
}

Test(warnings, name_eight_bits_that_were_not_asked_for) {
  raw_greet(&raw, cmta_kit_port(kit));
  send_message("Date: x\r\nFrom: y\r\n\r\n\xe4\r\n\xe4\r\n", "250 ");
  raw_say(&raw, "MAIL FROM:<a@client.example> BODY=8BITMIME", "250 ");
  raw_say(&raw, "RCPT TO:<b@server.example>", "250 ");
  raw_say(&raw, "DATA", "354 ");
  raw_say(&raw, "Date: x\r\nFrom: y\r\n\r\n\xe4\r\n.", "250 ");
  expect_warnings("8-bit octets without 8BITMIME or SMTPUTF8; ");
}

Test(warnings, name_bare_line_ends_once_a_session) {
  raw_greet(&raw, cmta_kit_port(kit));
  send_message("Date: x\r\nFrom: y\r\n\r\na\nb\r\n", "550 ");
  send_message("Date: x\r\nFrom: y\r\n\r\na\nb\r\n", "550 ");
  send_message("Date: x\r\nFrom: y\r\n\r\na\rb\r\n", "550 ");
  expect_warnings("bare LF; bare CR; ");
}

Test(warnings, name_bare_line_ends_of_commands) {
  raw_greet(&raw, cmta_kit_port(kit));
  raw_say(&raw, "RSET\nNOOP", "500 ");
  raw_say(&raw, "RSET\rNOOP\nNOOP", "500 ");
  expect_warnings("bare LF; bare CR; ");
}

Test(warnings, name_lines_that_are_too_long) {
  char line[1100];
  memset(line, 'x', sizeof line);
  memcpy(line + sizeof line - 3, "\r\n", 3);
  raw_greet(&raw, cmta_kit_port(kit));
  raw_begin_data(&raw);
  raw_send(&raw, "Date: x\r\nFrom: y\r\n\r\n");
  raw_send(&raw, line);
  raw_say(&raw, ".", "550 ");
  expect_warnings("line too long; ");
}

Test(warnings, name_clients_that_do_not_wait) {
  raw_greet(&raw, cmta_kit_port(kit));
  raw_send(&raw, "NOOP\r\nNOOP\r\n");
  raw_expect(&raw, "250 ");
  raw_expect(&raw, "250 ");
  expect_warnings("did not wait for a reply; ");
}

static sem_t said; /* the client has spoken */

static void wait_for_it(struct cmta_session *session, void *user) {
  (void)session, (void)user;
  sem_wait(&said);
}

Test(warnings, name_clients_that_speak_first) {
  struct cmta_config server;
  cmta_kit_stop(kit);
  cmta_config_init(&server);
  server.accepted = wait_for_it;
  config.config = &server;
  sem_init(&said, 0, 0);
  cr_assert_eq(cmta_kit_start(&kit, &config), 0);
  raw_connect(&raw, cmta_kit_port(kit));
  raw_send(&raw, "EHLO client.example\r\n");
  sem_post(&said);
  raw_expect(&raw, "220 ");
  raw_expect(&raw, "250 ");
  expect_warnings("spoke before the greeting; ");
}
