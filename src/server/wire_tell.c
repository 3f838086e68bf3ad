/* SPDX-License-Identifier: MIT */

/* What goes out of a reply, before it does. */

#include "server/wire.h"

#include <string.h>

/* Where the reply that a note is about begins in the output; SIZE_MAX while others are to be
 * composed before it. */
static size_t place_of(const struct wire *wire, const struct note *note, struct cmta_slice output) {
  size_t at = (size_t)(note->at - wire->taken), skip = note->skip;
  for (; skip && at < output.length; skip--)
    at += note_reply_length(output.at + at, output.length - at);
  return skip ? SIZE_MAX : at;
}

/* The note of the reply behind all output, or NULL. *mute: nothing goes out any more by then. */
static const struct note *next_note(const struct wire *wire, struct cmta_slice output, bool *mute) {
  *mute = wire->stalled || wire->lost || wire->finished || wire->ended || wire->gone ||
          wire->stall_at <= wire->taken + output.length;
  for (const struct note *note = wire->notes; note; note = note->next) {
    size_t place = note->at < wire->taken ? 0 : place_of(wire, note, output);
    if (place >= output.length)
      return place == output.length && note->at >= wire->taken ? note : NULL;
    *mute |= note->at >= wire->taken && (note->hold < 0. || note->end != CMTA_WIRE_GO_ON);
  }
  return NULL;
}

static void tell(const struct note *note, struct cmta_wire *told) {
  told->replacement = note->text;
  told->replacement_length = note->text ? note->text_length : 0;
  told->of_success = note->of_success;
  told->first_line = note->first_line;
  told->cut = note->hold < 0. ? 0 : note->cut;
  told->hold = note->hold;
  told->end = note->end;
}

int cmta_wire_get(const struct cmta_session *session, struct cmta_wire *given) {
  struct cmta_wire told;
  bool mute = false;
  cmta_wire_init(&told);
  if (!session || !given || given->size < sizeof given->size || given->size > sizeof told)
    return CMTA_E_ARGUMENT;
  const struct connection *connection = cmta_session_runtime(session);
  if (!connection || connection_is_over(connection))
    return CMTA_E_STATE;
  const struct wire *wire = wire_of(connection);
  const struct note *note = wire ? next_note(wire, cmta_session_output(session), &mute) : NULL;
  if (note)
    tell(note, &told);
  if (mute)
    told.cut = 0;
  told.size = given->size;
  memcpy(given, &told, given->size);
  return 0;
}
