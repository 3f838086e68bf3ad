/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_PLAN_H
#define CMTA_TESTKIT_PLAN_H

/* When what is planned happens: the inside of a plan. plan_hooks.c looks there at each stage;
   plan_act.c does what is planned, and plan_promise.c waits for what depends on others. */

#include "testkit/fault.h"

#include <cmta/session.h>

#include <pthread.h>

/* A fault that is planned. */
struct planned {
  struct cmta_fault fault;
  char *strings; /* of fault */
  char *words;
  enum stage stage;
  int number;
  uint64_t met;      /* how often all but counts and chance have held */
  uint64_t happened; /* how often it has happened */
  uint64_t open;     /* how often its time has come, and it is not known whether it happens */
  uint64_t random;   /* the state of its generator */
  unsigned users;    /* those that hold it, the plan among them */
};

struct cmta_plan {
  pthread_mutex_t mutex;
  struct planned **rows;
  size_t count;
  uint64_t seed;
  unsigned reach;   /* enum cmta_reach */
  uint64_t changes; /* how often it was cleared */
  struct cmta_tls *wrong_tls;
  void (*told)(void *context, struct cmta_session *session, int number, const char *text);
  void *told_context;
};

/* That a message, or a part of it, is accepted in the words of a fault is said if it is. */
struct promise {
  struct promise *next;
  struct planned *planned;
  char *bytes;
  size_t length;
};

/* What the session has come to. */
struct moment {
  enum stage stage;
  struct cmta_session *session;
  const struct cmta_path *sender;     /* of MAIL, or NULL */
  const struct cmta_path *recipient;  /* of RCPT, or NULL */
  const struct cmta_message *message; /* at STAGE_MESSAGE, else NULL */
  size_t octets;             /* of the message that have come, and that the hook is asked about */
  struct promise **promises; /* of a message and its parts: those of its session, in their order */
  bool mute;                 /* set by plan_meet(): the client hears nothing from here on */
};

/* How far a moment has been looked at. */
struct plan_cursor {
  size_t at;
  uint64_t changes;
  bool acted; /* one that is no delay and no rate has come */
};

/* Whether what the fault says of the transaction holds. */
bool plan_matches(const struct moment *moment, const struct cmta_match *match);

/* The next fault whose time has come; NULL when there is none. All zero the cursor stands before
   the first. Either it happens and is then given back, or it is dropped. */
struct planned *plan_next(struct cmta_plan *plan, const struct moment *moment,
                          struct plan_cursor *cursor);
void plan_give_back(struct cmta_plan *plan, struct planned *planned);
void plan_drop(struct cmta_plan *plan, struct planned *planned);

/* Counts that it happens, and tells whoever wants to know. */
void plan_happens(struct cmta_plan *plan, struct cmta_session *session, struct planned *planned);

/* Takes the fault over, until it is known whether these bytes, which are copied, are said. */
void promise_make(struct cmta_plan *plan, const struct moment *moment, struct planned *planned,
                  const char *bytes, size_t length);

/* The session composes a reply that begins with line. */
void promises_settle(struct cmta_plan *plan, struct cmta_session *session,
                     struct promise **promises, struct cmta_slice line);

/* Nothing of them is said any more. */
void promises_drop(struct cmta_plan *plan, struct promise **promises);

/* The certificates for tls-wrong, or NULL. */
struct cmta_tls *plan_wrong_tls(struct cmta_plan *plan);

/* Does what is planned for the moment, and says how the question is to be answered: ACCEPT unless
   the plan has the answer. Where there is no question all that can be done is done to the bytes of
   the next reply. */
enum cmta_verdict plan_meet(struct cmta_plan *plan, struct moment *moment);

#endif
