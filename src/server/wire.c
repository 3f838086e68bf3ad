/* SPDX-License-Identifier: MIT */

/* What is to happen to the bytes of a connection. */

#include "server/wire.h"

#include "server/block.h"
#include "server/tls.h"

#include <math.h>
#include <string.h>

void cmta_wire_init(struct cmta_wire *wire) {
  *wire = (struct cmta_wire){.size = sizeof *wire, .cut = SIZE_MAX};
}

static bool is_sound(const struct cmta_wire *wire) {
  return !isnan(wire->hold) && (wire->replacement || wire->replacement_length == 0) &&
         (unsigned)wire->end <= CMTA_WIRE_STALL;
}

static bool is_about_a_reply(const struct cmta_wire *wire) {
  return wire->hold != 0. || wire->replacement || wire->first_line || wire->cut != SIZE_MAX ||
         wire->end != CMTA_WIRE_GO_ON;
}

static bool is_before(const struct note *note, uint64_t at, size_t skip) {
  return note->at < at || (note->at == at && note->skip < skip);
}

/* The note of that reply, made where there is none; NULL without memory. */
static struct note *note_of(struct wire *wire, uint64_t at, size_t skip) {
  struct note **place = &wire->notes;
  while (*place && is_before(*place, at, skip))
    place = &(*place)->next;
  if (*place && (*place)->at == at && (*place)->skip == skip)
    return *place;
  struct note *note = block_take(&wire->connection->server->allocator, sizeof *note);
  if (!note)
    return NULL;
  note->next = *place;
  note->at = at;
  note->skip = skip;
  note->cut = SIZE_MAX;
  return *place = note;
}

/* A copy with one octet more, so that there is a block for none; NULL without memory. */
static char *copy(const struct cmta_allocator *allocator, const void *bytes, size_t length) {
  char *block = block_take(allocator, length + 1);
  if (block && length)
    memcpy(block, bytes, length);
  return block;
}

static void add_text(struct note *note, const struct cmta_allocator *allocator, char *text,
                     const struct cmta_wire *given) {
  size_t length = given->replacement_length;
  block_give(allocator, note->text, note->text_size);
  note->text = text;
  note->text_length = length;
  note->text_size = length + 1;
  note->of_success = given->of_success;
}

/* Behind an end the client is not heard any more, whatever follows. */
static void add(struct note *note, const struct cmta_wire *wire) {
  bool never = note->hold < 0. || wire->hold < 0. || isinf(wire->hold);
  note->hold = never ? -1. : note->hold + wire->hold;
  note->first_line |= wire->first_line;
  if (wire->cut != SIZE_MAX)
    note->cut = wire->cut;
  if (wire->end != CMTA_WIRE_GO_ON && !(wire->end == CMTA_WIRE_HALF_CLOSE && note->end))
    note->end = wire->end;
}

/* What happens to the next reply. False without memory. */
static bool note_down(struct wire *wire, const struct cmta_wire *given) {
  const struct cmta_allocator *allocator = &wire->connection->server->allocator;
  struct cmta_slice output = cmta_session_output(wire->connection->session);
  size_t length = given->replacement_length;
  char *text = given->replacement ? copy(allocator, given->replacement, length) : NULL;
  if (given->replacement && !text)
    return false;
  size_t before = cmta_session_replies_before(wire->connection->session);
  struct note *note = note_of(wire, wire->taken + output.length, before);
  if (!note) {
    block_give(allocator, text, length + 1);
    return false;
  }
  if (text)
    add_text(note, allocator, text, given);
  add(note, given);
  return true;
}

/* Whether the client is not heard behind the reply. */
static bool is_the_end(const struct cmta_wire *given) {
  return given->stall || (given->end != CMTA_WIRE_GO_ON && given->end != CMTA_WIRE_HALF_CLOSE);
}

/* What is here when reading becomes slow is not paid for yet. */
static void begin_pace(struct wire *wire, const struct cmta_wire *given) {
  wire->owed = given->read_before;
  wire->unpaid = SIZE_MAX;
  wire->paused = true;
  cmta_session_pause(wire->connection->session);
}

static void set_rates(struct wire *wire, const struct cmta_wire *given) {
  double now = alarm_now(wire->connection->server);
  if (!wire_may_hold(wire))
    return;
  if (given->write_rate)
    bucket_set(&wire->writes, given->write_rate, now);
  if (given->read_rate && wire->reads.rate == 0)
    begin_pace(wire, given);
  if (given->read_rate)
    bucket_set(&wire->reads, given->read_rate, now);
}

int cmta_wire_set(struct cmta_session *session, const struct cmta_wire *given) {
  struct cmta_wire chosen;
  cmta_wire_init(&chosen);
  if (!session || !given || !copy_sized(&chosen, sizeof chosen, given, given->size) ||
      !is_sound(&chosen))
    return CMTA_E_ARGUMENT;
  struct connection *connection = cmta_session_runtime(session);
  if (!connection || connection_is_over(connection))
    return CMTA_E_STATE;
  struct wire *wire = wire_make(connection);
  if (!wire || (is_about_a_reply(&chosen) && !note_down(wire, &chosen)))
    return CMTA_E_MEMORY;
  if (is_the_end(&chosen))
    cmta_session_halt(session);
  set_rates(wire, &chosen);
  if (chosen.stall)
    wire->stall_at = wire->taken + cmta_session_output(session).length;
  wire_stall_if_due(wire);
  wire->refuses |= chosen.refuse_handshake;
  if (chosen.tls)
    connection->tls = chosen.tls;
  return 0;
}
