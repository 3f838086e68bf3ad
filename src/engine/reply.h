/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_REPLY_H
#define CMTA_ENGINE_REPLY_H

/* Replies on their way out: lines numbered, folded and put behind each other, to leave together
 * (RFC 5321 section 4.2, RFC 2920). */

#include "engine/session.h"

/* A reply of several lines while it is written. */
struct reply_writer {
  struct cmta_session *session;
  int code;
  const char *enhanced; /* or NULL */
};

/* One line of it, folded where it is too long; more: another line follows. */
void reply_line(const struct reply_writer *writer, struct cmta_slice text, bool more);

/* Sends a standard reply; REPLY_NONE sends nothing. It does not end the session and counts no
 * error. */
void reply_standard(struct cmta_session *session, enum reply_id id);

/* Sends what the hook composed, or else the standard reply; more: further lines of the same reply
 * follow. Leaves nothing composed. */
void reply_send(struct cmta_session *session, enum reply_id id, bool more);

/* The same for one of several replies that are alike: what was composed stays. */
void reply_repeat(struct cmta_session *session, enum reply_id id);

/* A writer for more lines of the reply that reply_send() sends. Before it, because that leaves
 * nothing composed. */
struct reply_writer reply_writer_of(struct cmta_session *session, enum reply_id id);

/* Throws away what a hook composed. */
void reply_clear(struct cmta_session *session);

/* The code of the composed reply, or 0 when there is none. */
int reply_composed_code(const struct cmta_session *session);

#endif
