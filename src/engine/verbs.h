/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_VERBS_H
#define CMTA_ENGINE_VERBS_H

/*
 * What each event of the chart means: one row an event that asks or does something. The chart says
 * when a row's turn is; the row says what happens then, in this order: `check`, `ask`, and `done`
 * or `undone`.
 */

#include "engine/session.h"

enum verb_flags {
  VERB_PLAIN_REPLY = 1 << 0, /* its replies carry no enhanced status code (RFC 2034 section 4) */
  VERB_COMMAND = 1 << 1,     /* a command that a client sends, and HELP lists */
  VERB_EXCHANGE = 1 << 3,    /* its question may be answered with CHALLENGE */
  VERB_ONE_SUCCESS = 1 << 4, /* the code of its success says what comes next: no other will do */
  VERB_ENDS_GROUP = 1 << 2 /* what follows it depends on its reply: a client that keeps to RFC 2920
                              section 3.1 waits for that */
};

struct verb {
  int event;        /* of spec/event.h */
  const char *name; /* the command as the client spells it */
  const char *help; /* how it is used; the answer to HELP with its name */
  unsigned flags;   /* enum verb_flags */
  unsigned barred;  /* facts that forbid it: enum fact */

  /* Takes the command in hand, checks limits and parameters, and lays out what the hook is shown.
     REPLY_NONE, or why it is refused unasked. NULL: nothing to check. */
  enum reply_id (*check)(struct cmta_session *session);
  /* The question to the application: the name of its hook, and where that stands in struct
     cmta_hooks; both 0: nobody is asked, and it is accepted. */
  const char *question;
  size_t hook;
  /* Asks one hook set, which has the hook. */
  enum cmta_verdict (*ask)(struct cmta_session *session, const struct hook_set *set);
  /* Whether all is there that a success needs, when the last set has given it; else it is wrong,
     and deferred. NULL: it needs nothing. */
  bool (*is_complete)(const struct cmta_session *session);
  /* Does the command. The reply is composed or `accepted`; NULL sends just that. */
  void (*done)(struct cmta_session *session);
  /* Takes back what check laid out, after a refusal. */
  void (*undone)(struct cmta_session *session);
  /* Counts that the application has refused for good, before that is said. NULL: nobody counts. */
  void (*rejected)(struct cmta_session *session);

  enum reply_id accepted; /* the standard reply for ACCEPT */
  enum reply_id refused;  /* for REJECT; REPLY_NONE stands for REPLY_REFUSED */
  enum reply_id deferred; /* for TEMPFAIL; REPLY_NONE stands for REPLY_TRY_LATER */

  const struct cmta_verb *own; /* the row of settings.verbs that made or overrides it; or NULL */
};

/* The rows that are built in, and how many there are. */
const struct verb *verbs_built_in(size_t *count);

/* The row of an event, or NULL. All verbs of the application's own have the event EXTENSION: of
   these it is the row that they are made of. */
const struct verb *verb_of_event(const struct cmta_service *service, int event);

/* The row of a command by its name, in any case of letters, or NULL. */
const struct verb *verb_of_name(const struct cmta_service *service, struct cmta_slice name);

/* Rows one after the other: the first for NULL, then the next, at last NULL. */
const struct verb *verb_next(const struct cmta_service *service, const struct verb *verb);

#endif
