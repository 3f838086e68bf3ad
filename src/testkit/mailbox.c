/* SPDX-License-Identifier: MIT */

/* The mails that came. Whoever waits is woken by each mail, and looks at those that it has not
 * seen. */

#include "testkit/mailbox.h"

#include "testkit/deadline.h"
#include "testkit/mail.h"
#include "testkit/match.h"

#include <limits.h>
#include <stdlib.h>

/* ---- Life ---- */

int cmta_mailbox_new(struct cmta_mailbox **mailbox) {
  if (!mailbox)
    return CMTA_E_ARGUMENT;
  struct cmta_mailbox *made = calloc(1, sizeof *made);
  if (!made || !id_source_init(&made->ids) || !condition_init(&made->changed)) {
    free(made);
    return CMTA_E_MEMORY;
  }
  pthread_mutex_init(&made->lock, NULL);
  made->last = &made->first;
  *mailbox = made;
  return 0;
}

void cmta_mailbox_free(struct cmta_mailbox *mailbox) {
  if (!mailbox)
    return;
  cmta_mailbox_clear(mailbox, NULL);
  pthread_cond_destroy(&mailbox->changed);
  pthread_mutex_destroy(&mailbox->lock);
  free(mailbox);
}

/* ---- In ---- */

void mailbox_name(struct cmta_mailbox *mailbox, struct cmta_mail *mail) {
  pthread_mutex_lock(&mailbox->lock);
  id_make(&mailbox->ids, mail->time, mail->id);
  pthread_mutex_unlock(&mailbox->lock);
}

void cmta_mailbox_on_mail(struct cmta_mailbox *mailbox,
                          enum cmta_mail_fate (*came)(void *context, struct cmta_session *session,
                                                      struct cmta_mail *mail),
                          void *context) {
  pthread_mutex_lock(&mailbox->lock);
  mailbox->came = came;
  mailbox->came_context = context;
  pthread_mutex_unlock(&mailbox->lock);
}

enum cmta_mail_fate mailbox_ask(struct cmta_mailbox *mailbox, struct cmta_session *session,
                                struct cmta_mail *mail) {
  pthread_mutex_lock(&mailbox->lock);
  enum cmta_mail_fate (*came)(void *, struct cmta_session *, struct cmta_mail *) = mailbox->came;
  void *context = mailbox->came_context;
  pthread_mutex_unlock(&mailbox->lock);
  return came ? came(context, session, mail) : CMTA_MAIL_KEEP;
}

void mailbox_put(struct cmta_mailbox *mailbox, struct cmta_mail *mail) {
  pthread_mutex_lock(&mailbox->lock);
  mail->place = ++mailbox->places;
  mail->next = NULL;
  *mailbox->last = mail;
  mailbox->last = &mail->next;
  mailbox->count++;
  pthread_cond_broadcast(&mailbox->changed);
  pthread_mutex_unlock(&mailbox->lock);
}

/* ---- Out; all of it under the lock ---- */

static size_t count_like(const struct cmta_mailbox *mailbox, const struct cmta_match *match) {
  size_t count = 0;
  for (const struct cmta_mail *mail = mailbox->first; mail; mail = mail->next)
    count += match_all(match, mail);
  return count;
}

/* Takes the mail out that the link leads to. */
static struct cmta_mail *unlink_mail(struct cmta_mailbox *mailbox, struct cmta_mail **link) {
  struct cmta_mail *mail = *link;
  *link = mail->next;
  if (!mail->next)
    mailbox->last = link;
  mailbox->count--;
  if (mailbox->expecting)
    pthread_cond_broadcast(&mailbox->changed);
  return mail;
}

/* Takes out the first one like that behind place *seen, or NULL; then all have been seen. */
static struct cmta_mail *cut_first(struct cmta_mailbox *mailbox, const struct cmta_match *match,
                                   uint64_t *seen) {
  for (struct cmta_mail **link = &mailbox->first; *link; link = &(*link)->next)
    if ((*link)->place > *seen && match_all(match, *link))
      return unlink_mail(mailbox, link);
  *seen = mailbox->places;
  return NULL;
}

/* ---- What callers ask for ---- */

int cmta_mailbox_wait(struct cmta_mailbox *mailbox, const struct cmta_match *match, size_t count,
                      double seconds) {
  struct cmta_match chosen;
  if (!mailbox || !match_read(&chosen, match))
    return CMTA_E_ARGUMENT;
  struct timespec deadline = deadline_in(seconds);
  bool in_time = true;
  pthread_mutex_lock(&mailbox->lock);
  size_t found = count_like(mailbox, &chosen);
  while (found < count && in_time) {
    in_time = condition_wait(&mailbox->changed, &mailbox->lock, &deadline);
    found = count_like(mailbox, &chosen);
  }
  pthread_mutex_unlock(&mailbox->lock);
  if (found < count)
    return CMTA_E_TIMEOUT;
  return found < INT_MAX ? (int)found : INT_MAX;
}

size_t cmta_mailbox_count(struct cmta_mailbox *mailbox, const struct cmta_match *match) {
  int count = cmta_mailbox_wait(mailbox, match, 0, 0);
  return count > 0 ? (size_t)count : 0;
}

int cmta_mailbox_take(struct cmta_mailbox *mailbox, const struct cmta_match *match, double seconds,
                      struct cmta_mail **mail) {
  struct cmta_match chosen;
  if (!mailbox || !mail || !match_read(&chosen, match))
    return CMTA_E_ARGUMENT;
  struct timespec deadline = deadline_in(seconds);
  bool in_time = true;
  uint64_t seen = 0;
  pthread_mutex_lock(&mailbox->lock);
  struct cmta_mail *found = cut_first(mailbox, &chosen, &seen);
  while (!found && in_time) {
    in_time = condition_wait(&mailbox->changed, &mailbox->lock, &deadline);
    found = cut_first(mailbox, &chosen, &seen);
  }
  pthread_mutex_unlock(&mailbox->lock);
  *mail = found;
  return found ? 0 : CMTA_E_TIMEOUT;
}

int cmta_mailbox_list(struct cmta_mailbox *mailbox, const struct cmta_match *match,
                      struct cmta_mail ***mails, size_t *count) {
  struct cmta_match chosen;
  if (!mailbox || !mails || !count || !match_read(&chosen, match))
    return CMTA_E_ARGUMENT;
  pthread_mutex_lock(&mailbox->lock);
  struct cmta_mail **list = calloc(mailbox->count + 1, sizeof(struct cmta_mail *));
  size_t found = 0;
  for (struct cmta_mail *mail = mailbox->first; list && mail; mail = mail->next)
    if (match_all(&chosen, mail))
      list[found++] = cmta_mail_share(mail);
  pthread_mutex_unlock(&mailbox->lock);
  if (!list)
    return CMTA_E_MEMORY;
  *mails = list;
  *count = found;
  return 0;
}

void cmta_mailbox_list_free(struct cmta_mail **mails, size_t count) {
  for (size_t i = 0; mails && i < count; i++)
    cmta_mail_free(mails[i]);
  free(mails);
}

size_t cmta_mailbox_clear(struct cmta_mailbox *mailbox, const struct cmta_match *match) {
  struct cmta_match chosen;
  struct cmta_mail *mail;
  uint64_t seen = 0;
  size_t count = 0;
  if (!mailbox || !match_read(&chosen, match))
    return 0;
  pthread_mutex_lock(&mailbox->lock);
  for (; (mail = cut_first(mailbox, &chosen, &seen)); count++) {
    seen = mail->place;
    cmta_mail_free(mail);
  }
  pthread_mutex_unlock(&mailbox->lock);
  return count;
}
