/* SPDX-License-Identifier: MIT */

/* When what is planned happens: stages, conditions, and what the server makes of it. */

#include "raw.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct cmta_kit_config config;
static struct cmta_kit *kit;
static struct raw raw;

static void begin(void) { cmta_kit_config_init(&config); }

static void end(void) { cmta_kit_stop(kit); }

TestSuite(plan, .init = begin, .fini = end, .timeout = 30);

/* A kit with one fault. */
static void start(const char *fault) {
  cr_assert_eq(cmta_kit_start(&kit, &config), 0);
  cmta_kit_fault(kit, fault);
}

static void greet(void) { raw_greet(&raw, cmta_kit_port(kit)); }

static size_t mails(void) { return cmta_mailbox_count(cmta_kit_mailbox(kit), NULL); }

static uint64_t happened(int number) { return cmta_plan_happened(cmta_kit_plan(kit), number); }

/* ---- Stages ---- */

Test(plan, answers_the_connection) {
  start("connect: reply 554 5.3.2 Go away");
  raw_connect(&raw, cmta_kit_port(kit));
  raw_hear(&raw, "554 5.3.2 Go away\r\n");
  raw_expect_end(&raw);
}

/* Each stage of a command between transactions. */
static const struct {
  const char *stage, *line;
} commands[] = {{"ehlo", "EHLO c.example"},
                {"helo", "HELO c.example"},
                {"mail", "MAIL FROM:<a@c.example>"},
                {"rset", "RSET"},
                {"noop", "NOOP"},
                {"vrfy", "VRFY joe"},
                {"help", "HELP"}};

Test(plan, answers_each_command_at_its_stage) {
  cr_assert_eq(cmta_kit_start(&kit, &config), 0);
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
    char fault[64];
    greet();
    snprintf(fault, sizeof fault, "%s: reply 450 4.7.1 Not you", commands[i].stage);
    int number = cmta_kit_fault(kit, fault);
    raw_send(&raw, commands[i].line);
    raw_send(&raw, "\r\n");
    raw_hear(&raw, "450 4.7.1 Not you\r\n");
    cr_expect_eq(happened(number), 1, "%s", commands[i].stage);
    cmta_kit_clear(kit);
    raw_say(&raw, commands[i].line, "2");
    raw_close(&raw);
  }
}

Test(plan, answers_rcpt_and_data) {
  start("rcpt to bad@*: reply 550 5.1.1 No such user");
  cmta_kit_fault(kit, "data nth 1: reply 451 4.3.0 Later");
  greet();
  raw_say(&raw, "MAIL FROM:<a@c.example>", "250 ");
  raw_say(&raw, "RCPT TO:<bad@s.example>", "550 5.1.1 No such user\r\n");
  raw_say(&raw, "RCPT TO:<good@s.example>", "250 ");
  raw_say(&raw, "DATA", "451 4.3.0 Later\r\n");
  raw_say(&raw, "DATA", "354 ");
  raw_close(&raw);
}

Test(plan, refuses_a_message_that_then_is_not_in_the_mailbox) {
  start("message nth 1: reply 552 5.2.2 Mailbox full");
  greet();
  raw_begin_data(&raw);
  raw_say(&raw, "Subject: x\r\n\r\n.", "552 5.2.2 Mailbox full\r\n");
  cr_expect_eq(mails(), 0);
  raw_begin_data(&raw);
  raw_say(&raw, "Subject: x\r\n\r\n.", "250 ");
  cr_expect_eq(mails(), 1);
  raw_close(&raw);
}

Test(plan, refuses_at_the_first_octets_and_says_so_at_the_end) {
  start("body: reply 554 5.6.0 No");
  greet();
  raw_begin_data(&raw);
  raw_say(&raw, "Subject: x\r\n\r\nx\r\n.", "554 5.6.0 No\r\n");
  cr_expect_eq(mails(), 0);
  raw_close(&raw);
}

Test(plan, finds_the_end_of_headers_in_any_cut) {
  start("headers: reply 554 5.6.0 No");
  greet();
  raw_begin_data(&raw);
  for (const char *at = "A: b\r\n c\r\n\r"; *at; at++) {
    char octet[2] = {*at, '\0'};
    raw_send(&raw, octet);
  }
  raw_say(&raw, "\nx\r\n.", "554 5.6.0 No\r\n");
  cr_expect_eq(happened(0), 1);
  raw_close(&raw);
}

Test(plan, takes_a_message_without_an_empty_line_for_headers) {
  start("headers: reply 554 5.6.0 No");
  greet();
  raw_begin_data(&raw);
  raw_say(&raw, "A: b\r\n.", "554 5.6.0 No\r\n");
  raw_close(&raw);
}

Test(plan, does_not_take_the_received_field_for_octets_of_the_client) {
  struct cmta_settings settings;
  struct cmta_config server;
  cmta_settings_init(&settings);
  cmta_config_init(&server);
  settings.received = true;
  server.settings = &settings;
  config.config = &server;
  start("body: close");
  greet();
  raw_begin_data(&raw);
  raw_send(&raw, "x\r\n");
  raw_expect_end(&raw);
}

Test(plan, answers_each_chunk) {
  start("bdat nth 2: reply 451 4.3.0 Later");
  greet();
  raw_say(&raw, "MAIL FROM:<a@c.example>", "250 ");
  raw_say(&raw, "RCPT TO:<b@s.example>", "250 ");
  raw_send(&raw, "BDAT 3\r\nabc");
  raw_expect(&raw, "250 ");
  raw_send(&raw, "BDAT 3 LAST\r\nabc");
  raw_hear(&raw, "451 4.3.0 Later\r\n");
  cr_expect_eq(mails(), 0);
  raw_say(&raw, "RSET", "250 ");
  raw_close(&raw);
}

Test(plan, answers_a_last_chunk_of_no_octets) {
  start("bdat nth 2: reply 451 4.3.0 Later");
  greet();
  raw_say(&raw, "MAIL FROM:<a@c.example>", "250 ");
  raw_say(&raw, "RCPT TO:<b@s.example>", "250 ");
  raw_send(&raw, "BDAT 3\r\nabc");
  raw_expect(&raw, "250 ");
  raw_say(&raw, "BDAT 0 LAST", "451 4.3.0 Later\r\n");
  cr_expect_eq(mails(), 0);
  raw_close(&raw);
}

Test(plan, answers_auth_and_not_its_responses) {
  static const char *const users[] = {"joe:secret", NULL};
  config.users = users;
  start("auth nth 1: reply 454 4.7.0 Later");
  cmta_kit_fault(kit, "auth nth 3: reply 235 2.7.0 You are in");
  greet();
  raw_say(&raw, "AUTH PLAIN AGpvZQBzZWNyZXQ=", "454 4.7.0 Later\r\n");
  raw_say(&raw, "AUTH PLAIN", "334 ");
  raw_say(&raw, "AGpvZQB3cm9uZw==", "535 ");
  raw_say(&raw, "AUTH PLAIN AGFubgB3cm9uZw==", "235 2.7.0 You are in\r\n");
  raw_close(&raw);
}

Test(plan, answers_each_recipient_in_lmtp) {
  struct cmta_manners manners;
  cmta_manners_init(&manners);
  manners.lmtp = true;
  config.manners = &manners;
  start("message to bob@*: reply 452 4.2.2 Full");
  raw_connect(&raw, cmta_kit_port(kit));
  raw_expect(&raw, "220 ");
  raw_say(&raw, "LHLO c.example", "250 ");
  raw_say(&raw, "MAIL FROM:<a@c.example>", "250 ");
  raw_say(&raw, "RCPT TO:<ann@s.example>", "250 ");
  raw_say(&raw, "RCPT TO:<bob@s.example>", "250 ");
  raw_say(&raw, "DATA", "354 ");
  raw_say(&raw, "x\r\n.", "250 ");
  raw_expect(&raw, "452 4.2.2 Full\r\n");
  raw_close(&raw);
}

Test(plan, of_any_is_for_commands_alone) {
  start("any: reply 450 4.0.0 No");
  raw_connect(&raw, cmta_kit_port(kit));
  raw_expect(&raw, "220 ");
  raw_say(&raw, "EHLO c.example", "450 ");
  raw_say(&raw, "NOOP", "450 ");
  raw_say(&raw, "NONSENSE", "500 ");
  raw_say(&raw, "MAIL", "501 ");
  cr_expect_eq(happened(0), 2);
  raw_close(&raw);
}

/* ---- Conditions ---- */

/* What so many NOOPs hear: '+' or '-'. */
static void expect_noops(const char *answers) {
  for (; *answers; answers++)
    raw_say(&raw, "NOOP", *answers == '+' ? "250 " : "450 ");
}

Test(plan, counts_the_nth_time) {
  start("noop nth 2: reply 450");
  greet();
  expect_noops("+-++");
}

Test(plan, counts_each_nth_time) {
  start("noop every 3: reply 450");
  greet();
  expect_noops("++-++-+");
}

Test(plan, ends_after_so_many_times) {
  start("noop every 2 times 2: reply 450");
  greet();
  expect_noops("+-+-+++");
  cr_expect_eq(happened(0), 2);
}

Test(plan, counts_commands_of_a_connection) {
  start("any command 3: reply 450");
  greet();
  expect_noops("+-+");
  greet();
  expect_noops("+-+");
}

Test(plan, knows_connections_by_their_number) {
  start("noop connection 2: reply 450");
  greet();
  expect_noops("++");
  greet();
  expect_noops("--");
}

Test(plan, has_the_same_chances_with_the_same_seed) {
  char first[2][33] = {"", ""};
  config.seed = 7;
  for (int run = 0; run < 2; run++) {
    start("noop chance 0.5: reply 450");
    greet();
    for (int i = 0; i < 32; i++) {
      raw_send(&raw, "NOOP\r\n");
      raw_expect(&raw, "");
      first[run][i] = raw.line[0] == '4' ? '-' : '+';
    }
    raw_close(&raw);
    cmta_kit_stop(kit);
  }
  cr_expect_str_eq(first[0], first[1]);
  cr_expect(strchr(first[0], '-') && strchr(first[0], '+'), "%s", first[0]);
  cr_expect_str_eq(first[0], "++++--+++-+---+++--+-++-++++-+++");
  start("noop: close");
}

Test(plan, knows_sender_and_recipient) {
  start("rcpt from *@bad.example to B@S.example: reply 450");
  greet();
  raw_say(&raw, "MAIL FROM:<a@good.example>", "250 ");
  raw_say(&raw, "RCPT TO:<b@s.example>", "250 ");
  raw_say(&raw, "RSET", "250 ");
  raw_say(&raw, "MAIL FROM:<a@bad.example>", "250 ");
  raw_say(&raw, "RCPT TO:<c@s.example>", "250 ");
  raw_say(&raw, "RCPT TO:<b@s.example>", "450 ");
  raw_close(&raw);
}

Test(plan, knows_the_sender_of_mail_itself) {
  start("mail from \"\": reply 450");
  greet();
  raw_say(&raw, "MAIL FROM:<>", "450 ");
  raw_say(&raw, "MAIL FROM:<a@c.example>", "250 ");
  raw_close(&raw);
}

Test(plan, knows_what_a_message_says) {
  start("message subject Gr\u00fc\u00df header X-Id \"4\" text hello: reply 450");
  greet();
  raw_begin_data(&raw);
  raw_say(&raw, "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nX-Id: 3\r\n\r\nhello\r\n.", "250 ");
  raw_begin_data(&raw);
  raw_say(&raw, "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nX-Id: 42\r\n\r\nhello\r\n.", "450 ");
  raw_close(&raw);
}

/* ---- Together ---- */

Test(plan, has_the_first_of_those_that_exclude_each_other) {
  start("noop: reply 450 4.0.0 first");
  greet();
  cmta_kit_fault(kit, "any: reply 550 5.0.0 second");
  raw_say(&raw, "NOOP", "450 4.0.0 first\r\n");
  cr_expect_eq(happened(0), 1);
  cr_expect_eq(happened(1), 0);
  raw_close(&raw);
}

Test(plan, that_was_cleared_is_empty_and_numbers_anew) {
  start("noop: reply 450");
  greet();
  expect_noops("-");
  cmta_plan_clear(cmta_kit_plan(kit));
  expect_noops("+");
  cr_expect_eq(happened(0), 0);
  cr_expect_eq(cmta_kit_fault(kit, "noop: reply 450"), 0);
}

static void note(void *context, struct cmta_session *session, int number, const char *text) {
  char *noted = context;
  (void)session;
  sprintf(noted, "%d %s", number, text);
}

Test(plan, tells_what_happens) {
  char noted[128] = "";
  start("noop: delay 0");
  cmta_kit_fault(kit, "noop nth 2: reply 450 \"a\\nb\"");
  cmta_plan_on_fault(cmta_kit_plan(kit), note, noted);
  greet();
  raw_say(&raw, "NOOP", "250 ");
  cr_expect_str_eq(noted, "0 noop: delay 0");
  raw_send(&raw, "NOOP\r\n");
  raw_hear(&raw, "450-4.2.0 a\r\n450 4.2.0 b\r\n");
  cr_expect_str_eq(noted, "1 noop nth 2: reply 450 \"a\\nb\"");
  cmta_plan_on_fault(cmta_kit_plan(kit), NULL, NULL);
  raw_close(&raw);
}

/* ---- Without anything to happen ---- */

Test(plan, without_faults_changes_nothing) {
  cr_assert_eq(cmta_kit_start(&kit, &config), 0);
  greet();
  raw_say(&raw, "EXPN list", "502 ");
  raw_say(&raw, "ETRN c.example", "50");
  raw_say(&raw, "AUTH PLAIN", "50");
  raw_send(&raw, "MAIL FROM:<a@c.example>\r\nRCPT TO:<b@s.example>\r\nDATA\r\n");
  raw_expect(&raw, "250 ");
  raw_expect(&raw, "250 ");
  raw_expect(&raw, "354 ");
  raw_say(&raw, "x\r\n.", "250 ");
  raw_say(&raw, "QUIT", "221 ");
  raw_expect_end(&raw);
  cr_expect_eq(mails(), 1);
}
