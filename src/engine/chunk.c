/* SPDX-License-Identifier: MIT */

/*
 * Messages in chunks (RFC 3030). A chunk is framed by counting alone: whatever becomes of its BDAT,
 * as many octets as that has said are no commands.
 */

#include "engine/chunk.h"

#include "engine/offer.h"
#include "engine/reply.h"
#include "engine/section.h"

#include <inttypes.h>
#include <stdio.h>

void chunk_begin(struct cmta_session *session) {
  const struct command *command = session->command;
  session->chunk = (struct chunk){
      .size = command->chunk_size, .left = command->chunk_size, .last = command->last};
}

struct cmta_slice chunk_piece(const struct cmta_session *session, const struct cmta_slice *input) {
  uint64_t left = session->chunk.left;
  return (struct cmta_slice){input->at, left < input->length ? (size_t)left : input->length};
}

void chunk_take(struct cmta_session *session, struct cmta_slice *input, size_t length) {
  if (length == 0)
    return;
  session->progress++;
  session->chunk.left -= length;
  input->at += length;
  input->length -= length;
}

void chunk_drop(struct cmta_session *session, enum reply_id why) {
  session->chunk.dropped = true;
  session->chunk.why = why;
}

/* The parameter itself is offered with 8BITMIME, too. */
bool chunk_takes_body(const struct cmta_session *session) {
  return session->transaction->envelope.body != CMTA_BODY_BINARYMIME ||
         (offer_extensions(session) & CMTA_EXTENSION_BINARYMIME);
}

unsigned chunk_line_manner(const struct cmta_session *session) {
  return session->manners.line_endings == CMTA_LINE_ENDINGS_NORMALISE ? BODY_NORMALISES : 0;
}

/* A binary message has no lines, and of one whose lines are all right as they come nothing need be
 * known. */
static unsigned manner_of(const struct cmta_session *session) {
  bool binary = session->transaction->envelope.body == CMTA_BODY_BINARYMIME;
  bool any = session->manners.line_endings == CMTA_LINE_ENDINGS_KEEP &&
             session->service->settings.max_text_line == 0;
  return BODY_CHUNKS | (binary || any ? BODY_COUNTS : chunk_line_manner(session));
}

/* What all chunks so far and the one in hand make, as the client has said. */
static uint64_t declared(const struct cmta_session *session) {
  uint64_t before = session->transaction->declared, size = session->chunk.size;
  return size < UINT64_MAX - before ? before + size : UINT64_MAX;
}

static enum reply_id judge_size(const struct cmta_session *session) {
  uint64_t most = session->service->settings.max_message_size;
  return most && declared(session) > most ? REPLY_TOO_BIG : REPLY_NONE;
}

enum reply_id bdat_check(struct cmta_session *session) { return judge_size(session); }

/* A later chunk is not asked about, and refused as its octets come. */
void bdat_done(struct cmta_session *session) {
  struct transaction *transaction = session->transaction;
  reply_clear(session);
  if (!transaction->in_chunks) {
    body_begin(&transaction->body, session->service->settings.max_text_line, manner_of(session));
    section_begin(session);
  }
  transaction->in_chunks = true;
  transaction->excess = judge_size(session);
  transaction->declared = declared(session);
}

void chunk_done(struct cmta_session *session) {
  struct reply_writer writer = reply_writer_of(session, REPLY_CHUNK_OK);
  char text[64];
  int length = snprintf(text, sizeof text, "%" PRIu64 " %s", session->chunk.size,
                        reply_row(REPLY_CHUNK_OK)->text);
  reply_line(&writer, (struct cmta_slice){text, (size_t)length}, false);
}
