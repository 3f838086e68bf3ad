/* SPDX-License-Identifier: MIT */

/* Replies pile up here while input lasts, so that those to a pipelined group leave in one write
 * (RFC 2920 section 3.2). */

#include "engine/output.h"

#include "engine/statistics.h"

#include <string.h>

/* Octets of unsent replies at which a session stops taking commands; a client that sends and never
 * reads cannot make it hold more. */
enum { OUTPUT_FULL = 16384 };

/* Octets of a session's memory that nothing but replies, and the command line on its way, may have:
 * a full output and one long reply more. */
enum { OUTPUT_RESERVE = 2 * OUTPUT_FULL };

/* Octets that the output begins with: room for the replies of a usual group. */
enum { OUTPUT_FIRST = 256 };

/* Moves what waits to the front where its end is reached, so that a client that never takes all of
 * it makes the output no longer. */
static void close_gap(struct cmta_session *session, size_t length) {
  if (session->output_sent == 0 || length <= session->output_capacity - session->output_length)
    return;
  session->output_length -= session->output_sent;
  memmove(session->output, session->output + session->output_sent, session->output_length);
  session->output_sent = 0;
}

void output_add(struct cmta_session *session, const char *bytes, size_t length) {
  if (session->failed || length == 0)
    return;
  close_gap(session, length);
  size_t room = session->output_length + length;
  size_t wanted = room < OUTPUT_FIRST ? OUTPUT_FIRST : room;
  session->failed = !memory_grow_from_reserve(&session->memory, (void **)&session->output,
                                              &session->output_capacity, wanted, 1, 0);
  if (session->failed)
    return;
  memcpy(session->output + session->output_length, bytes, length);
  session->output_length = room;
  statistics_count(session, (struct cmta_counts){.octets_out = length});
}

size_t output_reserve(size_t ceiling) {
  return ceiling / 2 < OUTPUT_RESERVE ? ceiling / 2 : OUTPUT_RESERVE;
}

bool output_is_full(const struct cmta_session *session) {
  return session->output_length - session->output_sent >= OUTPUT_FULL;
}

struct cmta_slice cmta_session_output(const struct cmta_session *session) {
  size_t length = session->output_length - session->output_sent;
  return (struct cmta_slice){length ? session->output + session->output_sent : NULL, length};
}

int cmta_session_sent(struct cmta_session *session, size_t length) {
  if (length > session->output_length - session->output_sent)
    return CMTA_E_ARGUMENT;
  session->output_sent += length;
  if (session->output_sent < session->output_length)
    return 0;
  memory_give(&session->memory, session->output);
  session->output = NULL;
  session->output_sent = session->output_length = session->output_capacity = 0;
  return 0;
}
