/* SPDX-License-Identifier: MIT */

/*
 * Whether a mailbox holds exactly what is expected. A mail may be like several expectations, so
 * they are assigned as well as it can be done: each expectation in turn takes a mail that is free,
 * or one whose holder can have another (Kuhn's algorithm).
 */

#include "testkit/expect.h"

#include "testkit/deadline.h"
#include "testkit/mailbox.h"
#include "testkit/match.h"

#include <stdlib.h>
#include <string.h>

/* A search for a mail for one expectation. */
struct search {
  struct comparison *comparison;
  size_t *holder; /* of each mail: its expectation, or SIZE_MAX */
  bool *tried;    /* of each mail, in this search */
};

/* The expectations that wait for another mail, and the mail that each has asked for, lie in the
 * search's path. As deep as there are expectations. */
static bool find_mail(struct search *search, size_t expectation) {
  struct comparison *comparison = search->comparison;
  for (size_t i = 0; i < comparison->mail_count; i++) {
    if (search->tried[i] || !match_all(&comparison->expected[expectation], comparison->mails[i]))
      continue;
    search->tried[i] = true;
    if (search->holder[i] == SIZE_MAX || find_mail(search, search->holder[i])) {
      search->holder[i] = expectation;
      comparison->mail_of[expectation] = i;
      comparison->used[i] = true;
      return true;
    }
  }
  return false;
}

/* Assigns all mails anew; whether each expectation has one and none is left. */
static bool assign(struct comparison *comparison, struct search *search) {
  size_t found = 0;
  for (size_t i = 0; i < comparison->mail_count; i++) {
    comparison->used[i] = false;
    search->holder[i] = SIZE_MAX;
  }
  for (size_t i = 0; i < comparison->expected_count; i++) {
    memset(search->tried, 0, comparison->mail_count * sizeof *search->tried);
    comparison->mail_of[i] = SIZE_MAX;
    found += find_mail(search, i);
  }
  return found == comparison->expected_count && found == comparison->mail_count;
}

/* Compares with what is in the mailbox, under its lock. 0, CMTA_E_TIMEOUT when it differs,
 * CMTA_E_MEMORY. */
static int compare(struct comparison *comparison, const struct cmta_mailbox *mailbox) {
  size_t room = mailbox->count + 1;
  struct search search = {comparison, calloc(room, sizeof(size_t)), calloc(room, sizeof(bool))};
  free(comparison->mails);
  free(comparison->used);
  comparison->mails = calloc(room, sizeof(struct cmta_mail *));
  comparison->used = calloc(room, sizeof(bool));
  comparison->mail_count = 0;
  int error = CMTA_E_MEMORY;
  if (search.holder && search.tried && comparison->mails && comparison->used) {
    for (struct cmta_mail *mail = mailbox->first; mail; mail = mail->next)
      comparison->mails[comparison->mail_count++] = mail;
    error = assign(comparison, &search) ? 0 : CMTA_E_TIMEOUT;
  }
  free(search.holder);
  free(search.tried);
  return error;
}

/* Under the lock. */
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
  free(comparison->mails);
  free(comparison->used);
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
      expect_say(&comparison, difference, size);
    pthread_mutex_unlock(&mailbox->lock);
  }
  release(&comparison);
  return error;
}
