/* SPDX-License-Identifier: MIT */

/* What the loop watches of a connection's socket. */

#include "server/connection.h"

#include "server/preface.h"
#include "server/wire.h"

size_t watch_room_ahead(const struct connection *connection, unsigned wants) {
  const struct rest *rest = &connection->rest;
  return wants & CMTA_WANTS_FORESIGHT ? RECEIVE_SIZE - (rest->size - rest->from) : 0;
}

void connection_watch(struct connection *connection, int events) {
  struct ev_loop *loop = connection->server->loop;
  ev_io *socket = &connection->socket;
  int watched = ev_is_active(socket) ? socket->events & (EV_READ | EV_WRITE) : 0;
  if (events == watched)
    return;
  ev_io_stop(loop, socket);
  if (events) {
    ev_io_set(socket, connection->channel.fd, events);
    ev_io_start(loop, socket);
  }
}

/* Whether bytes of the client are looked for, to be read or to see that it is there. */
static bool wants_bytes(const struct connection *connection, unsigned wants) {
  bool asks = wants & CMTA_WANTS_DECISION;
  bool looks = !connection->heard || watch_room_ahead(connection, wants);
  bool takes = (wants & CMTA_WANTS_READ) && !rest_is_there(connection);
  bool reads = asks ? looks : takes || wire_is_stalled(connection);
  bool begins = preface_is_due(connection) || handshake_is_due(connection);
  return (reads || begins) && !connection->ended;
}

int watch_events_of(unsigned readiness) {
  return (readiness & READY_TO_READ ? EV_READ : 0) | (readiness & READY_TO_WRITE ? EV_WRITE : 0);
}

static int events_wanted(const struct connection *connection, unsigned wants) {
  const struct channel *channel = &connection->channel;
  unsigned readiness = wants_bytes(connection, wants) ? channel->read_waits : 0;
  return watch_events_of(wants & CMTA_WANTS_WRITE ? readiness | channel->write_waits : readiness);
}

void watch_what_it_wants(struct connection *connection, unsigned wants) {
  const struct channel *channel = &connection->channel;
  connection_watch(connection, events_wanted(connection, wants));
  if (wants_bytes(connection, wants) && channel->transport->has_pending(channel))
    ev_feed_event(connection->server->loop, &connection->socket,
                  watch_events_of(channel->read_waits));
}
