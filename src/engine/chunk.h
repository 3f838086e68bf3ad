/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_CHUNK_H
#define CMTA_ENGINE_CHUNK_H

/* Messages in chunks (RFC 3030): what BDAT does, and how texts of messages are read. */

#include "engine/session.h"

/* The BDAT in hand is well-formed: from now on its octets are counted. */
void chunk_begin(struct cmta_session *session);

/* The next octets of the chunk in hand, of those that have come. */
struct cmta_slice chunk_piece(const struct cmta_session *session, const struct cmta_slice *input);

/* So many octets of it have been read: takes them off input. */
void chunk_take(struct cmta_session *session, struct cmta_slice *input, size_t length);

/* It cannot be taken: its octets will be dropped, and then this is said. */
void chunk_drop(struct cmta_session *session, enum reply_id why);

/* Whether the client was offered what the BODY parameter of the MAIL in hand says. */
bool chunk_takes_body(const struct cmta_session *session);

/* How bare CR and LF of the message are read: enum body_manner. */
unsigned chunk_line_manner(const struct cmta_session *session);

/* The rows of BDAT and CHUNK_END. */
enum reply_id bdat_check(struct cmta_session *session);
void bdat_done(struct cmta_session *session);
void chunk_done(struct cmta_session *session);

#endif
