/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_RECORD_H
#define CMTA_TOOLS_RECORD_H

/* A message that has arrived, with the id and the time that it is given; what message_json.c and
 * message_print.c show. */

#include <cmta/session.h>

/* What makes the ids of one run differ from each other and from those of other runs. */
struct record_source {
  uint32_t seed;  /* random */
  uint64_t count; /* ids given */
};

enum { RECORD_ID_SIZE = 48 };

/* One message. */
struct record {
  char id[RECORD_ID_SIZE]; /* hexadecimal digits and hyphens: milliseconds, seed, count */
  char time[32];           /* RFC 3339, UTC, milliseconds */
  struct cmta_session *session;
  const struct cmta_message *message;
  struct cmta_envelope envelope; /* the message's, with the recipients that it is kept for */
};

/* Seeds a source. False when the system has no random bytes; errno says why. */
bool record_source_init(struct record_source *source);

/* The record of a message that session has received just now, kept for all its recipients; both are
   borrowed. */
struct record record_make(struct record_source *source, struct cmta_session *session,
                          const struct cmta_message *message);

#endif
