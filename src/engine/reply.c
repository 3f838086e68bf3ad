/* SPDX-License-Identifier: MIT */

/* Writing replies: "250-2.1.0 text", folded, one line behind the other. */

#include "engine/reply.h"

#include "engine/draft.h"
#include "engine/offer.h"
#include "engine/output.h"
#include "engine/statistics.h"
#include "engine/text.h"
#include "engine/trace.h"
#include "engine/verbs.h"

#include <stdio.h>
#include <string.h>

/* Octets of a reply line with code and CR LF (RFC 5321 section 4.5.3.1.5). */
enum { MAX_REPLY_LINE = 512 };

/* How much of text fits in one line of room octets: up to its last blank, or, in a word without
 * end, up to a character's edge. */
static size_t fold_at(struct cmta_slice text, size_t room) {
  if (text.length <= room)
    return text.length;
  for (size_t at = room; at > 0; at--)
    if (text.at[at] == ' ')
      return at;
  size_t at = room;
  while (at > 1 && ((unsigned char)text.at[at] & 0xc0) == 0x80)
    at--;
  return at;
}

/* Code, separator and enhanced status code, in front of a line's text. Returns their length. */
static size_t write_front(const struct reply_writer *writer, bool more, char *line) {
  size_t length = writer->enhanced ? strlen(writer->enhanced) : 0;
  line[0] = (char)('0' + writer->code / 100);
  line[1] = (char)('0' + writer->code / 10 % 10);
  line[2] = (char)('0' + writer->code % 10);
  line[3] = more ? '-' : ' ';
  if (length == 0)
    return 4;
  memcpy(line + 4, writer->enhanced, length);
  line[4 + length] = ' ';
  return 4 + length + 1;
}

static void write_line(const struct reply_writer *writer, struct cmta_slice text, bool more) {
  char line[MAX_REPLY_LINE];
  size_t front = write_front(writer, more, line);
  if (text.length)
    memcpy(line + front, text.at, text.length);
  memcpy(line + front + text.length, "\r\n", 2);
  struct cmta_slice whole = {line, front + text.length + 2};
  trace_line(writer->session, CMTA_TO_CLIENT, whole);
  output_add(writer->session, whole.at, whole.length);
}

void reply_line(const struct reply_writer *writer, struct cmta_slice text, bool more) {
  size_t front = 4 + (writer->enhanced ? strlen(writer->enhanced) + 1 : 0);
  size_t room = MAX_REPLY_LINE - 2 - front;
  while (text.length > room) {
    size_t length = fold_at(text, room);
    write_line(writer, (struct cmta_slice){text.at, length}, true);
    length += text.at[length] == ' ';
    text.at += length;
    text.length -= length;
  }
  write_line(writer, text, more);
  writer->session->halted |= !more && writer->session->halts;
  if (!more && !writer->session->failed)
    statistics_count_reply(writer->session, writer->code);
}

static bool offers_enhanced_codes(const struct cmta_session *session) {
  return offer_extensions(session) & CMTA_EXTENSION_ENHANCEDSTATUSCODES;
}

/* Neither the greeting nor a reply to HELO or EHLO has an enhanced status code (RFC 2034 section
 * 4). */
static const char *standard_enhanced(const struct cmta_session *session, enum reply_id id) {
  bool none = session->verb && (session->verb->flags & VERB_PLAIN_REPLY);
  return offers_enhanced_codes(session) && !none ? reply_row(id)->enhanced : NULL;
}

const char *cmta_reply_enhanced(int code) {
  static const char *const general[] = {[2] = "2.0.0", [4] = "4.0.0", [5] = "5.0.0"};
  bool is_of_a_class = code >= 200 && code < 600;
  const char *own = reply_enhanced_of_code(code);
  return own || !is_of_a_class ? own : general[code / 100];
}

/* The code that a composed reply without one gets: the standard reply's if it has the same code,
 * else that of its own code, else the standard reply's if it is of the same class, else the class's
 * most general. */
static const char *fitting_enhanced(const struct cmta_session *session, enum reply_id id) {
  const struct standard_reply *row = reply_row(id);
  int code = session->hand.draft->code;
  if (session->verb && (session->verb->flags & VERB_PLAIN_REPLY))
    return NULL;
  const char *own = row->code == code ? NULL : reply_enhanced_of_code(code);
  if (own)
    return own;
  return row->code / 100 == code / 100 ? row->enhanced : cmta_reply_enhanced(code);
}

static const char *composed_enhanced(const struct cmta_session *session, enum reply_id id) {
  const struct draft *draft = session->hand.draft;
  bool success_to_hello =
      draft->code < 300 && session->verb && (session->verb->flags & VERB_PLAIN_REPLY);
  if (!offers_enhanced_codes(session) || draft->code == 354 || success_to_hello)
    return NULL;
  return draft->enhanced[0] ? draft->enhanced : fitting_enhanced(session, id);
}

struct reply_writer reply_writer_of(struct cmta_session *session, enum reply_id id) {
  if (session->hand.draft)
    return (struct reply_writer){session, session->hand.draft->code,
                                 composed_enhanced(session, id)};
  return (struct reply_writer){session, reply_row(id)->code, standard_enhanced(session, id)};
}

/* The server's name in front of a text, where the reply has it (RFC 5321 section 4.3.1). */
static void send_with_hostname(const struct reply_writer *writer, const char *text, bool more) {
  char line[MAX_REPLY_LINE * 2];
  int length = snprintf(line, sizeof line, "%s%s%s", writer->session->service->settings.hostname,
                        *text ? " " : "", text);
  reply_line(writer, (struct cmta_slice){line, (size_t)length}, more);
}

static void send_standard(struct cmta_session *session, enum reply_id id, bool more) {
  const struct standard_reply *row = reply_row(id);
  const char *text = id == REPLY_GREETING ? session->service->settings.greeting : row->text;
  struct reply_writer writer = {session, row->code, standard_enhanced(session, id)};
  if (row->hostname)
    send_with_hostname(&writer, text, more);
  else
    reply_line(&writer, text_slice(text), more);
}

void reply_standard(struct cmta_session *session, enum reply_id id) {
  if (id != REPLY_NONE)
    send_standard(session, id, false);
}

/* The lines of the composed reply, each ended by LF in the draft. */
static void send_composed(struct cmta_session *session, enum reply_id id, bool more) {
  struct reply_writer writer = reply_writer_of(session, id);
  const char *at = session->hand.draft->text;
  const char *end = at + session->hand.draft->length;
  while (at < end) {
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    reply_line(&writer, (struct cmta_slice){at, (size_t)(stop - at)}, more || stop + 1 < end);
    at = stop + 1;
  }
}

static void send(struct cmta_session *session, enum reply_id id, bool more) {
  if (session->hand.draft)
    send_composed(session, id, more);
  else if (id != REPLY_NONE)
    send_standard(session, id, more);
}

void reply_repeat(struct cmta_session *session, enum reply_id id) { send(session, id, false); }

void reply_send(struct cmta_session *session, enum reply_id id, bool more) {
  send(session, id, more);
  reply_clear(session);
}
