/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_SERVER_TICKETS_H
#define CMTA_TESTS_SERVER_TICKETS_H

/* One client whose questions are answered by tickets: what ticket.c and stale.c share. */

#include "harness.h"

extern struct world world;
extern struct client client;
extern struct cmta_ticket ticket; /* for the question that was opened last */

/* What hooks did. */
struct noted {
  int result;                /* of the call that was tried */
  unsigned calls;            /* how often */
  struct cmta_ticket ticket; /* that was taken */
};

extern struct noted noted;

/* What a test's init and fini do. */
void tickets_begin(void);
void tickets_end(void);

/* A client that has been greeted; these questions are answered later. */
void meet(unsigned questions);

/* Takes a ticket for the question that is open. */
int take(void);

/* A client whose question is open, and the ticket for it. */
void open_question(enum question question, const char *said);
void open_noop(void);

/* Answers the ticket, with the standard reply. */
int answer(enum cmta_verdict verdict);

/* The client goes, and the server has seen it. */
void leave(void);

/* A hook that takes a ticket and answers world.verdict. */
enum cmta_verdict noop_takes(struct cmta_session *session, void *user, struct cmta_slice text);

#endif
