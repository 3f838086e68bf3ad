/* SPDX-License-Identifier: MIT */

/* Command lines out of bytes. A line that arrives in one piece is never copied. */

#include "engine/framer.h"

#include "engine/ascii.h"

#include <string.h>

size_t framer_line_end(const struct cmta_slice *input, bool after_cr) {
  const char *end = input->at + input->length;
  for (const char *at = input->at; at < end; at++) {
    at = memchr(at, '\n', (size_t)(end - at));
    if (!at)
      return 0;
    if (at == input->at ? after_cr : at[-1] == '\r')
      return (size_t)(at - input->at) + 1;
  }
  return 0;
}

static void take(struct cmta_slice *input, size_t length) {
  input->at += length;
  input->length -= length;
}

static bool is_printable(char c) { return c > ' ' && c < 0x7f; }

/* Clients get the blank behind it wrong, too. */
bool framer_is_verb(struct cmta_slice text, const char *name) {
  enum { LETTERS = FRAMER_START - 1 };
  if (text.length < LETTERS)
    return false;
  struct cmta_slice verb = {text.at, LETTERS};
  return ascii_same(verb, (struct cmta_slice){name, LETTERS}) &&
         !(text.length > LETTERS && is_printable(text.at[LETTERS]));
}

static bool has_verb(const struct framer *framer, const char *name) {
  return framer_is_verb((struct cmta_slice){framer->start, FRAMER_START}, name);
}

bool framer_has_auth(const struct framer *framer) { return has_verb(framer, "AUTH"); }

bool framer_has_bdat(const struct framer *framer) { return has_verb(framer, "BDAT"); }

/* Remembers how a line begins: one that is too long is not kept. */
static void note_start(struct framer *framer, const char *piece, size_t length) {
  size_t known = framer->length;
  if (known == 0)
    memset(framer->start, 0, FRAMER_START);
  if (known < FRAMER_START)
    memcpy(framer->start + known, piece,
           length < FRAMER_START - known ? length : FRAMER_START - known);
}

/* Makes room for so many octets. A secret is not left behind where the buffer was. */
static bool make_room(struct framer *framer, struct memory *memory, size_t needed, size_t limit) {
  if (!framer->wipe || !framer->buffer || needed <= framer->capacity)
    return memory_grow_from_reserve(memory, (void **)&framer->buffer, &framer->capacity, needed, 1,
                                    limit);
  char *buffer = NULL;
  size_t capacity = 0, wanted = needed * 2 < limit ? needed * 2 : limit;
  if (!memory_grow_from_reserve(memory, (void **)&buffer, &capacity, wanted, 1, limit))
    return false;
  memcpy(buffer, framer->buffer, framer->kept);
  memory_wipe(memory, framer->buffer);
  framer->buffer = buffer;
  framer->capacity = capacity;
  return true;
}

/* Adds a piece to the buffer. */
static bool append(struct framer *framer, struct memory *memory, size_t limit, const char *piece,
                   size_t length) {
  if (!make_room(framer, memory, framer->kept + length, limit))
    return false;
  memcpy(framer->buffer + framer->kept, piece, length);
  framer->kept += length;
  return true;
}

/* The line is too long: that it began so can be seen all the same, where memory allows. */
static void keep_start(struct framer *framer, struct memory *memory, const char *piece,
                       size_t length) {
  bool whole = framer->kept == framer->length - length;
  size_t room = framer->kept < FRAMER_SHOWN ? FRAMER_SHOWN - framer->kept : 0;
  if (framer_has_auth(framer))
    framer_release(framer, memory);
  else if (whole && room)
    (void)append(framer, memory, FRAMER_SHOWN, piece, length < room ? length : room);
}

/* Adds a piece to the buffer, unless the line has passed its limit already. */
static bool keep(struct framer *framer, struct memory *memory, size_t limit, const char *piece,
                 size_t length) {
  framer->wipe |= framer->secret || framer_has_auth(framer);
  if (framer->length <= limit)
    return append(framer, memory, limit, piece, length);
  keep_start(framer, memory, piece, length);
  return true;
}

static struct cmta_slice shorten(const char *at, size_t length) {
  return (struct cmta_slice){at, length < FRAMER_SHOWN ? length : FRAMER_SHOWN};
}

struct cmta_slice framer_unfinished(const struct framer *framer) {
  if (framer->kept == framer->length)
    return (struct cmta_slice){framer->buffer, framer->length};
  return shorten(framer->buffer, framer->kept);
}

struct cmta_slice framer_beginning(const struct framer *framer, struct cmta_slice line) {
  return shorten(line.at, line.at == framer->buffer ? framer->kept : line.length);
}

/* The line is complete: hands it out, and begins anew. whole: it lies there in one piece, or NULL.
 */
static enum framed hand_out(struct framer *framer, size_t limit, const char *whole,
                            struct cmta_slice *line) {
  bool fits = framer->length <= limit;
  *line = (struct cmta_slice){whole ? whole : framer->buffer, framer->length};
  framer->length = 0;
  framer->after_cr = false;
  return fits ? FRAMED_LINE : FRAMED_TOO_LONG;
}

enum framed framer_next(struct framer *framer, struct memory *memory, size_t limit,
                        struct cmta_slice *input, struct cmta_slice *line) {
  if (framer->length == 0)
    framer_release(framer, memory);
  if (input->length == 0)
    return FRAMED_NOTHING;
  size_t found = framer_line_end(input, framer->after_cr);
  size_t length = found ? found : input->length;
  const char *piece = input->at;
  bool in_one_piece = found && framer->length == 0;
  take(input, length);
  note_start(framer, piece, length);
  framer->length += length;
  framer->after_cr = piece[length - 1] == '\r';
  if (!in_one_piece && !keep(framer, memory, limit, piece, length))
    return FRAMED_NO_MEMORY;
  return found ? hand_out(framer, limit, in_one_piece ? piece : NULL, line) : FRAMED_NOTHING;
}

void framer_release(struct framer *framer, struct memory *memory) {
  if (framer->wipe)
    memory_wipe(memory, framer->buffer);
  else
    memory_give(memory, framer->buffer);
  framer->buffer = NULL;
  framer->capacity = framer->kept = 0;
  framer->wipe = false;
}
