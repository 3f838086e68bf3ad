/* SPDX-License-Identifier: MIT */

/* Exactly these and nothing else, and what is said when it is otherwise. */

#include "sender.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static struct cmta_kit *kit;
static char difference[4096];

static void begin(void) { cr_assert_eq(cmta_kit_start(&kit, NULL), 0); }

static void end(void) { cmta_kit_stop(kit); }

TestSuite(expect, .init = begin, .fini = end);

#define MATCH(...) ((struct cmta_match){.size = sizeof(struct cmta_match), __VA_ARGS__})

static void deliver(const char *from, const char *to, const char *subject) {
  char message[512];
  snprintf(message, sizeof message, "Subject: %s\n\nHello.\n", subject);
  send_mail(cmta_kit_port(kit), from, to, message);
}

static int expect(const struct cmta_match *expected, size_t count) {
  return cmta_kit_expect(kit, expected, count, 0, difference, sizeof difference);
}

static void want_said(const char *text) {
  cr_assert(strstr(difference, text), "expected %s in:\n%s", text, difference);
}

Test(expect, nothing_of_an_empty_mailbox) { cr_assert_eq(expect(NULL, 0), 0); }

Test(expect, each_mail_is_for_one) {
  struct cmta_match two[] = {MATCH(.recipient = "*@s.example"), MATCH(.recipient = "*@s.example")};
  deliver("a@c.example", "b@s.example", "one");
  cr_assert_eq(expect(two, 2), CMTA_E_TIMEOUT);
  want_said("2 mails were expected, 1 is there\nmissing: recipient \"*@s.example\"\n");
  deliver("a@c.example", "c@s.example", "two");
  cr_assert_eq(expect(two, 2), 0);
}

/* The first two take what the others need, and have to give it up. */
Test(expect, assignment_is_the_best) {
  struct cmta_match expected[] = {MATCH(.sender = NULL), MATCH(.sender = "a@c.example"),
                                  MATCH(.recipient = "x@s.example", .sender = "a@c.example")};
  deliver("a@c.example", "x@s.example", "one");
  deliver("a@c.example", "y@s.example", "two");
  deliver("b@c.example", "y@s.example", "three");
  cr_assert_eq(expect(expected, 3), 0);
}

Test(expect, waits_until_it_is_so) {
  struct cmta_match one = MATCH(.subject = "kept");
  struct cmta_mail *mail;
  deliver("a@c.example", "b@s.example", "kept");
  deliver("a@c.example", "b@s.example", "taken");
  cr_assert_eq(expect(&one, 1), CMTA_E_TIMEOUT);
  cr_assert_eq(cmta_kit_take(kit, &MATCH(.subject = "taken"), 10, &mail), 0);
  cr_assert_eq(expect(&one, 1), 0);
  cmta_mail_free(mail);
}

static void *take_other(void *nothing) {
  struct cmta_mail *mail = NULL;
  cmta_kit_take(kit, &MATCH(.subject = "taken"), 10, &mail);
  cmta_mail_free(mail);
  return nothing;
}

Test(expect, is_woken_by_a_mail_that_goes) {
  struct cmta_match one = MATCH(.subject = "kept");
  pthread_t thread;
  deliver("a@c.example", "b@s.example", "kept");
  deliver("a@c.example", "b@s.example", "taken");
  cr_assert_eq(pthread_create(&thread, NULL, take_other, NULL), 0);
  cr_assert_eq(cmta_kit_expect(kit, &one, 1, 10, NULL, 0), 0);
  pthread_join(thread, NULL);
}

Test(expect, says_what_is_missing_and_what_is_nearest) {
  struct cmta_match one = MATCH(.recipient = "bob@s.example", .subject = "Welcome");
  deliver("shop@c.example", "amy@s.example", "Welcome");
  deliver("shop@c.example", "bob@s.example", "Goodbye");
  cr_assert_eq(expect(&one, 1), CMTA_E_TIMEOUT);
  want_said("1 mail was expected, 2 are there\n");
  want_said("missing: recipient \"bob@s.example\", subject \"Welcome\"\n  nearest: ");
  want_said(" from \"shop@c.example\" to \"bob@s.example\", subject \"Goodbye\"\n");
  want_said("    its subject is \"Goodbye\"\n");
  cr_assert_null(strstr(difference, "its recipients"));
  want_said("besides: ");
}

Test(expect, says_each_part_that_differs) {
  struct cmta_match one = MATCH(.id = "x", .sender = "x", .recipient = "x", .subject = "x",
                                .header = "Date", .value = "x", .text = "x");
  deliver("a@c.example", "b@s.example c@s.example", "one");
  cr_assert_eq(expect(&one, 1), CMTA_E_TIMEOUT);
  want_said("missing: id \"x\", sender \"x\", recipient \"x\", subject \"x\", header \"Date\", "
            "with \"x\", text \"x\"\n");
  want_said("    its id is ");
  want_said("    its sender is \"a@c.example\"\n");
  want_said("    its recipients are \"b@s.example\", \"c@s.example\"\n");
  want_said("    its subject is \"one\"\n");
  want_said("    its field \"Date\" is not there\n");
  want_said("    its text is \"Hello.\\n\"\n");
}

Test(expect, says_each_field_of_a_name) {
  struct cmta_match one = MATCH(.header = "x-tag", .value = "three");
  send_mail(cmta_kit_port(kit), "a@c.example", "b@s.example", "X-Tag: one\nX-TAG: two\n\n");
  cr_assert_eq(expect(&one, 1), CMTA_E_TIMEOUT);
  want_said("    its field \"x-tag\" is \"one\", \"two\"\n");
}

Test(expect, says_five_fields_of_a_name_at_most) {
  struct cmta_match one = MATCH(.header = "X", .value = "x");
  send_mail(cmta_kit_port(kit), "a@c.example", "b@s.example", "X:1\nX:2\nX:3\nX:4\nX:5\nX:6\n\n");
  cr_assert_eq(expect(&one, 1), CMTA_E_TIMEOUT);
  want_said(" is \"1\", \"2\", \"3\", \"4\", \"5\", ...\n");
}

/* ---- Where a general expectation is content with any mail ---- */

Test(expect, general_one_gets_what_is_left) {
  struct cmta_match two[] = {MATCH(.sender = "*@c.example"), MATCH(.recipient = "bob@s.example")};
  deliver("shop@c.example", "bob@s.example", "one");
  cr_assert_eq(expect(two, 2), CMTA_E_TIMEOUT);
  want_said("missing: sender \"*@c.example\"\n");
  cr_assert_null(strstr(difference, "missing: recipient"), "%s", difference);
}

Test(expect, general_one_leaves_the_mail_that_is_nearest_to_another) {
  struct cmta_match two[] = {MATCH(.recipient = "bob@s.example", .subject = "Welcome"),
                             MATCH(.sender = "*@c.example")};
  deliver("shop@c.example", "bob@s.example", "Goodbye");
  deliver("shop@c.example", "zed@s.example", "other");
  cr_assert_eq(expect(two, 2), CMTA_E_TIMEOUT);
  want_said(
      " to \"bob@s.example\", subject \"Goodbye\"\n    its subject is \"Goodbye\"\nbesides: ");
  cr_assert_null(strstr(difference, "zed"), "%s", difference);
}

Test(expect, mail_of_a_general_one_is_nearest_where_no_other_is) {
  struct cmta_match two[] = {MATCH(.sender = "*@c.example"),
                             MATCH(.recipient = "bob@s.example", .subject = "Welcome")};
  deliver("shop@c.example", "bob@s.example", "Goodbye");
  cr_assert_eq(expect(two, 2), CMTA_E_TIMEOUT);
  want_said("    its subject is \"Goodbye\"\n");
  cr_assert_null(strstr(difference, "besides"), "%s", difference);
}

Test(expect, mail_that_is_rightly_of_another_is_not_nearest) {
  struct cmta_match two[] = {MATCH(.recipient = "bob@s.example", .subject = "Welcome"),
                             MATCH(.recipient = "bob@s.example", .subject = "Goodbye")};
  deliver("shop@c.example", "bob@s.example", "Welcome");
  cr_assert_eq(expect(two, 2), CMTA_E_TIMEOUT);
  cr_assert_null(strstr(difference, "nearest"), "%s", difference);
  deliver("shop@c.example", "zed@s.example", "Goodbye");
  cr_assert_eq(expect(two, 2), CMTA_E_TIMEOUT);
  want_said("    its recipients are \"zed@s.example\"\nbesides: ");
}

/* ---- The text ---- */

Test(expect, says_surplus_mails_that_look_alike_once) {
  const char *besides;
  deliver("a@c.example", "b@s.example", "one");
  deliver("a@c.example", "b@s.example", "one");
  deliver("x@c.example", "b@s.example", "one");
  deliver("a@c.example", "x@s.example", "one");
  deliver("a@c.example", "b@s.example x@s.example", "one");
  deliver("a@c.example", "b@s.example", "two");
  deliver("a@c.example", "b@s.example", "one");
  cr_assert_eq(expect(NULL, 0), CMTA_E_TIMEOUT);
  want_said(" from \"a@c.example\" to \"b@s.example\", subject \"one\"\n  and 2 more like it\n");
  size_t count = 0;
  for (besides = difference; (besides = strstr(besides, "besides: ")); besides++)
    count++;
  cr_assert_eq(count, 5, "%s", difference);
}

Test(expect, says_mails_without_a_subject_once) {
  send_mail(cmta_kit_port(kit), "", "b@s.example", "X: x\n\nHello.\n");
  send_mail(cmta_kit_port(kit), "", "b@s.example", "X: x\n\nHello.\n");
  cr_assert_eq(expect(NULL, 0), CMTA_E_TIMEOUT);
  want_said(" from \"\" to \"b@s.example\", subject not there\n  and 1 more like it\n");
}

Test(expect, says_nothing_unescaped) {
  deliver("a@c.example", "b@s.example", "\x1b[31m\"red\" \\ Gr\xc3\xbc\xc3\x9f\x65 \xe2\x80\xae");
  cr_assert_eq(expect(NULL, 0), CMTA_E_TIMEOUT);
  want_said("subject \"\\x1b[31m\\\"red\\\" \\\\ Gr\xc3\xbc\xc3\x9f\x65 \\xe2\\x80\\xae\"\n");
}

Test(expect, keeps_to_the_size_of_what_it_says) {
  char small[16];
  memset(small, 'x', sizeof small);
  deliver("a@c.example", "b@s.example", "one");
  cr_assert_eq(cmta_kit_expect(kit, NULL, 0, 0, small, sizeof small - 1), CMTA_E_TIMEOUT);
  cr_assert_lt(strlen(small), sizeof small - 1);
  cr_assert_eq(small[sizeof small - 1], 'x');
  cr_assert_eq(cmta_kit_expect(kit, NULL, 0, 0, small, 0), CMTA_E_TIMEOUT);
}

Test(expect, has_an_error_for_a_match_that_cannot_be) {
  struct cmta_match wrong = {.size = 1};
  cr_assert_eq(expect(&wrong, 1), CMTA_E_ARGUMENT);
  cr_assert_eq(expect(NULL, 1), CMTA_E_ARGUMENT);
}
