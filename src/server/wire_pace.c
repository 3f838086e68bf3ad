/* SPDX-License-Identifier: MIT */

/* Octets of the client that were read before they were to be read slowly: the session gets them at
 * that rate, as if they came now, and what it has had of them already delays the others. Those that
 * are read later have been paid for then. */

#include "server/wire.h"

void wire_forget_pace(struct wire *wire) {
  wire->reads.rate = 0;
  wire->owed = wire->unpaid = wire->lent = 0;
  wire->paused = false;
}

/* Pays for some of so many octets; how many. When it is none more can be in a while. */
static size_t allow(struct wire *wire, size_t wanted) {
  struct cmta_server *server = wire->connection->server;
  size_t octets = bucket_allows(&wire->reads, alarm_now(server), wanted);
  if (octets < wanted)
    alarm_set(server, &wire->read_again, bucket_wait(&wire->reads));
  wire_follow(wire);
  return octets;
}

bool wire_holds_back(struct connection *connection) {
  struct wire *wire = wire_of(connection);
  if (!wire || !wire->paused)
    return false;
  size_t octets = allow(wire, wire->owed);
  bucket_take(&wire->reads, octets);
  wire->owed -= octets;
  wire->paused = wire->owed > 0;
  return wire->paused;
}

/* What has come in clear behind STARTTLS is not paced: the session must see that it is there. */
size_t wire_lends(struct connection *connection, size_t size) {
  struct wire *wire = wire_of(connection);
  if (!wire || wire->unpaid == 0 || cmta_session_wants(connection->session) & CMTA_WANTS_TLS)
    return size;
  wire->lent = allow(wire, size < wire->unpaid ? size : wire->unpaid);
  return wire->lent;
}

bool wire_is_paid(struct connection *connection, size_t taken) {
  struct wire *wire = wire_of(connection);
  if (!wire)
    return false;
  if (wire->lent) {
    bucket_take(&wire->reads, taken);
    wire->unpaid -= taken;
  }
  wire->lent = 0;
  return wire->paused;
}

void wire_leaves(struct connection *connection, size_t left) {
  struct wire *wire = wire_of(connection);
  if (wire && wire->unpaid > left)
    wire->unpaid = left;
}
