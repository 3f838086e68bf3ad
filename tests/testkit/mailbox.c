/* SPDX-License-Identifier: MIT */

/* What comes into a mailbox, and how it gets out of it. */

#include "sender.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>

static const char message[] = "Subject: hello\n\nHello.\n";

static struct cmta_kit *kit;

static void begin(void) { cr_assert_eq(cmta_kit_start(&kit, NULL), 0); }

static void end(void) { cmta_kit_stop(kit); }

TestSuite(mailbox, .init = begin, .fini = end);

static void deliver(const char *from, const char *to, const char *text) {
  send_mail(cmta_kit_port(kit), from, to, text);
}

static size_t count(const struct cmta_match *match) {
  return cmta_mailbox_count(cmta_kit_mailbox(kit), match);
}

static struct cmta_mail *take(const struct cmta_match *match) {
  struct cmta_mail *mail = NULL;
  cr_assert_eq(cmta_kit_take(kit, match, 10, &mail), 0);
  return mail;
}

/* ---- A mail ---- */

Test(mailbox, names_a_mail_as_the_reply_does) {
  struct sender sender;
  struct cmta_mail *mail;
  sender_connect(&sender, cmta_kit_port(kit));
  sender_say(&sender, "EHLO c.example", "250");
  sender_mail(&sender, "a@c.example", "b@s.example", message);
  cr_assert_eq(cmta_kit_take(kit, NULL, 0, &mail), 0, "it is there before the reply");
  const char *named = strstr(sender.reply, "queued as ");
  cr_assert(named && strncmp(named + 10, cmta_mail_id(mail), strlen(cmta_mail_id(mail))) == 0);
  cmta_mail_free(mail);
  sender_close(&sender);
}

Test(mailbox, shows_envelope_and_connection) {
  deliver("a@c.example", "b@s.example", message);
  deliver("", "b@s.example c@s.example", message);
  cmta_mail_free(take(NULL));
  struct cmta_mail *mail = take(NULL);
  const struct cmta_envelope *envelope = cmta_message_envelope(cmta_mail_message(mail));
  cr_assert(cmta_slice_is(envelope->reverse_path.address, ""));
  cr_assert_eq(cmta_mail_recipient_count(mail), 2);
  cr_assert(cmta_slice_is(cmta_mail_recipient(mail, 1)->address, "c@s.example"));
  cr_assert_null(cmta_mail_recipient(mail, 2));
  cr_assert_eq(cmta_mail_connection(mail), 2);
  cmta_mail_free(mail);
}

Test(mailbox, shows_fields_and_text) {
  deliver("a@c.example", "b@s.example", "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n\none\ntwo\n");
  struct cmta_mail *mail = take(NULL);
  cr_assert_str_eq(cmta_mail_header(mail, "SUBJECT"), "Grüße");
  cr_assert_null(cmta_mail_header(mail, "Date"));
  cr_assert_str_eq(cmta_mail_text(mail), "one\ntwo\n");
  cmta_mail_free(mail);
}

Test(mailbox, mail_outlives_kit_and_shares) {
  struct cmta_kit *other;
  struct cmta_mail *mail;
  cr_assert_eq(cmta_kit_start(&other, NULL), 0);
  send_mail(cmta_kit_port(other), "a@c.example", "b@s.example", message);
  cr_assert_eq(cmta_kit_take(other, NULL, 10, &mail), 0);
  cmta_kit_stop(other);
  struct cmta_mail *shared = cmta_mail_share(mail);
  cmta_mail_free(mail);
  cr_assert_str_eq(cmta_mail_text(shared), "Hello.\n");
  cmta_mail_free(shared);
}

Test(mailbox, refused_message_is_not_in_it) {
  struct sender sender;
  sender_connect(&sender, cmta_kit_port(kit));
  sender_say(&sender, "EHLO c.example", "250");
  sender_say(&sender, "MAIL FROM:<a@c.example>", "250 ");
  sender_say(&sender, "RCPT TO:<b@s.example>", "250 ");
  sender_say(&sender, "DATA", "354 ");
  sender_send(&sender, "bare\nline end");
  sender_say(&sender, "\r\n.", "550 ");
  cr_assert_eq(count(NULL), 0);
  sender_close(&sender);
}

/* ---- Which ---- */

static bool matches(struct cmta_match match) {
  struct cmta_mail **mails;
  size_t found;
  cr_assert_eq(cmta_mailbox_list(cmta_kit_mailbox(kit), NULL, &mails, &found), 0);
  bool result = found == 1 && cmta_mail_matches(mails[0], &match);
  cmta_mailbox_list_free(mails, found);
  return result;
}

#define MATCH(...) ((struct cmta_match){.size = sizeof(struct cmta_match), __VA_ARGS__})

Test(mailbox, match_of_addresses_is_a_pattern_without_case) {
  deliver("News@C.example", "bob@s.example alice@s.example", message);
  cr_assert(matches(MATCH(.sender = "news@c.EXAMPLE")));
  cr_assert(matches(MATCH(.sender = "*@c.example", .recipient = "a????@*")));
  cr_assert(matches(MATCH(.recipient = "*b*b*")));
  cr_assert(matches(MATCH(.sender = "*")));
  cr_assert_not(matches(MATCH(.sender = "news")));
  cr_assert_not(matches(MATCH(.sender = "")));
  cr_assert_not(matches(MATCH(.recipient = "*@c.example")));
  cr_assert_not(matches(MATCH(.recipient = "bob@s.example?")));
}

Test(mailbox, match_of_an_empty_pattern_is_the_null_reverse_path) {
  deliver("", "b@s.example", message);
  cr_assert(matches(MATCH(.sender = "")));
  cr_assert_not(matches(MATCH(.sender = "?*")));
}

Test(mailbox, match_of_texts_is_a_part_in_this_case) {
  deliver("a@c.example", "b@s.example", "Subject: hello world\nX: 1\nX: two\n\nSome text.\n");
  cr_assert(matches(MATCH(.subject = "lo wo", .text = "text")));
  cr_assert(matches(MATCH(.header = "x", .value = "tw")));
  cr_assert(matches(MATCH(.header = "X")));
  cr_assert_not(matches(MATCH(.subject = "Hello")));
  cr_assert_not(matches(MATCH(.text = "hello")));
  cr_assert_not(matches(MATCH(.header = "X", .value = "three")));
  cr_assert_not(matches(MATCH(.header = "Y")));
}

Test(mailbox, match_of_an_id_is_the_whole) {
  deliver("a@c.example", "b@s.example", message);
  struct cmta_mail *mail = take(NULL);
  cr_assert(cmta_mail_matches(mail, &MATCH(.id = cmta_mail_id(mail))));
  cr_assert_not(cmta_mail_matches(mail, &MATCH(.id = "")));
  cmta_mail_free(mail);
}

Test(mailbox, match_of_an_unknown_size_is_an_error) {
  struct cmta_match wrong = {.size = sizeof wrong + 1};
  struct cmta_mail *mail;
  cr_assert_eq(cmta_kit_take(kit, &wrong, 0, &mail), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_mailbox_wait(cmta_kit_mailbox(kit), &wrong, 0, 0), CMTA_E_ARGUMENT);
}

/* ---- Out of it ---- */

Test(mailbox, take_without_time_says_at_once_that_there_is_none) {
  struct cmta_mail *mail;
  cr_assert_eq(cmta_kit_take(kit, NULL, 0, &mail), CMTA_E_TIMEOUT);
  cr_assert_eq(cmta_kit_wait(kit, 1, 0), CMTA_E_TIMEOUT);
  cr_assert_eq(cmta_kit_wait(kit, 0, 0), 0);
}

static void *deliver_late(void *nothing) {
  deliver("a@c.example", "other@s.example", message);
  deliver("a@c.example", "me@s.example", message);
  return nothing;
}

Test(mailbox, take_waits_for_the_one_that_it_means) {
  pthread_t thread;
  cr_assert_eq(pthread_create(&thread, NULL, deliver_late, NULL), 0);
  struct cmta_mail *mail = take(&MATCH(.recipient = "me@*"));
  cr_assert(cmta_slice_is(cmta_mail_recipient(mail, 0)->local_part, "me"));
  cr_assert_eq(count(NULL), 1);
  cmta_mail_free(mail);
  pthread_join(thread, NULL);
}

Test(mailbox, wait_counts_those_like_that) {
  pthread_t thread;
  cr_assert_eq(pthread_create(&thread, NULL, deliver_late, NULL), 0);
  cr_assert_eq(cmta_mailbox_wait(cmta_kit_mailbox(kit), &MATCH(.recipient = "me@s.example"), 1, 10),
               1);
  cr_assert_eq(cmta_kit_wait(kit, 2, 0), 2);
  pthread_join(thread, NULL);
}

Test(mailbox, take_is_in_the_order_they_came) {
  deliver("1@c.example", "b@s.example", message);
  deliver("2@c.example", "b@s.example", message);
  struct cmta_mail *mail = take(NULL);
  cr_assert(cmta_mail_matches(mail, &MATCH(.sender = "1@c.example")));
  cmta_mail_free(mail);
}

Test(mailbox, list_leaves_them_there) {
  struct cmta_mail **mails;
  size_t found;
  deliver("1@c.example", "b@s.example", message);
  deliver("2@c.example", "b@s.example", message);
  cr_assert_eq(cmta_mailbox_list(cmta_kit_mailbox(kit), NULL, &mails, &found), 0);
  cr_assert_eq(found, 2);
  cr_assert_eq(count(NULL), 2);
  cmta_mailbox_list_free(mails, found);
}

Test(mailbox, clear_frees_those_like_that) {
  deliver("1@c.example", "b@s.example", message);
  deliver("2@c.example", "b@s.example", message);
  deliver("3@c.example", "b@s.example", message);
  cr_assert_eq(cmta_mailbox_clear(cmta_kit_mailbox(kit), &MATCH(.sender = "2@*")), 1);
  cr_assert_eq(count(NULL), 2);
  cmta_kit_clear(kit);
  cr_assert_eq(count(NULL), 0);
  deliver("4@c.example", "b@s.example", message);
  cr_assert_eq(count(NULL), 1);
}
