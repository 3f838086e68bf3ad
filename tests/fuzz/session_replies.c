/* SPDX-License-Identifier: MIT */
/* Counts and judges replies; see session_replies.h. */
#include "fuzz/session_replies.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void bytes_add(struct bytes *bytes, const char *more, size_t length) {
  if (length == 0)
    return;
  char *grown = realloc(bytes->at, bytes->length + length);
  if (grown == NULL)
    abort();
  memcpy(grown + bytes->length, more, length);
  bytes->at = grown;
  bytes->length += length;
}

bool bytes_equal(const struct bytes *a, const struct bytes *b) {
  return a->length == b->length && (a->length == 0 || memcmp(a->at, b->at, a->length) == 0);
}

void bytes_free(struct bytes *bytes) {
  free(bytes->at);
  *bytes = (struct bytes){0};
}

static bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

static bool line_well_formed(const char *line, size_t length, bool utf8) {
  const size_t most = length >= 4 && memcmp(line, "334 ", 4) == 0 ? 12286 : 510;
  if (length < 4 || length > most || line[0] < '2' || line[0] > '5' || !is_digit(line[1]) ||
      !is_digit(line[2]) || (line[3] != ' ' && line[3] != '-'))
    return false;
  for (size_t i = 4; i < length; i++) {
    const unsigned char byte = (unsigned char)line[i];
    if ((byte < ' ' && byte != '\t') || byte == 0x7f || (byte >= 0x80 && !utf8))
      return false;
  }
  return true;
}

/* The length of the next line with its CR LF; 0 when there is none. */
static size_t line_length(const char *at, const char *end) {
  const char *lf = at == end ? NULL : memchr(at, '\n', (size_t)(end - at));
  return lf == NULL || lf == at || lf[-1] != '\r' ? 0 : (size_t)(lf - at) + 1;
}

bool replies_well_formed(const struct bytes *output, bool utf8) {
  const char *at = output->at, *end = output->length > 0 ? at + output->length : at;
  const char *open = NULL;
  while (at < end) {
    const size_t length = line_length(at, end);
    if (length == 0 || !line_well_formed(at, length - 2, utf8) ||
        (open != NULL && memcmp(open, at, 3) != 0))
      return false;
    open = at[3] == '-' ? at : NULL;
    at += length;
  }
  return open == NULL;
}

/* Takes one whole reply off; its code, or 0 when there is none. */
static int take_reply(const char **at, const char *end) {
  while (*at < end) {
    const char *line = *at;
    *at += line_length(line, end);
    if (line[3] == ' ')
      return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  }
  return 0;
}

/* The client's bytes that are left. */
struct rest {
  const uint8_t *at;
  size_t length;
};

/* Takes everything up to and with the first `mark` off; false when there is none. */
static bool take_through(struct rest *rest, const char *mark) {
  const size_t mark_length = strlen(mark);
  for (size_t i = 0; i + mark_length <= rest->length; i++)
    if (memcmp(rest->at + i, mark, mark_length) == 0) {
      rest->at += i + mark_length;
      rest->length -= i + mark_length;
      return true;
    }
  return false;
}

/* Takes n octets off; false when there are not so many. */
static bool take_octets(struct rest *rest, uint64_t n) {
  if (rest->length < n)
    return false;
  rest->at += n;
  rest->length -= (size_t)n;
  return true;
}

static size_t span(const struct rest *line, const char *octets) {
  size_t length = 0;
  while (length < line->length && strchr(octets, line->at[length]) && line->at[length])
    length++;
  return length;
}

/* A line that begins with these four letters. */
static bool begins_with(const uint8_t *line, size_t length, const char *verb) {
  return length >= 4 && strncasecmp((const char *)line, verb, 4) == 0;
}

/* How many octets a BDAT command announces, and whether as the last ones; 0 for any other line. Of
 * more than any client brings the number does not matter. */
static uint64_t chunk_size(struct rest line, bool *last) {
  uint64_t size = 0;
  if (!begins_with(line.at, line.length, "BDAT"))
    return 0;
  (void)take_octets(&line, 4);
  const size_t blanks = span(&line, " ");
  (void)take_octets(&line, blanks);
  const size_t digits = blanks ? span(&line, "0123456789") : 0;
  for (size_t i = 0; i < digits; i++)
    size = size < UINT32_MAX ? size * 10 + (uint64_t)(line.at[i] - '0') : size;
  (void)take_octets(&line, digits);
  const size_t behind = span(&line, " ");
  (void)take_octets(&line, behind);
  *last = behind && begins_with(line.at, line.length, "LAST") && take_octets(&line, 4);
  (void)take_octets(&line, span(&line, " "));
  return line.length == 0 ? size : 0;
}

/* A message ends at CR LF . CR LF, where the first CR LF may be that of DATA. */
static bool take_message(struct rest *rest) {
  if (rest->length >= 3 && memcmp(rest->at, ".\r\n", 3) == 0)
    return take_through(rest, ".\r\n");
  return take_through(rest, "\r\n.\r\n");
}

/* What the client says next. */
struct turn {
  bool is_text;  /* what follows a 354 */
  bool in_chunk; /* octets of it are not here */
  bool is_end;   /* a message ends with it */
};

/* Takes a line off, and the octets of the chunk that it announces. */
static bool take_command(struct rest *rest, struct turn *turn) {
  struct rest line = *rest;
  if (!take_through(rest, "\r\n"))
    return false;
  line.length -= rest->length + 2;
  turn->in_chunk = !take_octets(rest, chunk_size(line, &turn->is_end));
  return !turn->in_chunk;
}

/* What comes after a reply with that code: a message, a response, or else a command. */
static bool take_next(struct rest *rest, int code, struct turn *turn) {
  *turn = (struct turn){.is_text = code == 354, .is_end = code == 354};
  if (turn->is_text)
    return take_message(rest);
  return code == 334 ? take_through(rest, "\r\n") : take_command(rest, turn);
}

/* Accepted forward-paths of the transaction behind this line and its reply. */
static unsigned count_paths(unsigned paths, const uint8_t *line, size_t length, int code) {
  if (code / 100 != 2)
    return paths;
  if (begins_with(line, length, "MAIL"))
    return 0;
  return paths + begins_with(line, length, "RCPT");
}

/* Of a chunk that must not come now, which is answered so and once, like any command. */
static bool is_turned_away(int code) { return code == 502 || code == 503 || code == 530; }

/* How many replies come behind the first one to a message. */
static unsigned count_more(int first, unsigned paths, bool lmtp) {
  if (is_turned_away(first))
    return 0;
  if (lmtp)
    return paths - 1;
  return first == 353 ? paths + 1 : 0;
}

/* Takes what comes behind the first reply to a message off; false when something lacks. */
static bool take_more(const char **at, const char *end, int first, unsigned paths, bool lmtp) {
  unsigned more = count_more(first, paths, lmtp);
  while (more > 0 && take_reply(at, end) != 0)
    more--;
  return more == 0;
}

bool replies_match(const struct bytes *output, const uint8_t *client, size_t length, bool over,
                   bool unasked, bool lmtp) {
  const char *at = output->at, *end = output->length > 0 ? at + output->length : at;
  struct rest rest = {client, length}, before = rest;
  int code = take_reply(&at, end);
  struct turn turn;
  unsigned paths = 0;
  if (code == 0)
    return over;
  while (before = rest, take_next(&rest, code, &turn)) {
    code = take_reply(&at, end);
    if (code == 0 || (turn.is_end && !take_more(&at, end, code, paths, lmtp)))
      return over;
    if (!turn.is_text)
      paths = count_paths(paths, before.at, before.length - rest.length, code);
  }
  if (over && (turn.in_chunk || turn.is_text || unasked))
    take_reply(&at, end);
  return at == end;
}

/* A line of a field, behind its name or tab and without CR LF. */
static bool field_line_well_formed(const char *line, size_t length) {
  bool blank = true;
  for (size_t i = 0; i < length; i++) {
    if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
      return false;
    blank = blank && line[i] == ' ';
  }
  return !blank && length < 998;
}

static bool ends_in(const char *bytes, size_t length, const char *tail) {
  const size_t tail_length = strlen(tail);
  return length >= tail_length && memcmp(bytes + length - tail_length, tail, tail_length) == 0;
}

/* Behind a long line the date has a line of its own. */
static bool ends_in_date(const char *bytes, size_t length) {
  return ends_in(bytes, length, "; Sun, 9 Sep 2001 01:46:40 +0000\r\n") ||
         ends_in(bytes, length, ";\r\n\tSun, 9 Sep 2001 01:46:40 +0000\r\n");
}

bool field_well_formed(const char *bytes, size_t length) {
  static const char name[] = "Received:";
  const char *at = bytes + sizeof name - 1, *end = bytes + length;
  if (length < sizeof name || memcmp(bytes, name, sizeof name - 1) != 0 ||
      !ends_in_date(bytes, length))
    return false;
  for (;;) {
    const size_t line = line_length(at, end);
    if (line == 0 || !field_line_well_formed(at, line - 2))
      return false;
    at += line;
    if (at == end || *at++ != '\t')
      return at == end;
  }
}
