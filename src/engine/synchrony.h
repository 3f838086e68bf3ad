/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_SYNCHRONY_H
#define CMTA_ENGINE_SYNCHRONY_H

/* Who must wait, and what becomes of those who do not: manners.early_talker and manners.pipelining
 * (RFC 5321 section 3.1, RFC 2920 section 3.1). */

#include "engine/verbs.h"

/* Bytes have come before the session began: `connect` is to see that. */
void synchrony_note_early(struct cmta_session *session);

/* Ends a session for such bytes, whatever `connect` says; false when they are not refused. */
bool synchrony_turn_away(struct cmta_session *session);

/* The row of CONNECT: greets. */
void connect_done(struct cmta_session *session);

/* Bytes have come behind a command or message, by its row (NULL: it is unknown), whose reply is not
   sent. False when the session is over by it, as in what follows. */
bool synchrony_behind(struct cmta_session *session, const struct verb *verb);

/* Bytes are brought now: whether a reply that must be awaited is still to come, or to be sent. */
bool synchrony_at_once(struct cmta_session *session);

/* Whether bytes behind the open question would say something about the client. */
bool synchrony_looks(const struct cmta_session *session);

#endif
