/* SPDX-License-Identifier: MIT */

/* A handshake that fails, without TLS: what the client says first is heard to its end, so that no
 * reset destroys the alert (RFC 1122 section 4.2.2.13). */

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
