/* SPDX-License-Identifier: MIT */

/* Replies that are planned are said as they are planned, and nobody is told of what is not so. */

#include "raw.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct cmta_kit_config config;
static struct cmta_kit *kit;
static struct raw raw;

static void begin(void) { cmta_kit_config_init(&config); }

static void end(void) { cmta_kit_stop(kit); }

TestSuite(replies, .init = begin, .fini = end, .timeout = 30);

static void start(const char *fault) {
  cr_assert_eq(cmta_kit_start(&kit, &config), 0);
  cmta_kit_fault(kit, fault);
}

static uint64_t happened(int number) { return cmta_plan_happened(cmta_kit_plan(kit), number); }

static size_t count_mails(void) { return cmta_mailbox_count(cmta_kit_mailbox(kit), NULL); }

/* ---- Enhanced status codes ---- */

Test(replies, have_their_enhanced_code_where_none_is_offered) {
  start("ehlo: offer SIZE");
  cmta_kit_fault(kit, "rcpt: reply 450 4.2.1 \"Mailbox\nbusy\"");
  raw_greet(&raw, cmta_kit_port(kit));
  raw_say(&raw, "MAIL FROM:<a@client.example>", "250 Sender ok\r\n");
  raw_send(&raw, "RCPT TO:<b@server.example>\r\n");
  raw_hear(&raw, "450-4.2.1 Mailbox\r\n450 4.2.1 busy\r\n");
  raw_close(&raw);
}

Test(replies, have_their_enhanced_code_in_a_greeting) {
  start("connect: reply 220 2.0.0 Hello");
  cmta_kit_fault(kit, "ehlo: reply 250 2.5.0 Hi");
  raw_connect(&raw, cmta_kit_port(kit));
  raw_hear(&raw, "220 2.0.0 Hello\r\n");
  raw_send(&raw, "EHLO client.example\r\n");
  raw_hear(&raw, "250-2.5.0 Hi\r\n");
  raw_close(&raw);
}

Test(replies, without_an_enhanced_code_have_one_that_fits) {
  start("rcpt: reply 450 Busy");
  raw_greet(&raw, cmta_kit_port(kit));
  raw_say(&raw, "MAIL FROM:<a@client.example>", "250 ");
  raw_say(&raw, "RCPT TO:<b@server.example>", "450 4.2.0 Busy\r\n");
  raw_close(&raw);
}

/* ---- Those that no session would say ---- */

/* What each command hears, of a kit in which all are answered so. */
static const struct {
  const char *fault, *line, *heard;
} unusual[] = {
    {"expn: reply 450", "EXPN list", "450 4.2.0 As planned\r\n"},
    {"etrn: reply 450", "ETRN client.example", "450 4.2.0 As planned\r\n"},
    {"quit: reply 451", "QUIT", "451 4.0.0 As planned\r\n"},
    {"any command 2: reply 250", "EXPN list", "250 2.0.0 As planned\r\n"},
    {"noop: reply 450 d\u00e9j\u00e0 vu", "NOOP", "450 4.2.0 d\u00e9j\u00e0 vu\r\n"},
    {"noop: reply 550 \"a\\x01\\nb\"", "NOOP", "550-5.0.0 a\x01\r\n550 5.0.0 b\r\n"},
    {"noop: reply 354 Go on", "NOOP", "354 Go on\r\n"},
    {"noop: reply 777 Odd", "NOOP", "777 Odd\r\n"},
    {"noop: reply 450 5.1.1 Odd", "NOOP", "450 5.1.1 Odd\r\n"},
    {"noop: reply 450 \"4.9.9 As it stands\"", "NOOP", "450 4.9.9 As it stands\r\n"},
    {"expn: reply 450 \"4.9.9 As\\nit stands\"", "EXPN list", "450-4.9.9 As\r\n450 it stands\r\n"},
    {"noop: garbage 450 Busy", "NOOP", "450 Busy\r\n"},
    {"ehlo nth 2: reply 450 d\u00e9j\u00e0 vu", "EHLO client.example", "450 d\u00e9j\u00e0 vu\r\n"},
};

Test(replies, that_no_session_would_say_have_an_enhanced_code_that_fits) {
  for (size_t i = 0; i < sizeof unusual / sizeof *unusual; i++) {
    start(unusual[i].fault);
    raw_greet(&raw, cmta_kit_port(kit));
    raw_send(&raw, unusual[i].line);
    raw_send(&raw, "\r\n");
    raw_hear(&raw, unusual[i].heard);
    raw_close(&raw);
    cmta_kit_stop(kit);
  }
  kit = NULL;
}

Test(replies, at_data_that_do_not_begin_it_have_an_enhanced_code_that_fits) {
  start("data: reply 250");
  raw_greet(&raw, cmta_kit_port(kit));
  raw_say(&raw, "MAIL FROM:<a@client.example>", "250 ");
  raw_say(&raw, "RCPT TO:<b@server.example>", "250 ");
  raw_say(&raw, "DATA", "250 2.0.0 As planned\r\n");
  raw_close(&raw);
}

Test(replies, in_a_greeting_have_no_enhanced_code_of_their_own) {
  start("accept: reply 450 Busy");
  raw_connect(&raw, cmta_kit_port(kit));
  raw_hear(&raw, "450 Busy\r\n");
  raw_close(&raw);
}

/* The session does not say such a text, and does what it says. */
Test(replies, of_2yz_accept_whatever_their_text_is) {
  start("rcpt: reply 250 d\u00e9j\u00e0 vu");
  cmta_kit_fault(kit, "mail: reply 250 \"2.9.9 As\\nit stands\"");
  raw_greet(&raw, cmta_kit_port(kit));
  raw_say(&raw, "MAIL FROM:<a@client.example>", "250 it stands\r\n");
  raw_say(&raw, "RCPT TO:<b@server.example>", "250 2.0.0 d\u00e9j\u00e0 vu\r\n");
  raw_say(&raw, "DATA", "354 ");
  raw_say(&raw, "x\r\n.", "250 ");
  cr_assert_eq(count_mails(), 1);
  raw_close(&raw);
}

/* ---- Of messages ---- */

/* The server has reasons of its own. */
static void expect_refused(const char *fault) {
  start(fault);
  raw_greet(&raw, cmta_kit_port(kit));
  raw_begin_data(&raw);
  raw_send(&raw, "Subject: x\r\n\r\nbare\nLF\r\n.\r\n");
  raw_expect(&raw, "550 5.6.0 Message refused");
  cr_assert_eq(count_mails(), 0);
  cr_expect_eq(happened(0), 0);
  raw_close(&raw);
}

Test(replies, of_a_message_s_end_do_not_cover_a_refusal) {
  expect_refused("message: reply 250 Fine");
}

Test(replies, of_a_body_do_not_cover_a_refusal) { expect_refused("body: reply 250 Fine"); }

Test(replies, of_a_header_section_do_not_cover_a_refusal) {
  expect_refused("headers: reply 250 Fine");
}

static enum cmta_verdict reject(struct cmta_session *session, void *user,
                                const struct cmta_message *message) {
  (void)session, (void)user, (void)message;
  return CMTA_REJECT;
}

Test(replies, of_a_message_do_not_cover_that_a_hook_refuses_it) {
  const struct cmta_hooks hooks = {.size = sizeof hooks, .message = reject};
  config.hooks = &hooks;
  start("message: reply 250 Fine");
  raw_greet(&raw, cmta_kit_port(kit));
  raw_begin_data(&raw);
  raw_say(&raw, "x\r\n.", "554 5.");
  cr_assert_eq(count_mails(), 0);
  char *text = cmta_recorder_text(cmta_kit_recorder(kit), 1, CMTA_TRANSCRIPT_TEXT);
  cr_expect_null(strstr(text, "S  250 2.0.0 Fine"), "%s", text);
  cr_expect_null(strstr(text, "fault:"), "%s", text);
  cr_expect_eq(happened(0), 0);
  cr_expect_not_null(strstr(text, "S  554 5."), "%s", text);
  free(text);
  raw_close(&raw);
}

Test(replies, of_a_message_are_said_where_it_is_taken) {
  start("body: reply 250 Fine");
  raw_greet(&raw, cmta_kit_port(kit));
  raw_begin_data(&raw);
  raw_say(&raw, "x\r\n.", "250 2.0.0 Fine\r\n");
  cr_assert_eq(count_mails(), 1);
  cr_expect_eq(happened(0), 1);
  raw_close(&raw);
}

static void note(void *context, struct cmta_session *session, int number, const char *text) {
  (void)session, (void)text;
  *(int *)context = number;
}

Test(replies, of_a_message_are_told_when_they_are_said) {
  int number = -1;
  start("body: reply 250 First");
  cmta_kit_fault(kit, "message times 1: reply 250 Second");
  cmta_plan_on_fault(cmta_kit_plan(kit), note, &number);
  raw_greet(&raw, cmta_kit_port(kit));
  raw_begin_data(&raw);
  raw_say(&raw, "bare\nLF\r\n.", "550 ");
  cr_expect_eq(number, -1);
  raw_begin_data(&raw);
  raw_say(&raw, "x\r\n.", "250 2.0.0 Second\r\n");
  cr_expect_eq(number, 1);
  raw_begin_data(&raw);
  raw_say(&raw, "x\r\n.", "250 2.0.0 First\r\n");
  cr_expect_eq(number, 0);
  cr_expect_eq(happened(0), 1);
  cr_expect_eq(happened(1), 1);
  cmta_plan_on_fault(cmta_kit_plan(kit), NULL, NULL);
  raw_close(&raw);
}

Test(replies, of_chunks_happen_where_they_are_said) {
  start("bdat: reply 250 Mine");
  raw_greet(&raw, cmta_kit_port(kit));
  raw_say(&raw, "MAIL FROM:<a@client.example>", "250 ");
  raw_say(&raw, "RCPT TO:<b@server.example>", "250 ");
  raw_say(&raw, "BDAT 0", "250 2.0.0 Mine");
  raw_say(&raw, "BDAT 0", "250 2.0.0 Mine");
  raw_say(&raw, "BDAT 3\r\nx", "250 2.0.0 Mine");
  cr_expect_eq(happened(0), 3);
  raw_say(&raw, "BDAT 0 LAST", "250 2.0.0 Mine");
  cr_expect_eq(happened(0), 4);
  cr_assert_eq(count_mails(), 1);
  raw_close(&raw);
}

/* Refuses for the second recipient. */
static enum cmta_verdict reject_second(struct cmta_session *session, void *user,
                                       const struct cmta_message *message) {
  (void)user, (void)message;
  return cmta_session_recipient(session) == 1 ? CMTA_REJECT : CMTA_ACCEPT;
}

Test(replies, to_recipients_happen_for_those_for_whom_it_is_taken) {
  const struct cmta_hooks hooks = {.size = sizeof hooks, .message = reject_second};
  struct cmta_manners manners;
  cmta_manners_init(&manners);
  manners.lmtp = true;
  config.manners = &manners;
  config.hooks = &hooks;
  start("message times 2: reply 250 Mine");
  raw_connect(&raw, cmta_kit_port(kit));
  raw_expect(&raw, "220 ");
  raw_say(&raw, "LHLO client.example", "250 ");
  raw_say(&raw, "MAIL FROM:<a@client.example>", "250 ");
  for (int i = 0; i < 3; i++)
    raw_say(&raw, "RCPT TO:<b@server.example>", "250 ");
  raw_say(&raw, "DATA", "354 ");
  raw_say(&raw, "x\r\n.", "250 2.0.0 Mine");
  raw_expect(&raw, "554 ");
  raw_expect(&raw, "250 2.0.0 Ok");
  cr_expect_eq(happened(0), 1);
  raw_close(&raw);
}

Test(replies, of_a_message_that_mean_nothing_there_leave_it_undone) {
  static const char *const all[] = {"message: reply 354 Go on", "body: reply 354 Go on",
                                    "message: reply 777 Odd"};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    start(all[i]);
    raw_greet(&raw, cmta_kit_port(kit));
    raw_begin_data(&raw);
    raw_say(&raw, "x\r\n.", i < 2 ? "354 Go on\r\n" : "777 Odd\r\n");
    cr_assert_eq(count_mails(), 0, "%s", all[i]);
    raw_close(&raw);
    cmta_kit_stop(kit);
  }
  kit = NULL;
}

/* ---- Of commands ---- */

Test(replies, of_2yz_that_mean_nothing_there_leave_it_undone) {
  static const char *const users[] = {"joe:secret", NULL};
  config.users = users;
  config.tls_mode = CMTA_TLS_OFFERED;
  start("auth: reply 250");
  cmta_kit_fault(kit, "starttls: reply 250");
  cmta_kit_fault(kit, "data nth 1: reply 250");
  raw_greet(&raw, cmta_kit_port(kit));
  raw_say(&raw, "AUTH PLAIN AGpvZQBzZWNyZXQ=", "250 2.0.0 As planned");
  raw_say(&raw, "STARTTLS", "250 2.0.0 As planned");
  raw_say(&raw, "MAIL FROM:<a@client.example>", "250 ");
  raw_say(&raw, "RCPT TO:<b@server.example>", "250 ");
  raw_say(&raw, "DATA", "250 2.0.0 As planned");
  raw_say(&raw, "AUTH PLAIN AGpvZQBzZWNyZXQ=", "503 ");
  raw_say(&raw, "DATA", "354 ");
  raw_close(&raw);
}

/* ---- Of connections ---- */

Test(replies, of_a_connection_end_it_only_when_they_refuse) {
  start("accept: reply 777 Odd");
  raw_connect(&raw, cmta_kit_port(kit));
  raw_expect(&raw, "777 Odd\r\n");
  raw_say(&raw, "EHLO client.example", "250 ");
  raw_close(&raw);
}

/* A session that counts failures would end by its own will at the third. */
Test(replies, that_refuse_to_log_in_are_said_each_time) {
  static const char *const faults[][2] = {{"auth: reply 535 No", "535 5.7.8 No\r\n"},
                                          {"auth: reply 534", "534 5.7.9 "},
                                          {"auth: reply 500 5.5.4 No", "500 5.5.4 No\r\n"}};
  config.users = (const char *const[]){"alice:secret", NULL};
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    start(faults[i][0]);
    raw_greet(&raw, cmta_kit_port(kit));
    for (int times = 0; times < 5; times++)
      raw_say(&raw, "AUTH PLAIN AGFsaWNlAHNlY3JldA==", faults[i][1]);
    raw_close(&raw);
    cmta_kit_stop(kit);
    kit = NULL;
  }
}
