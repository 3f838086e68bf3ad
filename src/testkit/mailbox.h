/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_MAILBOX_H
#define CMTA_TESTKIT_MAILBOX_H

/* A mailbox from the inside. */

#include <cmta/mail.h>

#include "testkit/id.h"

#include <pthread.h>

struct cmta_mailbox {
  pthread_mutex_t lock;            /* of all that follows */
  pthread_cond_t changed;          /* a mail has come; where somebody expects, one has gone, too */
  struct cmta_mail *first, **last; /* in the order they came, linked by `next` */
  size_t count;
  uint64_t places;    /* given so far */
  unsigned expecting; /* threads that want to hear of mails that have gone */
  struct id_source ids;

  /* As cmta_mailbox_on_mail(). */
  enum cmta_mail_fate (*came)(void *context, struct cmta_session *session, struct cmta_mail *mail);
  void *came_context;
};

/* Gives a mail, which has its time, its name. */
void mailbox_name(struct cmta_mailbox *mailbox, struct cmta_mail *mail);

/* What is to become of a mail, which has its message. */
enum cmta_mail_fate mailbox_ask(struct cmta_mailbox *mailbox, struct cmta_session *session,
                                struct cmta_mail *mail);

/* Puts a mail, which has its message, into the box, and tells those who wait. */
void mailbox_put(struct cmta_mailbox *mailbox, struct cmta_mail *mail);

#endif
