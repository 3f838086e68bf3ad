/* SPDX-License-Identifier: MIT */

/* Whether a mailbox holds exactly what is expected. Mails are compared when they are as many as the
 * expectations, as else they cannot be these; and for the text at the end. */

#include "testkit/expect.h"

#include "testkit/deadline.h"
#include "testkit/mailbox.h"
#include "testkit/match.h"

#include <stdlib.h>

/* ---- The mails that are there; under the lock of their mailbox ---- */

static void free_candidates(struct candidate *candidates, size_t count) {
  for (size_t i = 0; candidates && i < count; i++)
    free(candidates[i].likeness);
  free(candidates);
}

/* What is known of the mail at this place is taken from those that were there before, *next the
 * first that may be it; both are in order. NULL where it is new. */
static char *take_likeness(const struct comparison *before, size_t *next, uint64_t place) {
  while (*next < before->candidate_count && before->candidates[*next].place < place)
    ++*next;
  if (*next == before->candidate_count || before->candidates[*next].place > place)
    return NULL;
  char *likeness = before->candidates[*next].likeness;
  before->candidates[*next].likeness = NULL;
  return likeness;
}

static bool asks_for_content(const struct comparison *comparison) {
  for (size_t i = 0; i < comparison->expected_count; i++)
    if (match_asks_for_content(&comparison->expected[i]))
      return true;
  return false;
}

/* Puts the mails in; false without memory, then there are as many as there was room for. */
static bool list_mails(struct comparison *comparison, const struct comparison *before,
                       const struct cmta_mailbox *mailbox) {
  bool reads = asks_for_content(comparison);
  size_t next = 0;
  for (struct cmta_mail *mail = mailbox->first; mail; mail = mail->next) {
    if (reads && !mail_content(mail))
      return false;
    char *likeness = take_likeness(before, &next, mail->place);
    if (!likeness && !(likeness = calloc(comparison->expected_count + 1, 1)))
      return false;
    comparison->candidates[comparison->candidate_count++] =
        (struct candidate){.mail = mail, .place = mail->place, .likeness = likeness};
  }
  return true;
}

/* Looks at what is there now. False without memory. */
static bool look(struct comparison *comparison, const struct cmta_mailbox *mailbox) {
  struct comparison before = *comparison;
  comparison->candidates = calloc(mailbox->count + 1, sizeof(struct candidate));
  comparison->candidate_count = 0;
  free(comparison->path);
  comparison->path = calloc(mailbox->count + 1, sizeof(size_t));
  bool listed =
      comparison->candidates && comparison->path && list_mails(comparison, &before, mailbox);
  free_candidates(before.candidates, before.candidate_count);
  return listed;
}

/* 0, CMTA_E_TIMEOUT when it is not as expected, CMTA_E_MEMORY. */
static int compare(struct comparison *comparison, const struct cmta_mailbox *mailbox) {
  if (mailbox->count != comparison->expected_count)
    return CMTA_E_TIMEOUT;
  if (!look(comparison, mailbox))
    return CMTA_E_MEMORY;
  return assign_all(comparison) ? 0 : CMTA_E_TIMEOUT;
}

static int await(struct comparison *comparison, struct cmta_mailbox *mailbox, double seconds) {
  struct timespec deadline = deadline_in(seconds);
  bool in_time = true;
  int error = compare(comparison, mailbox);
  mailbox->expecting++;
  while (error == CMTA_E_TIMEOUT && in_time) {
    in_time = condition_wait(&mailbox->changed, &mailbox->lock, &deadline);
    error = compare(comparison, mailbox);
  }
  mailbox->expecting--;
  return error;
}

/* CMTA_E_TIMEOUT, CMTA_E_MEMORY. */
static int say(struct comparison *comparison, const struct cmta_mailbox *mailbox, char *difference,
               size_t size) {
  if (!look(comparison, mailbox) || !assign_most(comparison))
    return CMTA_E_MEMORY;
  expect_say(comparison, difference, size);
  return CMTA_E_TIMEOUT;
}

/* ---- What callers ask for ---- */

/* The expectations as they were given. 0 or an error. */
static int read_expected(struct comparison *comparison, const struct cmta_match *expected,
                         size_t count) {
  comparison->expected = calloc(count + 1, sizeof(struct cmta_match));
  comparison->mail_of = calloc(count + 1, sizeof(size_t));
  comparison->expected_count = count;
  if (!comparison->expected || !comparison->mail_of)
    return CMTA_E_MEMORY;
  const char *at = (const char *)expected;
  for (size_t i = 0; i < count; i++, at += expected->size)
    if (!match_read(&comparison->expected[i], (const struct cmta_match *)(const void *)at))
      return CMTA_E_ARGUMENT;
  return 0;
}

static void release(struct comparison *comparison) {
  free(comparison->expected);
  free(comparison->mail_of);
  free(comparison->path);
  free_candidates(comparison->candidates, comparison->candidate_count);
}

int cmta_mailbox_expect(struct cmta_mailbox *mailbox, const struct cmta_match *expected,
                        size_t count, double seconds, char *difference, size_t size) {
  struct comparison comparison = {.expected = NULL};
  if (!mailbox || (count && !expected))
    return CMTA_E_ARGUMENT;
  int error = read_expected(&comparison, expected, count);
  if (error == 0) {
    pthread_mutex_lock(&mailbox->lock);
    error = await(&comparison, mailbox, seconds);
    if (error == CMTA_E_TIMEOUT && difference)
      error = say(&comparison, mailbox, difference, size);
    pthread_mutex_unlock(&mailbox->lock);
  }
  release(&comparison);
  return error;
}
