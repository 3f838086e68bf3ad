/* SPDX-License-Identifier: MIT */

/* Readers of messages: what is found in their octets, made into events of the chart. */

#include "engine/read_message.h"

#include "engine/chart.h"
#include "engine/chunk.h"
#include "engine/pump.h"
#include "engine/received.h"
#include "event.h"

static int begin_received(struct cmta_session *session) {
  enum reply_id wrong = received_lay_out(session);
  return wrong == REPLY_NONE ? pump_begin(session, SLICE)
                             : pump_begin_refused(session, FAULT, wrong);
}

/* What is due in front of the next octets, or READ_STOP. */
static int begin_due(struct cmta_session *session) {
  enum reply_id excess = session->transaction->excess;
  if (excess != REPLY_NONE)
    return pump_begin_refused(session, FAULT, excess);
  return received_is_due(session) ? begin_received(session) : READ_STOP;
}

/* A bare CR or LF, which some are forgiven. */
static int note_bare(struct cmta_session *session, enum cmta_violation fault, enum reply_id reply) {
  session->violations |= (unsigned)fault;
  bool refused = session->manners.line_endings == CMTA_LINE_ENDINGS_REFUSE;
  return refused ? pump_begin_refused(session, FAULT, reply) : READ_AGAIN;
}

/* The event of what was found. */
static int begin_found(struct cmta_session *session, enum body_found found) {
  session->progress += found != FOUND_NOTHING;
  switch (found) {
  case FOUND_NOTHING:
    return READ_STOP;
  case FOUND_SLICE:
    return pump_begin(session, SLICE);
  case FOUND_HEADERS:
    return pump_begin(session, HEADERS);
  case FOUND_END:
    return pump_begin(session, BODY_END);
  case FOUND_BARE_CR:
    return note_bare(session, CMTA_VIOLATION_BARE_CR, REPLY_BARE_CR);
  case FOUND_BARE_LF:
    return note_bare(session, CMTA_VIOLATION_BARE_LF, REPLY_BARE_LF);
  case FOUND_LONG_LINE:
    break;
  }
  session->violations |= CMTA_VIOLATION_LONG_LINE;
  return pump_begin_refused(session, FAULT, REPLY_TEXT_LINE_TOO_LONG);
}

int read_body(struct cmta_session *session, struct cmta_slice *input) {
  int due = begin_due(session);
  if (due != READ_STOP)
    return due;
  return begin_found(session, body_next(&session->transaction->body, input, &session->slice));
}

static bool may_discard(const struct cmta_session *session, uint64_t octets) {
  uint64_t most = session->service->settings.max_discarded;
  return most == 0 || (session->discarded <= most && octets <= most - session->discarded);
}

/* Counts octets that are read for nothing. False when they are more than the settings allow: the
 * reply that is due is the last. */
static bool discard(struct cmta_session *session, uint64_t octets) {
  if (!may_discard(session, octets)) {
    session->ending = CMTA_CLOSED_ERRORS;
    return false;
  }
  session->discarded += octets;
  return true;
}

/* The rest of a message that is refused already: nothing counts but its end. The reply is the one
 * that was held. */
int read_discard(struct cmta_session *session, struct cmta_slice *input) {
  enum body_found found;
  uint64_t octets = 0;
  session->progress += input->length > 0;
  do {
    found = body_next(&session->transaction->body, input, &session->slice);
    octets += found == FOUND_SLICE ? session->slice.length : 0;
  } while (found != FOUND_NOTHING && found != FOUND_END);
  if (discard(session, octets) && found != FOUND_END)
    return READ_STOP;
  return pump_begin_refused(session, BODY_END, session->hand.standard);
}

/* All octets of the chunk in hand have been read; of the last one, what the end of all shows is
 * found next. */
static int end_chunk(struct cmta_session *session) {
  if (!session->chunk.last)
    return pump_begin(session, CHUNK_END);
  body_finish(&session->transaction->body);
  return READ_AGAIN;
}

int read_chunk(struct cmta_session *session, struct cmta_slice *input) {
  int due = begin_due(session);
  if (due != READ_STOP)
    return due;
  struct cmta_slice piece = chunk_piece(session, input);
  size_t before = piece.length;
  enum body_found found = body_next(&session->transaction->body, &piece, &session->slice);
  chunk_take(session, input, before - piece.length);
  if (found == FOUND_NOTHING && session->chunk.left == 0)
    return end_chunk(session);
  return begin_found(session, found);
}

/* Reads on in a chunk that is dropped; whether all of it has been read that will be. It is known
 * before it comes when it is too long for that. */
static bool drop_piece(struct cmta_session *session, struct cmta_slice *input) {
  size_t length = chunk_piece(session, input).length;
  bool fits = may_discard(session, session->chunk.left);
  if (!discard(session, fits ? length : session->chunk.left))
    return true;
  chunk_take(session, input, length);
  return session->chunk.left == 0;
}

/* The reply is the one that was held. */
int read_skip(struct cmta_session *session, struct cmta_slice *input) {
  if (!drop_piece(session, input))
    return READ_STOP;
  return pump_begin_refused(session, session->chunk.last ? BODY_END : CHUNK_END,
                            session->hand.standard);
}

/* The reader of the message is tried out on them. */
static size_t body_waiting(const struct cmta_session *session, struct cmta_slice input) {
  struct body body = session->transaction->body;
  struct cmta_slice left = input, content;
  enum body_found found = FOUND_SLICE;
  while (found != FOUND_NOTHING && found != FOUND_END)
    found = body_next(&body, &left, &content);
  return input.length - left.length;
}

size_t read_waiting(const struct cmta_session *session, struct cmta_slice input) {
  bool in_body = session->phase == PHASE_BODY || session->phase == PHASE_DISCARD;
  if (session->chunk.left)
    return chunk_piece(session, &input).length;
  if (!in_body || !session->transaction || session->event == BODY_END)
    return 0;
  return body_waiting(session, input);
}

int read_dropped(struct cmta_session *session, struct cmta_slice *input) {
  if (!drop_piece(session, input))
    return READ_STOP;
  session->chunk.dropped = false;
  return pump_complain(session, session->chunk.why);
}
