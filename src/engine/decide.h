/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_DECIDE_H
#define CMTA_ENGINE_DECIDE_H

/* Questions and their answers: from a verdict to an event, and how a session comes to its end. */

#include "engine/reply.h"

/* The event that the question in hand gives now: it is asked, or its late answer is taken; 0 while
   it is open, or when there is none because the session was ended by it. */
int decide_event(struct cmta_session *session);

/* Asks the hook sets about what is in hand, once. Likewise, as what follows: answers.c is to call
   these. */
int decide_ask(struct cmta_session *session);

/* The late answer of one set is here; when it accepts, the sets behind it are asked. */
int decide_take_answer(struct cmta_session *session);

/* True for a verdict that ends a question: any but LATER. */
bool decide_is_answer(enum cmta_verdict verdict);

/* True when a composed reply with this code is of the class of its verdict, where the question is
   that of verb (RFC 5321 section 4.2.1). With code 0, for none, every verdict is right. */
bool decide_fits(const struct verb *verb, enum cmta_verdict verdict, int code);

/* Nanoseconds of a second; seconds that a question of submission may stay open, for all hook sets
   together: its clients give up after some minutes (RFC 5321 section 4.5.3.2), and are to hear
   something before. */
enum { DECIDE_SECOND = 1000000000, SUBMISSION_DEADLINE = 110 };

/* Seconds that the open question, or the first of several, may stay open; 0: for ever. */
unsigned decide_deadline(const struct cmta_session *session);

/* The open question is answered with the verdict of its deadline. */
void decide_overdue(struct cmta_session *session);

/* Forgets the slice that the question in hand was about: its bytes are gone when it is over. */
void decide_forget(struct cmta_session *session);

/* The client made an error: replies, and ends the session when it was one too many. */
void session_complain(struct cmta_session *session, enum reply_id id);

/* Says a last word and ends the session. */
void session_goodbye(struct cmta_session *session, enum reply_id id, enum cmta_close_reason reason);

#endif
