/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_TOLD_H
#define CMTA_ENGINE_TOLD_H

/* XCLIENT and XFORWARD: what a trusted client tells of another one. Functions of rows in verbs.c,
 * and the attributes that they have. */

#include "engine/session.h"

/* Octets that a value has at most (XCLIENT_README, note 1). */
enum { TOLD_VALUE = 255 };

/* What a command told of one end. */
struct told_end {
  bool address, port;
};

/* What was told, its strings behind it in one block. */
struct told {
  struct cmta_client client;
  struct told_end peer, local; /* by the last command */
  char *room;                  /* where the next string goes */
};

/* Which of the two commands an attribute may belong to. */
enum told_by { TOLD_BY_XCLIENT = 1 << 0, TOLD_BY_XFORWARD = 1 << 1 };

/* Takes the value of an attribute, which is xtext, into told; false when this command has no such
   attribute, or it does not take the value. */
bool told_attribute(struct told *told, enum told_by command,
                    const struct cmta_parameter *parameter);

enum reply_id xclient_check(struct cmta_session *session);
enum cmta_verdict xclient_ask(struct cmta_session *session, const struct hook_set *set);
void xclient_done(struct cmta_session *session);
enum reply_id xforward_check(struct cmta_session *session);
enum cmta_verdict xforward_ask(struct cmta_session *session, const struct hook_set *set);
void xforward_done(struct cmta_session *session);
void told_undone(struct cmta_session *session);

/* The transaction that XFORWARD told of is over, or will not come. */
void forwarded_forget(struct cmta_session *session);

#endif
