/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_TICKET_H
#define CMTA_SERVER_TICKET_H

/*
 * Late answers from other threads: a slot for each open question that a ticket was taken for, and
 * the answers on their way to the loop. This is the only part of the server that other threads
 * enter, and they enter by cmta_ticket_answer() and cmta_ticket_auth() alone. They see slots and
 * answers, under the lock; never a connection.
 */

#include <cmta/ticket.h>

#include <ev.h>
#include <pthread.h>
#include <stdbool.h>

struct answer;
struct connection;

/* A question that a ticket was taken for. Written by the loop's thread, but for `answered`. */
struct slot {
  uint64_t generation;           /* of its ticket; 0: the slot is free */
  const char *question;          /* cmta_session_question() */
  bool is_auth;                  /* an authenticator asked for it */
  bool looks_up;                 /* and for a secret */
  bool answered;                 /* an answer is on its way */
  uint64_t number;               /* cmta_session_question_number() */
  size_t recipient;              /* cmta_session_recipient() */
  struct connection *connection; /* whose question it is; for the loop's thread alone */
  uint32_t next; /* of a free slot: the number of the next one, as of `free`; else of the next one
                    of the same connection */
};

/* What a server knows of tickets. */
struct tickets {
  pthread_mutex_t lock; /* of all that follows, where other threads read it */
  struct slot *slots;   /* in a block of slot_count */
  uint32_t slot_count;
  uint32_t free;       /* the number of the first free slot, counted from 1; 0: there is none */
  uint32_t open;       /* slots that are not free */
  uint64_t generation; /* the last one given */
  struct answer *first, **last; /* answers in the order they came */
  ev_async wake;                /* active while a slot is open: so it keeps the loop alive */
};

/* Prepares a server for tickets. */
void tickets_init(struct cmta_server *server);

/* All questions will be over at once: takes the answers that have come, and makes the other tickets
   stale. */
void tickets_close(struct cmta_server *server);

/* Frees what tickets have needed; no slot is open any more. */
void tickets_free(struct cmta_server *server);

/* Makes the tickets of a connection stale whose questions are over. To be called after each run of
   the session. */
void ticket_note(struct connection *connection);

/* Makes all tickets of a connection stale; before its questions end unanswered. */
void ticket_release(struct connection *connection);

/* The last moment for answers to the connection's questions: true when one has come and been given
   to the session; else the tickets of those that are overdue are stale. */
bool ticket_last_call(struct connection *connection);

#endif
