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

static void begin_with(const struct cmta_hooks *hooks, const char *mechanisms) {
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.mechanisms = mechanisms;
  account = (struct account){0};
  settings.allocator = account_allocator(&account);
  cr_assert_eq(cmta_service_new(&service, &settings, hooks, NULL), 0);
  const struct account before = account;
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  account.held -= before.held;
  account.blocks -= before.blocks;
  cr_assert_eq(cmta_session_set_tls(session, CMTA_TLS_OFFERED), 0);
  say("");
}

static void begin(void) { begin_with(NULL, NULL); }

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

/* Of a MAIL with all extensions (RFC 5321 section 4.5.3.1.4): 512 octets, and what each adds. */
enum { LONGEST_LINE = 512 + 26 + 16 + 10 + 5 + 500 + 116 + 11 + 17 + 34 + 15 };

Test(idle, holds_no_more_for_an_endless_command_than_a_command_may_have) {
  say("EHLO client.example\r\n");
  const size_t before = account.held;
  for (int i = 0; i < 1000; i++) {
    say("NOOP NOOP NOOP NOOP NOOP NOOP NOOP NOOP NOOP NOOP ");
    cr_assert_leq(account.held, before + LONGEST_LINE + 64);
  }
  say("\r\n");
  cr_expect_eq(account.held, before);
}

/* ---- With TLS and AUTH ---- */

/* Challenges once, then takes whoever says "good". */
static enum cmta_verdict auth(struct cmta_session *asking, void *user,
                              const struct cmta_auth *step) {
  (void)user;
  if (step->step == 0)
    return cmta_auth_challenge(asking, "who?", 4) < 0 ? CMTA_CLOSE : CMTA_CHALLENGE;
  if (!cmta_slice_is(step->response, "good"))
    return CMTA_REJECT;
  return cmta_session_set_identity(asking, "alice", "bob") < 0 ? CMTA_CLOSE : CMTA_ACCEPT;
}

static void begin_submission(void) {
  const struct cmta_hooks hooks = {.size = sizeof hooks, .auth = auth};
  begin_with(&hooks, "X-SAFE");
}

TestSuite(idle_submission, .init = begin_submission, .fini = end);

static void secure(const struct cmta_tls_facts *facts) {
  say("STARTTLS\r\n");
  cr_assert_eq(cmta_session_wants(session), CMTA_WANTS_TLS);
  cr_assert_eq(cmta_session_secured(session, facts), 0);
  say("");
}

Test(idle_submission, holds_after_a_failed_or_cancelled_auth_what_it_held_before) {
  say("EHLO client.example\r\n");
  const size_t before = account.held, blocks = account.blocks;
  say("AUTH X-SAFE\r\n");
  cr_expect_gt(account.held, before);
  say("YmFk\r\n");
  cr_expect_eq(account.held, before);
  say("AUTH X-SAFE\r\n*\r\nAUTH X-SAFE\r\n?\r\nAUTH FNORD\r\n");
  cr_expect_eq(account.held, before);
  cr_expect_eq(account.blocks, blocks);
}

Test(idle_submission, holds_after_auth_the_identity_and_nothing_else) {
  say("EHLO client.example\r\n");
  const size_t before = account.held, blocks = account.blocks;
  say("AUTH X-SAFE\r\nZ29vZA==\r\n");
  cr_assert_not_null(cmta_session_identity(session));
  cr_expect_eq(account.blocks - blocks, 1);
  cr_expect_leq(account.held - before, 64);
  printf("an idle session after AUTH holds %zu octets\n", account.held);
}

Test(idle_submission, holds_after_starttls_no_more_than_after_the_greeting) {
  const size_t before = account.held;
  say("EHLO client.example\r\nAUTH X-SAFE\r\nZ29vZA==\r\n");
  cr_assert_not_null(cmta_session_identity(session));
  secure(NULL);
  cr_expect_eq(account.held, before);
  cr_expect_eq(account.blocks, 1);
}

Test(idle_submission, holds_after_starttls_the_facts_in_one_block) {
  const struct cmta_tls_facts facts = {.version = "TLSv1.3",
                                       .cipher = "TLS_AES_256_GCM_SHA384",
                                       .server_name = "mail.example.org",
                                       .alpn = "",
                                       .peer_subject = "",
                                       .peer_fingerprint = "",
                                       .cipher_suite = "TLS_AES_256_GCM_SHA384"};
  say("EHLO client.example\r\n");
  secure(&facts);
  cr_expect_eq(account.blocks, 2);
  say("EHLO client.example\r\n");
  cr_expect_leq(account.held, 1024 + 128);
  printf("an idle session after STARTTLS and EHLO holds %zu octets\n", account.held);
}

Test(idle_submission, holds_no_more_for_an_endless_line_than_an_exchange_may_have) {
  say("EHLO client.example\r\nAUTH X-SAFE\r\n");
  const size_t before = account.held;
  for (int i = 0; i < 1000; i++) {
    say("YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh");
    cr_assert_leq(account.held, before + 12288 + 64);
  }
  say("\r\n");
  cr_expect_lt(account.held, before);
}
