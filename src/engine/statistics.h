/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_STATISTICS_H
#define CMTA_ENGINE_STATISTICS_H

/* Counting: what happens in a session goes into its own counts and, where it has statistics, into
 * their sums at the same time. */

#include "engine/session.h"

/* Reply codes begin with 2 to 5. */
enum { REPLY_CLASS_FIRST = 2, REPLY_CLASSES = 4 };

/* Its table has a row for lines that are no command, then one for each row of the table of verbs.
 */
struct cmta_statistics {
  const struct cmta_service *service;
  struct cmta_totals totals;
  size_t event_count;
  uint64_t replies[][REPLY_CLASSES]; /* by event and class of their code */
};

static inline void counts_add(struct cmta_counts *counts, struct cmta_counts more) {
  counts->commands += more.commands;
  counts->errors += more.errors;
  counts->recipients += more.recipients;
  counts->messages += more.messages;
  counts->auth_failures += more.auth_failures;
  counts->octets_in += more.octets_in;
  counts->octets_out += more.octets_out;
}

/* Counts what has happened; more names it, all else 0. */
static inline void statistics_count(struct cmta_session *session, struct cmta_counts more) {
  counts_add(&session->counts, more);
  if (session->statistics)
    counts_add(&session->statistics->totals.sum, more);
}

/* One reply, of however many lines, goes to the event in hand. */
void statistics_count_reply(struct cmta_session *session, int code);

/* A session was opened; one that was opened is over. */
void statistics_count_opened(struct cmta_session *session);
void statistics_count_closed(struct cmta_session *session, enum cmta_close_reason reason);

/* One handshake is over, well or not. */
void statistics_count_handshake(struct cmta_session *session, bool done);

#endif
