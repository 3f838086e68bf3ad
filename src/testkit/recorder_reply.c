/* SPDX-License-Identifier: MIT */

/* What a client hears of a reply: all of it, unless something happens to its bytes. */

#include "testkit/recorder.h"

#include <cmta/wire.h>

#include <string.h>

/* Octets of the longest line that a session composes, and more. */
enum { LINE_SIZE = 1024 };

/* What goes out in place of the reply, line by line. */
static void add_lines(struct record *record, struct cmta_session *session,
                      struct cmta_slice bytes) {
  while (bytes.length) {
    const char *end = memchr(bytes.at, '\n', bytes.length);
    size_t length = end ? (size_t)(end - bytes.at) + 1 : bytes.length;
    record_add_line(record, session, CMTA_EVENT_SERVER, (struct cmta_slice){bytes.at, length});
    bytes.at += length;
    bytes.length -= length;
  }
}

/* Out of one line it is made the first of several. */
static void add_first_line(struct record *record, struct cmta_session *session,
                           struct cmta_slice line, size_t most) {
  char first[LINE_SIZE];
  size_t length = line.length < sizeof first ? line.length : sizeof first;
  memcpy(first, line.at, length);
  if (length > 3)
    first[3] = '-';
  add_lines(record, session, (struct cmta_slice){first, length < most ? length : most});
}

/* At the first line: what happens to the reply. */
static void begin_reply(struct record *record, struct cmta_session *session,
                        struct cmta_slice line) {
  struct cmta_wire wire;
  cmta_wire_init(&wire);
  (void)cmta_wire_get(session, &wire); /* which is the default where there is no wire */
  if (wire.of_success && line.length && line.at[0] != '2')
    wire.replacement = NULL;
  record->reply_out = wire.replacement || wire.first_line ? 0 : wire.cut;
  struct cmta_slice bytes = {wire.replacement, wire.replacement_length};
  if (bytes.length > wire.cut)
    bytes.length = wire.cut;
  record->in_place = true;
  if (wire.replacement)
    add_lines(record, session, bytes);
  else if (wire.first_line)
    add_first_line(record, session, line, wire.cut);
  record->in_place = false;
}

void record_reply_line(struct record *record, struct cmta_session *session,
                       struct cmta_slice line) {
  if (!record->in_reply)
    begin_reply(record, session, line);
  record->in_reply = line.length > 3 && line.at[3] == '-';
  if (line.length > record->reply_out)
    line.length = record->reply_out;
  if (record->reply_out != SIZE_MAX)
    record->reply_out -= line.length;
  if (line.length)
    record_add_line(record, session, CMTA_EVENT_SERVER, line);
}
