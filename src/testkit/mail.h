/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_MAIL_H
#define CMTA_TESTKIT_MAIL_H

/* A mail from the inside. */

#include <cmta/mail.h>

#include "testkit/id.h"
#include "testkit/mime.h"

#include <pthread.h>
#include <stdatomic.h>

struct cmta_mail {
  atomic_size_t owners;
  char id[ID_SIZE];
  uint64_t connection;
  int64_t time;                 /* milliseconds since 1970 */
  struct json_t *facts;         /* what its session knew, for cmta_mail_json(); or NULL */
  struct cmta_message *message; /* NULL until it was accepted */
  size_t *recipients;           /* places in its envelope, rising */
  size_t recipient_count;

  pthread_mutex_t lock;    /* of what follows */
  struct content *content; /* what it says, once somebody has asked; or NULL */

  struct cmta_mail *next; /* in the mailbox, under its lock */
  uint64_t place;         /* likewise: one more than of the mail before */
};

/* A mail without a message yet, with room for so many recipients; its owner is the caller. NULL
 * without memory. */
struct cmta_mail *mail_new(size_t recipients);

/* Notes what the session knows that it comes with. False without memory. */
bool mail_note_session(struct cmta_mail *mail, struct cmta_session *session);

/* Frees that. */
void mail_forget_session(struct cmta_mail *mail);

/* It is accepted for the recipient at this place of its envelope, too. */
void mail_add_recipient(struct cmta_mail *mail, size_t place);

/* What it says; NULL without memory. Lives as long as the mail. */
const struct content *mail_content(const struct cmta_mail *mail);

#endif
