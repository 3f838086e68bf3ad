/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_ANSWER_H
#define CMTA_ENGINE_ANSWER_H

/* What answers of several recipients are made of: of answers.c and answers_deadline.c alone. */

#include "engine/answers.h"

/* A question; what it holds counts while another is in hand. */
struct answer {
  struct hand hand;
  int event; /* what was decided: ACCEPT or REJECT; 0: nothing yet */
};

struct answers {
  size_t count;
  size_t in_hand;
  size_t chosen; /* the program wants this one in hand; SIZE_MAX: it did not say */
  size_t sent;   /* so many have their replies */
  uint64_t
      limit;  /* of those whose time is up, as cmta_session_overdue() said; 0: it was not asked */
  char *room; /* for the replies that are not sent yet */
  struct answer rows[];
};

/* Those of the running transaction, or NULL. */
struct answers *answers_of(const struct cmta_session *session);

/* The question of a recipient, in hand or not. */
const struct hand *answers_hand(const struct cmta_session *session, size_t index);

/* Takes the question of a recipient in hand. */
void answers_choose(struct cmta_session *session, size_t index);

/* Takes that one in hand which is chosen, or the first that is open, if any is. */
void answers_take_first_open(struct cmta_session *session);

/* Tells that the one in hand will not be answered. */
void answers_cancel_in_hand(struct cmta_session *session);

#endif
