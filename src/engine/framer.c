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

/* Whatever ends the verb: clients get the blank wrong, too. */
bool framer_has_auth(const struct framer *framer) {
  struct cmta_slice verb = {framer->start, FRAMER_START - 1};
  return ascii_same(verb, (struct cmta_slice){"AUTH", FRAMER_START - 1}) &&
         !is_printable(framer->start[FRAMER_START - 1]);
}

/* Remembers how a line begins: one that is too long is not kept. */
static void note_start(struct framer *framer, const char *piece, size_t length) {
  size_t known = framer->length;
  if (known == 0)
    memset(framer->start, 0, FRAMER_START);
  if (known < FRAMER_START)
    memcpy(framer->start + known, piece,
           length < FRAMER_START - known ? length : FRAMER_START - known);
}

/* Makes room for the line so far. A secret is not left behind where the buffer was. */
static bool make_room(struct framer *framer, struct memory *memory, size_t limit, size_t before) {
  if (!framer->wipe || !framer->buffer || framer->length <= framer->capacity)
    return memory_grow_from_reserve(memory, (void **)&framer->buffer, &framer->capacity,
                                    framer->length, 1, limit);
  char *buffer = NULL;
  size_t capacity = 0, wanted = framer->length * 2 < limit ? framer->length * 2 : limit;
  if (!memory_grow_from_reserve(memory, (void **)&buffer, &capacity, wanted, 1, limit))
    return false;
  memcpy(buffer, framer->buffer, before);
  memory_wipe(memory, framer->buffer);
  framer->buffer = buffer;
  framer->capacity = capacity;
  return true;
}

/* Adds a piece to the buffer, unless the line has passed its limit already. */
static bool keep(struct framer *framer, struct memory *memory, size_t limit, const char *piece,
                 size_t length) {
  size_t before = framer->length - length;
  framer->wipe |= framer->secret || framer_has_auth(framer);
  if (framer->length > limit) {
    framer_release(framer, memory);
    return true;
  }
  if (!make_room(framer, memory, limit, before))
    return false;
  memcpy(framer->buffer + before, piece, length);
  return true;
}

/* The line is complete: hands it out, and begins anew. */
static enum framed hand_out(struct framer *framer, size_t limit, const char *whole,
                            struct cmta_slice *line) {
  bool fits = framer->length <= limit;
  *line = (struct cmta_slice){framer->buffer ? framer->buffer : whole, framer->length};
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
  return found ? hand_out(framer, limit, piece, line) : FRAMED_NOTHING;
}

void framer_release(struct framer *framer, struct memory *memory) {
  if (framer->wipe)
    memory_wipe(memory, framer->buffer);
  else
    memory_give(memory, framer->buffer);
  framer->buffer = NULL;
  framer->capacity = 0;
  framer->wipe = false;
}
