/* SPDX-License-Identifier: MIT */

/* Which rules a client breaks. Messages are looked at octet by octet as they come, so that one is
 * warned of that nobody takes. */

#include "testkit/recorder.h"

#include <string.h>

static const struct violation_row {
  unsigned bit;
  const char *text;
} violations[] = {
    {CMTA_VIOLATION_BARE_CR, "bare CR"},
    {CMTA_VIOLATION_BARE_LF, "bare LF"},
    {CMTA_VIOLATION_LONG_LINE, "line too long"},
    {CMTA_VIOLATION_EARLY_TALKER, "spoke before the greeting"},
    {CMTA_VIOLATION_PIPELINING, "did not wait for a reply"},
};

static void warn(struct record *record, const struct cmta_session *session, const char *text) {
  record_add(record, session, CMTA_EVENT_WARNING, 0, text);
}

/* Of each once. */
static void warn_of(struct record *record, const struct cmta_session *session, unsigned broken) {
  unsigned news = broken & ~record->warned;
  for (size_t i = 0; i < sizeof violations / sizeof *violations; i++)
    if (news & violations[i].bit)
      warn(record, session, violations[i].text);
  record->warned |= news;
}

void warn_of_violations(struct record *record, const struct cmta_session *session) {
  warn_of(record, session, cmta_session_violations(session));
}

/* To the session it is a line that is none. */
void warn_of_line(struct record *record, const struct cmta_session *session,
                  struct cmta_slice line) {
  unsigned broken = 0;
  for (size_t i = 0; i + 2 < line.length; i++) {
    broken |= line.at[i] == '\r' ? CMTA_VIOLATION_BARE_CR : 0;
    broken |= line.at[i] == '\n' ? CMTA_VIOLATION_BARE_LF : 0;
  }
  warn_of(record, session, broken);
}

/* Whether the octet is a CR or LF alone. Of a CR at the end of what is known nobody knows. */
static unsigned bare_at(const struct cmta_fragment *fragment, size_t i) {
  struct cmta_slice bytes = fragment->bytes;
  bool ends = i + 1 == bytes.length, whole = fragment->octets == bytes.length + 2;
  if (bytes.at[i] == '\n')
    return i > 0 && bytes.at[i - 1] == '\r' ? 0 : CMTA_VIOLATION_BARE_LF;
  if (bytes.at[i] != '\r')
    return 0;
  bool bare = ends ? fragment->ended && whole : bytes.at[i + 1] != '\n';
  return bare ? CMTA_VIOLATION_BARE_CR : 0;
}

/* An unfinished line that is not kept is one that is too long already. */
void warn_of_fragment(struct record *record, const struct cmta_session *session,
                      const struct cmta_fragment *fragment) {
  unsigned broken = 0;
  bool cut = fragment->octets > fragment->bytes.length;
  for (size_t i = 0; i < fragment->bytes.length; i++)
    broken |= bare_at(fragment, i);
  if (fragment->read && !fragment->ended && cut)
    broken |= CMTA_VIOLATION_LONG_LINE;
  warn_of(record, session, broken);
  if (!fragment->ended && (fragment->read || fragment->bytes.length))
    warn(record, session, "no CR LF behind the last line");
}

/* ---- Octets ---- */

static bool may_have_eight_bits(const struct cmta_session *session) {
  const struct cmta_envelope *envelope = cmta_session_envelope(session);
  return !envelope || envelope->body != CMTA_BODY_7BIT || envelope->smtputf8;
}

static bool has_eight_bits(struct cmta_slice octets) {
  for (size_t i = 0; i < octets.length; i++)
    if ((unsigned char)octets.at[i] > 127)
      return true;
  return false;
}

/* ---- The header section, as content_read() finds it, octet by octet ---- */

static char small(char octet) {
  return octet >= 'A' && octet <= 'Z' ? (char)(octet - 'A' + 'a') : octet;
}

static bool is_blank(char octet) { return octet == ' ' || octet == '\t'; }

static bool is_of_name(char octet) { return octet > ' ' && octet < 0x7f && octet != ':'; }

static bool is_name(const struct header_watch *header, const char *name) {
  return header->length == strlen(name) && memcmp(header->name, name, header->length) == 0;
}

static void add_to_name(struct header_watch *header, char octet) {
  if (header->length < sizeof header->name)
    header->name[header->length] = small(octet);
  header->length++;
  header->at = HEADER_IN_NAME;
}

/* The colon has come. */
static void end_name(struct header_watch *header) {
  header->has_date |= is_name(header, "date");
  header->has_from |= is_name(header, "from");
  header->at = HEADER_IN_VALUE;
}

/* What separates messages in an mbox file may stand in front. */
static bool is_separator(const struct header_watch *header) {
  bool is_from = is_name(header, "from") || is_name(header, ">from");
  return !header->first_over && header->blank == ' ' && is_from;
}

/* Lines continue fields alone. */
static void begin_line(struct header_watch *header, char octet) {
  if (is_of_name(octet))
    add_to_name(header, octet);
  else if (is_blank(octet) && header->has_field)
    header->at = HEADER_IN_VALUE;
  else
    header->ended = true;
}

static void take_blank(struct header_watch *header, char octet) {
  if (header->at == HEADER_IN_NAME)
    header->blank = octet;
  header->at = HEADER_BEHIND_NAME;
}

static void end_line(struct header_watch *header) {
  header->has_field = header->at == HEADER_IN_VALUE;
  header->first_over = true;
  header->length = 0;
  header->at = HEADER_LINE_BEGINS;
}

/* Within a line, before its colon. */
static void watch_name(struct header_watch *header, char octet) {
  if (octet == ':')
    end_name(header);
  else if (is_blank(octet))
    take_blank(header, octet);
  else if (header->at == HEADER_IN_NAME && is_of_name(octet))
    add_to_name(header, octet);
  else if (header->at == HEADER_BEHIND_NAME && is_separator(header))
    header->at = HEADER_IN_SEPARATOR;
  else
    header->ended = true;
}

static void watch(struct header_watch *header, char octet) {
  bool in_name = header->at == HEADER_IN_NAME || header->at == HEADER_BEHIND_NAME;
  if (header->at == HEADER_LINE_BEGINS)
    begin_line(header, octet);
  else if (in_name)
    watch_name(header, octet);
  if (octet == '\n' && !header->ended)
    end_line(header);
}

static void warn_of_headers(struct record *record, const struct cmta_session *session) {
  record->header.ended = true;
  if (!record->header.has_date)
    warn(record, session, "no Date field");
  if (!record->header.has_from)
    warn(record, session, "no From field");
}

void warn_of_octets(struct record *record, const struct cmta_session *session,
                    struct cmta_slice octets) {
  struct header_watch *header = &record->header;
  if (!header->eight_bit && has_eight_bits(octets) && !may_have_eight_bits(session)) {
    header->eight_bit = true;
    warn(record, session, "8-bit octets without 8BITMIME or SMTPUTF8");
  }
  if (header->ended)
    return;
  for (size_t i = 0; i < octets.length && !header->ended; i++)
    watch(header, octets.at[i]);
  if (header->ended)
    warn_of_headers(record, session);
}

void warn_of_end(struct record *record, const struct cmta_session *session) {
  if (!record->header.ended)
    warn_of_headers(record, session);
}
