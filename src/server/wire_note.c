/* SPDX-License-Identifier: MIT */

/* What happens to one reply. The session has composed all of it when its first octet is here. */

#include "server/wire.h"

#include "server/block.h"

#include <string.h>

static const struct cmta_allocator *allocator_of(const struct wire *wire) {
  return &wire->connection->server->allocator;
}

void note_drop(struct wire *wire) {
  struct note *note = wire->notes;
  wire->notes = note->next;
  block_give(allocator_of(wire), note->text, note->text_size);
  block_give(allocator_of(wire), note, sizeof *note);
}

/* Octets of a line with its LF. */
static size_t line_length(const char *bytes, size_t size) {
  const char *end = memchr(bytes, '\n', size);
  return end ? (size_t)(end - bytes) + 1 : size;
}

size_t note_reply_length(const char *bytes, size_t size) {
  size_t length = 0, line;
  bool more = true;
  while (more && length < size) {
    line = line_length(bytes + length, size - length);
    more = line > 3 && bytes[length + 3] == '-';
    length += line;
  }
  return length;
}

/* Those about replies behind this one were made when it was not composed. */
static void move_on(struct wire *wire, uint64_t at, size_t length) {
  for (struct note *note = wire->notes; note && note->at == at; note = note->next)
    if (note->skip) {
      note->at += length;
      note->skip--;
    }
}

void note_pass(struct wire *wire, const char *bytes, size_t size) {
  move_on(wire, wire->notes->at, note_reply_length(bytes, size));
}

/* The first line goes out as one of several. False without memory. */
static bool take_first_line(struct wire *wire, struct note *note, const char *bytes) {
  size_t length = line_length(bytes, note->reply_length);
  char *text = block_take(allocator_of(wire), length);
  if (!text)
    return false;
  memcpy(text, bytes, length);
  if (length > 3)
    text[3] = '-';
  note->text = text;
  note->text_length = note->text_size = length;
  return true;
}

/* What is refused is said as it is. */
static void forget_text(struct wire *wire, struct note *note) {
  block_give(allocator_of(wire), note->text, note->text_size);
  note->text = NULL;
  note->text_length = note->text_size = 0;
}

/* Looks at the reply, of which the first octet is due now. False without memory. */
static bool begin(struct wire *wire, struct note *note, const char *bytes, size_t size) {
  note->reply_length = note_reply_length(bytes, size);
  if (note->of_success && *bytes != '2')
    forget_text(wire, note);
  if (note->first_line && !note->text && !take_first_line(wire, note, bytes))
    return false;
  note->length = note->text ? note->text_length : note->reply_length;
  if (note->length > note->cut)
    note->length = note->cut;
  return true;
}

/* Whether it is not its time yet. */
static bool must_wait(struct wire *wire, struct note *note) {
  if (note->hold > 0. && !note->has_waited && wire_may_hold(wire))
    alarm_set(wire->connection->server, &wire->write_again, note->hold);
  note->has_waited = true;
  return note->hold < 0. || alarm_is_set(&wire->write_again);
}

ssize_t note_say(struct wire *wire, const char *bytes, size_t size) {
  struct note *note = wire->notes;
  if (must_wait(wire, note))
    return TRANSPORT_WAIT;
  if (note->reply_length == 0 && !begin(wire, note, bytes, size))
    return TRANSPORT_GONE;
  const char *text = note->text ? note->text : bytes;
  while (note->said < note->length) {
    ssize_t count = wire_send(wire, text + note->said, note->length - note->said);
    if (count < 0)
      return count;
    note->said += (size_t)count;
  }
  size_t length = note->reply_length;
  enum cmta_wire_end end = note->end;
  if (end == CMTA_WIRE_STALL && connection_is_over(wire->connection)) {
    wire_end(wire, end); /* the last reply stays undone, lest the connection end behind it */
    return TRANSPORT_WAIT;
  }
  note_drop(wire);
  move_on(wire, wire->taken, length);
  wire_end(wire, end);
  return wire->gone ? TRANSPORT_GONE : (ssize_t)length;
}
