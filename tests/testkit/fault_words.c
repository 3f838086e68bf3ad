/* SPDX-License-Identifier: MIT */

/* Faults in words: what can be said, what is said of what cannot, and the way back. */

#include "testkit/fault.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct cmta_fault fault;
static char *strings;
static char why[256];

static void end(void) {
  free(strings);
  strings = NULL;
}

TestSuite(fault_words, .fini = end, .timeout = 10);

static void read(const char *text) {
  end();
  cr_assert_eq(fault_read(text, &fault, &strings, why, sizeof why), 0, "%s: %s", text, why);
  cr_assert_eq(fault_check(&fault, why, sizeof why), 0, "%s: %s", text, why);
}

/* What is wrong with text, wherever that is seen. */
static void expect_wrong(const char *text, const char *expected) {
  struct cmta_fault wrong;
  char *its_strings;
  int result = fault_read(text, &wrong, &its_strings, why, sizeof why);
  if (result == 0) {
    result = fault_check(&wrong, why, sizeof why);
    free(its_strings);
  }
  cr_expect_eq(result, CMTA_E_ARGUMENT, "%s", text);
  cr_expect_str_eq(why, expected, "%s: %s", text, why);
}

/* The words are those, and mean the same. */
static void expect_words(const char *text, const char *expected) {
  char words[512], again[512];
  read(text);
  ptrdiff_t length = cmta_fault_words(&fault, words, sizeof words);
  cr_expect_eq(length, (ptrdiff_t)strlen(expected), "%s", text);
  cr_expect_str_eq(words, expected);
  read(words);
  cmta_fault_words(&fault, again, sizeof again);
  cr_expect_str_eq(again, words);
}

Test(fault_words, say_what_the_structure_says) {
  read("rcpt nth 2: reply 450 4.2.1 Mailbox busy");
  cr_expect_str_eq(fault.stage, "rcpt");
  cr_expect_eq(fault.nth, 2);
  cr_expect_eq(fault.action, CMTA_FAULT_REPLY);
  cr_expect_eq(fault.code, 450);
  cr_expect_str_eq(fault.enhanced, "4.2.1");
  cr_expect_str_eq(fault.text, "Mailbox busy");
}

Test(fault_words, have_every_condition) {
  read("message every 3 times 4 command 5 connection 6 chance 0.25 from a@b.example to \"*\""
       " subject \"two words\" header X-Id \"a:b\" text hello: delay 1.5");
  cr_expect_eq(fault.every, 3);
  cr_expect_eq(fault.times, 4);
  cr_expect_eq(fault.command, 5);
  cr_expect_eq(fault.connection, 6);
  cr_expect_eq(fault.chance, 0.25);
  cr_expect_str_eq(fault.match.sender, "a@b.example");
  cr_expect_str_eq(fault.match.recipient, "*");
  cr_expect_str_eq(fault.match.subject, "two words");
  cr_expect_str_eq(fault.match.header, "X-Id");
  cr_expect_str_eq(fault.match.value, "a:b");
  cr_expect_str_eq(fault.match.text, "hello");
  cr_expect_eq(fault.seconds, 1.5);
}

Test(fault_words, of_a_header_field_want_no_value) {
  read("message header Subject nth 2: close");
  cr_expect_str_eq(fault.match.header, "Subject");
  cr_expect_null(fault.match.value);
  cr_expect_eq(fault.nth, 2);
}

Test(fault_words, have_every_action) {
  static const char *const all[] = {
      "any: reply 451",   "any: delay 0",    "any: close",       "any: reset",
      "any: half-close",  "any: stall",      "any: throttle 10", "any: read 1",
      "any: cut 0",       "any: first-line", "any: garbage",     "ehlo: offer SIZE 10,HELP",
      "any: tls-refused", "any: tls-wrong"};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    expect_words(all[i], all[i]);
    cr_expect_eq(fault.action, (enum cmta_fault_action)i);
  }
  cr_expect_null(cmta_fault_action_word(sizeof all / sizeof *all));
}

Test(fault_words, have_every_stage) {
  char text[64];
  const struct cmta_fault_word *word;
  size_t count = 0;
  for (; (word = cmta_fault_stage_word(count)); count++) {
    snprintf(text, sizeof text, "%s: close", word->word);
    expect_words(text, text);
  }
  cr_expect_eq(count, 22);
}

Test(fault_words, are_known_in_any_case_of_letters) {
  expect_words("RCPT Nth 2: Reply 450 Busy", "rcpt nth 2: reply 450 Busy");
}

Test(fault_words, want_no_blanks_at_the_colon) {
  expect_words("  rcpt\tnth 2:close ", "rcpt nth 2: close");
}

Test(fault_words, in_quotes_may_hold_any_octet_but_nul) {
  read("rcpt: reply 550 \"a\\nb\\t\\x7f\\xFf\\\"\\\\\"");
  cr_expect_str_eq(fault.text, "a\nb\t\x7f\xff\"\\");
  expect_words("rcpt: garbage \"\\x01\\xe9\\n\"", "rcpt: garbage \"\\x01\\xe9\\n\"");
}

Test(fault_words, without_quotes_go_to_the_end) {
  read("rcpt: reply 550 no \\n \"such\" user: sorry \r\n");
  cr_expect_str_eq(fault.text, "no \\n \"such\" user: sorry");
}

Test(fault_words, in_quotes_are_no_enhanced_status_code) {
  expect_words("rcpt: reply 550 \"5.1.1 is no code\"", "rcpt: reply 550 \"5.1.1 is no code\"");
  cr_expect_null(fault.enhanced);
}

Test(fault_words, may_offer_nothing) {
  expect_words("ehlo: offer", "ehlo: offer");
  expect_words("ehlo: offer \"\"", "ehlo: offer \"\"");
}

Test(fault_words, tell_an_empty_text_from_none) {
  expect_words("rcpt: reply 550 \"\"", "rcpt: reply 550 \"\"");
  expect_words("rcpt from \"\": reply 550", "rcpt from \"\": reply 550");
}

Test(fault_words, of_times_and_chances_have_a_point) {
  expect_words("any chance 0.100: delay 0.0015", "any chance 0.1: delay 0.0015");
}

Test(fault_words, of_times_and_chances_are_the_same_numbers_again) {
  static const double numbers[] = {
      0,    -0.,       1e-10,  4e-10,     5e-324, 2.2250738585072014e-308,
      0.1,  1. / 3,    2. / 3, 0.1 + 0.2, 1e-9,   1 - 0x1p-53,
      1e-5, 0x1.8p-40, 1,      0x1p-53};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    char words[1024];
    cmta_fault_init(&fault);
    fault.stage = "rcpt", fault.action = CMTA_FAULT_DELAY;
    fault.chance = numbers[i], fault.seconds = numbers[i] * 9e8;
    struct cmta_fault said = fault;
    cr_assert_gt(cmta_fault_words(&said, words, sizeof words), 0);
    read(words);
    cr_expect(fault.chance == said.chance, "%s", words);
    cr_expect(fault.seconds == said.seconds, "%s", words);
  }
}

Test(fault_words, of_times_and_chances_have_no_more_digits_than_they_need) {
  expect_words("any chance 0.0000000001: delay 999999999.9",
               "any chance 0.0000000001: delay 999999999.9");
  expect_words("any chance .5: delay 5.", "any chance 0.5: delay 5");
  expect_words("any chance 0.30000000000000000: delay 1000000000",
               "any chance 0.3: delay 1000000000");
}

Test(fault_words, that_are_wrong_are_named_with_their_place) {
  expect_wrong("", "no stage at 1: the end");
  expect_wrong("recpt: close", "no stage at 1: recpt");
  expect_wrong("\"rcpt\": close", "no stage at 1: \"rcpt\"");
  expect_wrong("rcpt", "no colon at 5: the end");
  expect_wrong("rcpt often: close", "no condition at 6: often");
  expect_wrong("rcpt nth 2 nth 3: close", "a second time at 12: nth");
  expect_wrong("rcpt nth 2 every 3: close", "\"nth\" and \"every\" are two ways to count");
  expect_wrong("rcpt nth: close", "no number at 9: the end");
  expect_wrong("rcpt nth 0: close", "no number from 1 on at 10: 0");
  expect_wrong("rcpt nth 4294967296: close", "no number at 10: 4294967296");
  expect_wrong("rcpt connection 99999999999999999999: close",
               "no number from 1 on at 17: 99999999999999999999");
  expect_wrong("rcpt chance 1.5: close", "no chance from 0 to 1 at 13: 1.5");
  expect_wrong("rcpt chance .: close", "no chance from 0 to 1 at 13: .");
  expect_wrong("rcpt to: close", "no text at 8: the end");
  expect_wrong("rcpt: shut", "no action at 7: shut");
  expect_wrong("rcpt:", "no action at 6: the end");
  expect_wrong("rcpt: close now", "too much at 13: now");
  expect_wrong("rcpt: reply", "no reply code at 12: the end");
  expect_wrong("rcpt: reply 99", "no reply code at 13: 99");
  expect_wrong("rcpt: reply 4500", "no reply code at 13: 4500");
  expect_wrong("rcpt: reply 450 \"a", "no second quote at 17: \"a");
  expect_wrong("rcpt: reply 450 \"a\" b", "too much at 21: b");
  expect_wrong("rcpt: reply 450 \"\\q\"", "no escape at 18: \\\\q");
  expect_wrong("rcpt: garbage \"\\x00\"", "no escape at 16: \\\\x00");
  expect_wrong("rcpt: delay", "no seconds at 12: the end");
  expect_wrong("rcpt: delay 1e3", "no seconds at 13: 1e3");
  expect_wrong("rcpt: throttle 0", "no number from 1 on at 16: 0");
  expect_wrong("rcpt: cut -1", "no number at 11: -1");
}

Test(fault_words, behind_a_header_without_a_text_may_have_been_meant_as_that) {
  expect_wrong("message header x-foo bar: close",
               "no condition at 22: bar (the text of a header stands in quotes)");
  expect_wrong("message header x-foo \"bar\" baz: close", "no condition at 28: baz");
  expect_wrong("message header x-foo nth 2 bar: close", "no condition at 28: bar");
  expect_wrong("message subject x-foo bar: close", "no condition at 23: bar");
}

Test(fault_words, that_are_wrong_are_shown_made_visible_and_short) {
  expect_wrong("rc\x1b[1m\xe4: close", "no stage at 1: rc\\x1b[1m\\xe4");
  expect_wrong("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddX: close",
               "no stage at 1: aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd...");
}

Test(fault_words, that_do_not_go_together_are_wrong) {
  expect_wrong("connect from a@b: close", "\"from\" is not known at \"connect\"");
  expect_wrong("mail to a@b: close", "\"to\" is not known at \"mail\"");
  expect_wrong("data subject x: close", "\"subject\" is not known at \"data\"");
  expect_wrong("accept command 1: close", "\"command\" is not known at \"accept\"");
  expect_wrong("helo: offer SIZE", "\"offer\" cannot be at \"helo\"");
  expect_wrong("ehlo: offer SIZE,,HELP", "\"offer\" has nothing beside a comma");
  expect_wrong("ehlo: offer SIZE, ", "\"offer\" has nothing beside a comma");
  expect_wrong("ehlo: offer ,", "\"offer\" has nothing beside a comma");
  expect_wrong("rcpt: delay 1000000001", "\"delay\" wants seconds from 0 to 1000000000");
}

Test(fault_words, that_can_never_hold_are_wrong) {
  expect_wrong("mail from <>: close", "\"from\" wants the address without < and >: \"\"");
  expect_wrong("rcpt from <a@b.example>: close",
               "\"from\" wants the address without < and >: a@b.example");
  expect_wrong("rcpt to \"<a\\x1b@b>\": close",
               "\"to\" wants the address without < and >: a\\x1b@b");
  expect_wrong("rcpt to *@b>: close", "\"to\" wants the address without < and >: *@b");
  expect_wrong("rcpt to <: close", "\"to\" wants the address without < and >: *");
  expect_wrong("rcpt to \"\": close", "\"to\" wants an address; * is any");
  expect_wrong("message header \"\": close",
               "\"header\" wants the name of a field, without a colon");
  expect_wrong("message header \"Subject: x\": close",
               "\"header\" wants the name of a field, without a colon");
  expect_words("rcpt to \"\\\"<\\\"@*\": close", "rcpt to \"\\\"<\\\"@*\": close");
}

Test(fault_words, that_ehlo_cannot_be_told_are_wrong) {
  expect_wrong("ehlo: offer SIZE, X_Y",
               "\"offer\" wants keywords, of letters, digits and '-': X_Y");
  expect_wrong("lhlo: offer -X", "\"offer\" wants keywords, of letters, digits and '-': -X");
  expect_wrong("ehlo: offer \xc3\x9c",
               "\"offer\" wants keywords, of letters, digits and '-': \\xc3\\x9c");
  expect_wrong("ehlo: offer X-A \xc3\x9c",
               "\"offer\" wants printable ASCII behind a keyword: X-A \\xc3\\x9c");
  expect_wrong("ehlo: offer SIZE 1, size 2", "\"offer\" has a keyword twice: SIZE");
  expect_wrong("ehlo: offer SMTPUTF8", "\"offer\" has SMTPUTF8 without 8BITMIME");
  expect_wrong("ehlo: offer binarymime, 8BITMIME", "\"offer\" has BINARYMIME without CHUNKING");
  expect_words("ehlo: offer smtputf8, 8BitMime", "ehlo: offer smtputf8, 8BitMime");
}

Test(fault_words, that_ehlo_is_told_have_a_longest_line) {
  char words[300] = "ehlo: offer SIZE, X ";
  size_t begun = strlen(words);
  memset(words + begun, 'x', 198);
  expect_words(words, words);
  words[begun + 198] = 'x';
  expect_wrong(words, "\"offer\" wants 200 octets at most between commas: "
                      "X xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...");
}

Test(fault_words, of_a_fault_that_cannot_be_are_an_error) {
  cmta_fault_init(&fault);
  cr_expect_eq(cmta_fault_words(&fault, NULL, 0), CMTA_E_ARGUMENT);
  fault.stage = "rcpt";
  fault.chance = 0.0 / 0.0;
  cr_expect_eq(cmta_fault_words(&fault, NULL, 0), CMTA_E_ARGUMENT);
  fault.chance = 1;
  fault.action = (enum cmta_fault_action)14;
  cr_expect_eq(cmta_fault_words(&fault, NULL, 0), CMTA_E_ARGUMENT);
}

/* The last parts of the structure are not there: they are as by default. */
Test(fault_words, of_an_older_shorter_structure_are_said) {
  char words[32];
  cmta_fault_init(&fault);
  fault.stage = "rcpt", fault.action = CMTA_FAULT_CLOSE, fault.chance = 0.5;
  fault.size = offsetof(struct cmta_fault, chance);
  cr_expect_eq(cmta_fault_words(&fault, words, sizeof words), 15);
  cr_expect_str_eq(words, "rcpt: reply 451");
  fault.size = sizeof fault + 1;
  cr_expect_eq(cmta_fault_words(&fault, words, sizeof words), CMTA_E_ARGUMENT);
}

Test(fault_words, are_cut_where_there_is_no_room) {
  char words[5] = "xxxx";
  read("rcpt: close");
  cr_expect_eq(cmta_fault_words(&fault, words, sizeof words), 11);
  cr_expect_str_eq(words, "rcpt");
}

Test(fault_words, all_have_help) {
  const struct cmta_fault_word *word;
  for (size_t i = 0; (word = cmta_fault_condition_word(i)); i++)
    cr_expect(*word->help && strncmp(word->usage, word->word, strlen(word->word)) == 0);
  for (size_t i = 0; (word = cmta_fault_action_word(i)); i++)
    cr_expect(*word->help && strncmp(word->usage, word->word, strlen(word->word)) == 0);
}
