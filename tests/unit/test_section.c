/* SPDX-License-Identifier: MIT */

/* The header section through a chain of hook sets that take their time: the input it came in is
 * long gone when the last set is shown it. What one set can see stands in the dialogues. */

#include <cmta/session.h>

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { SETS = 2 };

/* One hook set: how it answers, and what it has seen. */
struct set {
  enum cmta_verdict chunk, headers, message;
  unsigned asked;
  char section[64];
  unsigned messages;
};

static struct set sets[SETS];
static struct cmta_service *service;
static struct cmta_session *session;

static enum cmta_verdict on_chunk(struct cmta_session *asked, void *user, struct cmta_slice bytes) {
  (void)asked;
  (void)bytes;
  return ((struct set *)user)->chunk;
}

static enum cmta_verdict on_headers(struct cmta_session *asked, void *user,
                                    struct cmta_slice section) {
  struct set *set = user;
  (void)asked;
  set->asked++;
  cr_assert_lt(section.length, sizeof set->section);
  memcpy(set->section, section.at, section.length);
  return set->headers;
}

static enum cmta_verdict on_message(struct cmta_session *asked, void *user,
                                    const struct cmta_message *message) {
  struct set *set = user;
  (void)asked;
  (void)message;
  set->messages++;
  return set->message;
}

/* Brings bytes in a block that is gone afterwards. */
static size_t bring(const char *bytes, size_t length) {
  char *block = malloc(length + 1);
  memcpy(block, bytes, length);
  const ptrdiff_t taken = cmta_session_receive(session, block, length);
  cr_assert_geq(taken, 0);
  free(block);
  return (size_t)taken;
}

static void begin(void) {
  static const char group[] = "HELO c.example\r\nMAIL FROM:<a@b.example>\r\n"
                              "RCPT TO:<c@d.example>\r\nDATA\r\n";
  const struct cmta_hooks hooks = {
      .size = sizeof hooks, .chunk = on_chunk, .headers = on_headers, .message = on_message};
  memset(sets, 0, sizeof sets);
  cr_assert_eq(cmta_service_new(&service, NULL, &hooks, &sets[0]), 0);
  cr_assert_eq(cmta_service_add(service, &hooks, &sets[1]), 1);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  cr_assert_eq(bring(group, sizeof group - 1), sizeof group - 1);
}

static void end(void) {
  cmta_session_free(session);
  cmta_service_free(service);
}

TestSuite(section, .init = begin, .fini = end);

/* Brings a message, and answers each question that is left open with ACCEPT. */
static void bring_message(const char *message) {
  size_t length = strlen(message);
  bool answered = true;
  while (length > 0 || answered) {
    const size_t taken = bring(message, length);
    message += taken;
    length -= taken;
    answered = cmta_session_wants(session) & CMTA_WANTS_DECISION;
    cr_assert(answered || length == 0);
    if (answered)
      cr_assert_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  }
}

static bool is_accepted(void) {
  static const char accepted[] = "250 2.6.0 Message accepted\r\n";
  const struct cmta_slice output = cmta_session_output(session);
  const size_t length = sizeof accepted - 1;
  return output.length >= length &&
         memcmp(output.at + output.length - length, accepted, length) == 0;
}

Test(section, is_shown_to_each_set_after_a_late_answer_of_each) {
  sets[0].headers = sets[1].headers = CMTA_LATER;
  bring_message("a: b\r\n\r\nbody\r\n.\r\n");
  for (size_t i = 0; i < SETS; i++) {
    cr_expect_eq(sets[i].asked, 1);
    cr_expect_str_eq(sets[i].section, "a: b\r\n\r\n");
  }
  cr_expect(is_accepted());
}

Test(section, is_shown_to_each_set_after_late_answers_to_its_chunks) {
  sets[0].chunk = sets[1].chunk = sets[0].headers = sets[0].message = CMTA_LATER;
  bring_message("a: b\r\n\r\n.\r\n");
  for (size_t i = 0; i < SETS; i++) {
    cr_expect_str_eq(sets[i].section, "a: b\r\n\r\n");
    cr_expect_eq(sets[i].messages, 1);
  }
  cr_expect(is_accepted());
}

Test(section, is_not_shown_behind_a_set_that_takes_or_refuses) {
  sets[0].headers = CMTA_TAKE;
  bring_message("a: b\r\n\r\n.\r\n");
  cr_expect_eq(sets[0].asked, 1);
  cr_expect_eq(sets[1].asked, 0);
  cr_expect_eq(sets[1].messages, 1);
  cr_expect(is_accepted());
}
