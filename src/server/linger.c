/* SPDX-License-Identifier: MIT */

/*
 * The time between the last reply and the end of the connection. A socket that is closed while
 * bytes of the client wait in it answers with a reset, and a reset may destroy the reply on its way
 * (RFC 1122 section 4.2.2.13). So a client that did not ask for the end hears it first, and what it
 * still sends is read and dropped, within limits.
 */

#include "server/connection.h"
#include "server/wire.h"

/* Seconds, and octets, that a client may take to see the end. */
enum { LINGER_SECONDS = 2, LINGER_OCTETS = 1 << 20 };

/* Reads and drops what is there; true when more may come. */
static bool drain(struct connection *connection) {
  struct channel *channel = &connection->channel;
  ssize_t count = 1;
  while (count > 0 && connection->progress < LINGER_OCTETS) {
    count = channel->transport->read(channel, connection->server->received, RECEIVE_SIZE);
    if (count > 0)
      connection->progress += (uint64_t)count;
  }
  return count == TRANSPORT_WAIT;
}

void linger_drain(struct connection *connection) {
  if (!drain(connection))
    connection_close(connection);
}

static bool is_stopping(const struct connection *connection) {
  return connection->server->stop_state != STOP_NOT;
}

/* A server that stops waits for nobody, but what is there already must not turn into a reset. Where
 * something happens to bytes a verdict that says nothing is an end in good order, too. */
static bool may_linger(const struct connection *connection) {
  enum cmta_close_reason reason = cmta_session_close_reason(connection->session);
  bool ends = connection->spoken || (wire_of(connection) && reason == CMTA_CLOSED_VERDICT);
  return ends && !is_stopping(connection) && reason != CMTA_CLOSED_QUIT;
}

void linger_begin(struct connection *connection) {
  connection->progress = 0;
  if (!may_linger(connection)) {
    if (is_stopping(connection))
      (void)drain(connection);
    connection_close(connection);
    return;
  }
  connection_end_session(connection);
  connection->channel.transport->finish(&connection->channel);
  connection_watch(connection, EV_READ);
  deadline_set(connection, LINGER_SECONDS);
  linger_drain(connection);
}
