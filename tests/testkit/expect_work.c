/* SPDX-License-Identifier: MIT */

/* How much is done for what is expected. The linker leads comparisons and waits here: these are
 * counted, and while somebody waits mails come. */

#include "sender.h"

#include "testkit/deadline.h"
#include "testkit/match.h"
#include "testkit/mime.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool __real_match_all(const struct cmta_match *match, const struct cmta_mail *mail);
bool __wrap_match_all(const struct cmta_match *match, const struct cmta_mail *mail);
bool __real_condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock,
                           const struct timespec *deadline);
bool __wrap_condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock,
                           const struct timespec *deadline);

const char *__real_cmta_mail_header(const struct cmta_mail *mail, const char *name);
const char *__wrap_cmta_mail_header(const struct cmta_mail *mail, const char *name);

struct content *__real_content_read(struct cmta_slice bytes);
struct content *__wrap_content_read(struct cmta_slice bytes);

enum { MANY = 2000 };

static struct cmta_kit *kit;
static struct sender sender;

/* Pairs that were compared, with the mail's id. */
static struct pair {
  const struct cmta_match *match;
  char id[64];
} pairs[256];
static size_t compared;
static size_t fields_read; /* fields that somebody asked for */

/* What happens in place of each wait, until it says that time is over; NULL: nothing else. */
static bool (*meanwhile)(void);
static int step;

static void begin(void) {
  cr_assert_eq(cmta_kit_start(&kit, NULL), 0);
  sender_connect(&sender, cmta_kit_port(kit));
  sender_say(&sender, "EHLO client.example", "250");
}

static void end(void) {
  sender_close(&sender);
  cmta_kit_stop(kit);
}

static bool unreadable; /* no message can be read */

struct content *__wrap_content_read(struct cmta_slice bytes) {
  return unreadable ? NULL : __real_content_read(bytes);
}

TestSuite(expect_work, .init = begin, .fini = end, .timeout = 120);

bool __wrap_match_all(const struct cmta_match *match, const struct cmta_mail *mail) {
  if (compared < sizeof pairs / sizeof *pairs) {
    pairs[compared].match = match;
    snprintf(pairs[compared].id, sizeof pairs->id, "%s", cmta_mail_id(mail));
  }
  compared++;
  return __real_match_all(match, mail);
}

bool __wrap_condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock,
                           const struct timespec *deadline) {
  if (!meanwhile)
    return __real_condition_wait(condition, lock, deadline);
  pthread_mutex_unlock(lock);
  bool in_time = meanwhile();
  pthread_mutex_lock(lock);
  step++;
  return in_time;
}

const char *__wrap_cmta_mail_header(const struct cmta_mail *mail, const char *name) {
  fields_read++;
  return __real_cmta_mail_header(mail, name);
}

static void deliver(const char *to) { sender_mail(&sender, "a@c.example", to, "X: y\n\n"); }

/* Expects mails all of which are like that. */
static int expect_all(size_t count, const char *recipient, bool (*then)(void)) {
  struct cmta_match *all = calloc(count, sizeof *all);
  for (size_t i = 0; i < count; i++)
    all[i] = (struct cmta_match){.size = sizeof *all, .recipient = recipient};
  meanwhile = then;
  int error = cmta_kit_expect(kit, all, count, 10, NULL, 0);
  meanwhile = NULL;
  free(all);
  return error;
}

/* ---- When mails are compared ---- */

static bool three_come(void) {
  deliver("b@s.example");
  return step < 2;
}

Test(expect_work, nothing_is_compared_while_mails_are_too_few) {
  cr_assert_eq(expect_all(4, "*@s.example", three_come), CMTA_E_TIMEOUT);
  cr_assert_eq(step, 3);
  cr_assert_eq(compared, 0);
}

Test(expect_work, nothing_is_compared_while_mails_are_too_many) {
  deliver("b@s.example");
  deliver("b@s.example");
  cr_assert_eq(expect_all(1, "*@s.example", three_come), CMTA_E_TIMEOUT);
  cr_assert_eq(compared, 0);
}

static bool one_comes(void) {
  deliver("b@s.example");
  return true;
}

Test(expect_work, many_that_are_alike_are_each_compared_once) {
  cr_assert_eq(expect_all(MANY, "*@s.example", one_comes), 0);
  cr_assert_eq(step, MANY);
  cr_assert_eq(compared, MANY);
}

/* ---- What is compared ---- */

static bool wrong_one_goes_and_right_one_comes(void) {
  struct cmta_match wrong = {.size = sizeof wrong, .recipient = "*@x.example"};
  if (step == 0)
    cr_assert_eq(cmta_mailbox_clear(cmta_kit_mailbox(kit), &wrong), 1);
  else
    deliver("b@s.example");
  return step < 2;
}

/* Clearing compares, too, with another match. */
static size_t count_of(const struct pair *pair) {
  size_t count = 0;
  for (size_t i = 0; i < compared; i++)
    count += pairs[i].match == pair->match && strcmp(pairs[i].id, pair->id) == 0;
  return count;
}

Test(expect_work, no_pair_is_compared_twice) {
  deliver("b@x.example");
  for (int i = 0; i < 7; i++)
    deliver("b@s.example");
  cr_assert_eq(expect_all(8, "*@s.example", wrong_one_goes_and_right_one_comes), 0);
  cr_assert_leq(compared, sizeof pairs / sizeof *pairs);
  for (size_t i = 0; i < compared; i++)
    cr_assert_eq(count_of(&pairs[i]), 1);
}

Test(expect_work, nothing_is_read_for_a_text_that_is_full) {
  struct cmta_match one = {.size = sizeof one, .subject = "x"};
  char full[4];
  deliver("b@s.example");
  deliver("c@s.example");
  deliver("b@s.example");
  cr_assert_eq(cmta_kit_expect(kit, NULL, 0, 0, full, sizeof full), CMTA_E_TIMEOUT);
  cr_assert_eq(fields_read, 0);
  cr_assert_eq(cmta_kit_expect(kit, &one, 1, 0, NULL, 0), CMTA_E_TIMEOUT);
  cr_assert_eq(fields_read, 0);
}

/* ---- How deep it goes ---- */

/* Each mail has the recipient of the one before as well as its own. */
static void deliver_chain(void) {
  char both[64];
  for (int i = 0; i < MANY; i++) {
    snprintf(both, sizeof both, "r%d@s.example r%d@s.example", i, i + 1);
    deliver(both);
  }
}

/* All but the last expectation take the first of two mails that they could have, and the last can
 * have the first mail alone. */
static void *expect_chain(void *error) {
  struct cmta_match *all = calloc(MANY, sizeof *all);
  char(*names)[32] = calloc(MANY, sizeof *names);
  for (int i = 0; i < MANY; i++) {
    snprintf(names[i], sizeof *names, "r%d@s.example", (i + 1) % MANY);
    all[i] = (struct cmta_match){.size = sizeof *all, .recipient = names[i]};
  }
  *(int *)error = cmta_kit_expect(kit, all, MANY, 0, NULL, 0);
  free(names);
  free(all);
  return NULL;
}

Test(expect_work, mails_change_hands_in_a_small_stack) {
  pthread_attr_t small;
  pthread_t thread;
  int error = -1;
  deliver_chain();
  pthread_attr_init(&small);
  cr_assert_eq(pthread_attr_setstacksize(&small, 64 << 10), 0);
  cr_assert_eq(pthread_create(&thread, &small, expect_chain, &error), 0);
  pthread_join(thread, NULL);
  pthread_attr_destroy(&small);
  cr_assert_eq(error, 0);
}

/* Else it would seem to be another mail, and for good. */
Test(expect_work, a_mail_that_cannot_be_read_is_an_error) {
  struct cmta_match match = CMTA_MATCH_INIT;
  match.subject = "one";
  sender_mail(&sender, "a@c.example", "b@s.example", "Subject: one\n\nx\n");
  unreadable = true;
  cr_expect_eq(cmta_kit_expect(kit, &match, 1, 0, NULL, 0), CMTA_E_MEMORY);
  unreadable = false;
  cr_expect_eq(cmta_kit_expect(kit, &match, 1, 0, NULL, 0), 0);
}
