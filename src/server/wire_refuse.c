/* SPDX-License-Identifier: MIT */

/* A handshake that fails, without TLS: what the client says first is heard to its end, so that no
 * reset destroys the alert (RFC 1122 section 4.2.2.13). And one that does not begin. */

#include "server/wire.h"

/* Content type, version, length; fatal, handshake_failure (RFC 8446 sections 5.1 and 6.2). */
static const unsigned char alert[] = {21, 3, 3, 0, 2, 2, 40};

enum { RECORD_HANDSHAKE = 22 };

/* Whether the first record is here; what is no handshake is not waited for. */
static bool is_here(const struct wire *wire) {
  const unsigned char *header = wire->hello;
  if (wire->heard && header[0] != RECORD_HANDSHAKE)
    return true;
  size_t length = sizeof wire->hello + (size_t)header[3] * 256 + header[4];
  return wire->heard >= sizeof wire->hello && wire->heard >= length;
}

static void hear(struct wire *wire, const char *bytes, size_t length) {
  for (size_t i = 0; i < length && wire->heard + i < sizeof wire->hello; i++)
    wire->hello[wire->heard + i] = (unsigned char)bytes[i];
  wire->heard += length;
}

ssize_t wire_refuse(struct connection *connection) {
  struct wire *wire = wire_of(connection);
  struct channel *inner = &wire->inner;
  char *received = connection->server->received;
  ssize_t count = 1;
  while (count > 0 && !is_here(wire)) {
    count = inner->transport->read(inner, received, RECEIVE_SIZE);
    if (count > 0)
      hear(wire, received, (size_t)count);
  }
  wire_follow(wire);
  if (count > 0)
    (void)inner->transport->write(inner, alert, sizeof alert);
  return count == TRANSPORT_WAIT ? TRANSPORT_WAIT : TRANSPORT_GONE;
}

/* ---- An end that comes first ---- */

/* Whether the first reply is the end alone, which needs no handshake to be heard. */
static bool ends_first(const struct wire *wire) {
  const struct note *note = wire->notes;
  return note && note->at == wire->taken && note->skip == 0 && note->end != CMTA_WIRE_GO_ON &&
         note->text && note->text_length == 0 && !note->of_success;
}

/* Nobody can be answered: what the client says is dropped until it ends. */
static void drop(struct wire *wire) {
  char *received = wire->connection->server->received;
  ssize_t count = 1;
  while (count > 0)
    count = wire->inner.transport->read(&wire->inner, received, RECEIVE_SIZE);
  wire->gone |= count != TRANSPORT_WAIT;
  wire_follow(wire);
}

bool wire_bars_handshake(struct connection *connection) {
  struct wire *wire = wire_of(connection);
  if (!wire || wire->gone || wire->ended)
    return wire;
  if (ends_first(wire))
    (void)note_say(wire, "", 0);
  if (wire->stalled)
    (void)connection->channel.transport->peek(&connection->channel);
  else if (wire->finished)
    drop(wire);
  wire_follow(wire);
  return ends_first(wire) || wire->stalled || wire->finished || wire->ended || wire->gone;
}
