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

/* ---- The header section ---- */

static char small(char octet) {
  return octet >= 'A' && octet <= 'Z' ? (char)(octet - 'A' + 'a') : octet;
}

static bool is_name(const struct header_watch *header, const char *name) {
  return header->length == strlen(name) && memcmp(header->name, name, header->length) == 0;
}

/* Its name is complete; blanks before the colon are an old form (RFC 5322 section 4.5). */
static void end_name(struct header_watch *header) {
  while (header->length && header->length <= sizeof header->name &&
         header->name[header->length - 1] == ' ')
    header->length--;
  header->has_date |= is_name(header, "date");
  header->has_from |= is_name(header, "from");
  header->in_value = true;
}

static void end_line(struct header_watch *header) {
  header->ended = header->line_octets == 0;
  header->line_octets = header->length = 0;
  header->in_value = false;
}

static void watch(struct header_watch *header, char octet) {
  if (octet == '\n') {
    end_line(header);
    return;
  }
  header->line_octets += octet != '\r';
  if (octet == ':' && !header->in_value)
    end_name(header);
  if (header->in_value || octet == '\r')
    return;
  if (header->length < sizeof header->name)
    header->name[header->length] = small(octet);
  header->length++;
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
