/* SPDX-License-Identifier: MIT */
/* What a session holds while it waits, and that it gives everything else back. */
#include "account.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct account account;
static struct cmta_service *service;
static struct cmta_session *session;

static void say(const char *bytes) {
  const size_t length = strlen(bytes);
  cr_assert_eq(cmta_session_receive(session, bytes, length), (ptrdiff_t)length);
  cr_assert_eq(cmta_session_sent(session, cmta_session_output(session).length), 0);
}

static void begin(void) {
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  account = (struct account){0};
  settings.allocator = account_allocator(&account);
  cr_assert_eq(cmta_service_new(&service, &settings, NULL, NULL), 0);
  const struct account before = account;
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  account.held -= before.held;
  account.blocks -= before.blocks;
  say("");
}

static void end(void) { cmta_session_free(session); }

TestSuite(idle, .init = begin, .fini = end);

Test(idle, holds_one_block_after_the_greeting) {
  cr_expect_eq(account.blocks, 1);
  printf("a greeted session holds %zu octets\n", account.held);
}

Test(idle, holds_its_own_block_and_the_name_after_ehlo) {
  const size_t before = account.held;
  say("EHLO client.example\r\n");
  cr_expect_eq(account.blocks, 2);
  cr_expect_leq(account.held - before, 64);
  cr_expect_leq(account.held, 1024);
  printf("an idle session after EHLO holds %zu octets\n", account.held);
}

Test(idle, holds_after_each_command_what_it_held_before) {
  say("EHLO client.example\r\n");
  const size_t before = account.held;
  say("NOOP\r\n");
  cr_expect_eq(account.held, before);
  say("HELP\r\n");
  cr_expect_eq(account.held, before);
  say("FNORD\r\n");
  cr_expect_eq(account.held, before);
  say("EHLO client.example\r\n");
  cr_expect_eq(account.held, before);
  say("MAIL FROM:<alice@example.org> FNORD\r\n");
  cr_expect_eq(account.held, before);
}

Test(idle, holds_after_a_command_in_pieces_what_it_held_before) {
  say("EHLO client.example\r\n");
  const size_t before = account.held;
  say("NO");
  cr_expect_gt(account.held, before);
  say("OP\r");
  say("\n");
  cr_expect_eq(account.held, before);
}

Test(idle, holds_after_a_message_what_it_held_before) {
  say("EHLO client.example\r\n");
  const size_t before = account.held;
  say("MAIL FROM:<alice@example.org> SIZE=9\r\nRCPT TO:<bob@example.net>\r\nDATA\r\n");
  cr_expect_gt(account.held, before);
  say("Hello.\r\n.\r\n");
  cr_expect_eq(account.held, before);
}

Test(idle, holds_after_rset_what_it_held_before) {
  say("EHLO client.example\r\n");
  const size_t before = account.held;
  say("MAIL FROM:<alice@example.org> SIZE=9\r\nRCPT TO:<bob@example.net>\r\nRSET\r\n");
  cr_expect_eq(account.held, before);
}

Test(idle, holds_no_more_for_an_endless_command_than_a_command_may_have) {
  say("EHLO client.example\r\n");
  const size_t before = account.held;
  for (int i = 0; i < 1000; i++) {
    say("NOOP NOOP NOOP NOOP NOOP NOOP NOOP NOOP NOOP NOOP ");
    cr_assert_leq(account.held, before + 1048 + 64);
  }
  say("\r\n");
  cr_expect_eq(account.held, before);
}
