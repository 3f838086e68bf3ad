/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_ANSWERS_H
#define CMTA_ENGINE_ANSWERS_H

/*
 * One answer for each recipient: LMTP after the message (RFC 2033 section 4.2), and SMTP with PRDR.
 * For the chart it is one question about the message; below it, here, the question goes to the hook
 * sets once for each forward-path, and several may be open. One of them is in hand: what the
 * session holds of a question (session.h) is its, and the others' is kept here.
 */

#include "engine/session.h"

/* Whether the question in hand is to be asked for each recipient. */
bool answers_are_wanted(const struct cmta_session *session);

/* Whether it was, and the message is not yet answered. */
bool answers_are_asked(const struct cmta_session *session);

/* Whether it was accepted for one of them at least. */
bool answers_accept(const struct cmta_session *session);

/* Asks for each recipient. The event of all answers together, or 0, as decide_event(). */
int answers_begin(struct cmta_session *session);

/* Goes on with those that were answered late. Likewise. */
int answers_go_on(struct cmta_session *session);

/* The question in hand was answered: the first one that is open, if any is, takes its place. */
void answers_leave(struct cmta_session *session);

/* The time is up for those that are due by then. */
void answers_expire(struct cmta_session *session);

/* None of them will be answered: `cancelled` is told for each that is open. */
void answers_cancel(struct cmta_session *session);

/* Seconds until the next deadline of those that are open; 0 when none has any. */
unsigned answers_deadline(const struct cmta_session *session);

/* What was accepted, and is not told yet, is refused with this reply after all. */
void answers_withdraw(struct cmta_session *session, enum reply_id id);

/* The replies to a message that was asked about in this way, as far as they have not left. */
void answers_send(struct cmta_session *session);

/* The replies to a message that is refused for all: in LMTP the same one for each recipient. */
void answers_refuse(struct cmta_session *session);

/* Frees what a transaction holds of it. */
void answers_free(struct cmta_session *session, struct transaction *transaction);

#endif
