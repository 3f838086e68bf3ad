/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_READ_MESSAGE_H
#define CMTA_ENGINE_READ_MESSAGE_H

/* The readers of the phases in which octets of a message come (pump.c). Each returns the next
 * event, or READ_STOP or READ_AGAIN. */

#include "engine/session.h"

/* After DATA; and the rest of a message that was refused. */
int read_body(struct cmta_session *session, struct cmta_slice *input);
int read_discard(struct cmta_session *session, struct cmta_slice *input);

/* After BDAT; the rest of a chunk that was refused; and, in any phase, of one that was misplaced.
 */
int read_chunk(struct cmta_session *session, struct cmta_slice *input);
int read_skip(struct cmta_session *session, struct cmta_slice *input);
int read_dropped(struct cmta_session *session, struct cmta_slice *input);

/* How many of these octets, which come next, are of the message or chunk in hand. */
size_t read_waiting(const struct cmta_session *session, struct cmta_slice input);

#endif
