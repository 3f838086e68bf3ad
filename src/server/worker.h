/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_WORKER_H
#define CMTA_SERVER_WORKER_H

/*
 * A thread that compares passwords with what was made of them, which may take a tenth of a second
 * each, so that the loop need not. It sees copies, never a session; what it finds out is answered
 * on the loop. All functions are the loop's thread's.
 */

#include "server/password.h"

struct worker;

/* A worker of a server, or NULL without memory. Its thread begins with the first job, so that a
   process may fork before that. */
struct worker *worker_new(struct cmta_server *server);

/* Ends the thread, after the job that it has in hand, and frees all. */
void worker_free(struct worker *worker);

/* What an authenticator is asked. */
struct worker_question {
  struct cmta_session *session;
  const struct password_entry *entry; /* copied, with all that it names */
  struct cmta_slice password;         /* copied */
  enum cmta_auth_result right, wrong; /* the answers */
};

/* Takes a question, to answer it by cmta_auth_answer(). False without memory or a thread. */
bool worker_ask(struct worker *worker, const struct worker_question *question);

/* The session's question is over: nothing will be answered, and what has not begun is dropped. */
void worker_forget(struct worker *worker, const struct cmta_session *session);

#endif
