/* SPDX-License-Identifier: MIT */

/* The channel around a connection's channel. A way that rests waits for nothing of the socket's,
 * until its alarm has the connection go on. */

#include "server/wire.h"

#include "server/block.h"

#include <poll.h>

/* Seconds between two looks whether the client of a stalled connection is still there: the first
 * ones follow soon, because its last octets and its end may come apart. */
static const double FIRST_LOOK = 0.1, LAST_LOOK = 5.;

struct wire *wire_of(const struct connection *connection) {
  const struct channel *channel = &connection->channel;
  return channel->transport == &transport_wire ? channel->state : NULL;
}

struct channel *wire_inner(struct connection *connection) {
  struct wire *wire = wire_of(connection);
  return wire ? &wire->inner : &connection->channel;
}

static struct cmta_server *server_of(const struct wire *wire) { return wire->connection->server; }

bool wire_may_hold(const struct wire *wire) { return server_of(wire)->stop_state == STOP_NOT; }

/* ---- What it waits for ---- */

/* Whether the first reply there is will never come. */
static bool is_held_for_ever(const struct wire *wire) {
  const struct note *note = wire->notes;
  return note && note->at == wire->taken && note->skip == 0 && note->hold < 0.;
}

static bool write_rests(const struct wire *wire) {
  return wire->stalled || alarm_is_set(&wire->write_again) || is_held_for_ever(wire);
}

static bool read_rests(const struct wire *wire) {
  return (wire->stalled && wire->noticed) || alarm_is_set(&wire->read_again);
}

void wire_follow(struct wire *wire) {
  struct channel *outer = &wire->connection->channel;
  outer->read_waits = read_rests(wire) ? 0 : wire->inner.read_waits;
  outer->write_waits = write_rests(wire) ? 0 : wire->inner.write_waits;
}

static void go_on(struct wire *wire) {
  wire_follow(wire);
  ev_feed_event(server_of(wire)->loop, &wire->connection->socket, EV_CUSTOM);
}

/* ---- A stalled connection ---- */

/* Notices, without reading, a client that has gone. */
static void look(struct wire *wire) {
  struct pollfd end = {.fd = wire->inner.fd, .events = POLLRDHUP};
  wire->gone = poll(&end, 1, 0) > 0;
}

static void look_again(struct wire *wire) {
  alarm_set(server_of(wire), &wire->write_again, wire->look);
  wire->look = wire->look * 2. < LAST_LOOK ? wire->look * 2. : LAST_LOOK;
}

/* The socket can be read, which is the end of it or goes unheard. */
static ssize_t notice(struct wire *wire) {
  look(wire);
  wire->noticed = true;
  wire_follow(wire);
  return wire->gone ? TRANSPORT_GONE : TRANSPORT_WAIT;
}

/* ---- Alarms ---- */

static void on_write(struct ev_loop *loop, ev_timer *timer, int revents) {
  struct wire *wire = timer->data;
  (void)loop, (void)revents;
  if (wire->stalled) {
    look(wire);
    look_again(wire);
  } else {
    deadline_renew(wire->connection);
  }
  if (!wire->stalled || wire->gone)
    go_on(wire);
}

static void on_read(struct ev_loop *loop, ev_timer *timer, int revents) {
  struct wire *wire = timer->data;
  (void)loop, (void)revents;
  deadline_renew(wire->connection);
  go_on(wire);
}

/* ---- Out ---- */

ssize_t wire_send(struct wire *wire, const char *bytes, size_t size) {
  if (wire->finished)
    return (ssize_t)size;
  size_t most = bucket_allows(&wire->writes, alarm_now(server_of(wire)), size);
  if (most < wire->offered)
    most = wire->offered < size ? wire->offered : size;
  if (most == 0) {
    alarm_set(server_of(wire), &wire->write_again, bucket_wait(&wire->writes));
    return TRANSPORT_WAIT;
  }
  ssize_t count = wire->inner.transport->write(&wire->inner, bytes, most);
  wire->offered = count == TRANSPORT_WAIT ? most : 0;
  if (count > 0)
    bucket_take(&wire->writes, (size_t)count);
  return count;
}

static ssize_t pass_on(struct wire *wire, const char *bytes, size_t size) {
  if (wire->gone)
    return TRANSPORT_GONE;
  if (write_rests(wire))
    return TRANSPORT_WAIT;
  while (wire->notes && wire->notes->at < wire->taken)
    note_drop(wire);
  if (wire->notes && wire->notes->at == wire->taken && wire->notes->skip)
    note_pass(wire, bytes, size);
  const struct note *note = wire->notes;
  if (note && note->at == wire->taken)
    return note_say(wire, bytes, size);
  uint64_t next = note && note->at < wire->stall_at ? note->at : wire->stall_at;
  if (next - wire->taken < size)
    size = (size_t)(next - wire->taken);
  return wire_send(wire, bytes, size);
}

static bool is_mute(const struct wire *wire) {
  return wire->stalled || wire->lost || is_held_for_ever(wire);
}

/* What can never be sent is as good as sent; where it only never will be, once the server stops.
 * Behind a half-close replies still have their turn, and what follows them comes. */
static bool drops(struct wire *wire) {
  wire->lost |= is_mute(wire) && !wire_may_hold(wire);
  return wire->lost || wire->ended;
}

static ssize_t wire_write(struct channel *channel, const void *bytes, size_t size) {
  struct wire *wire = channel->state;
  ssize_t count = drops(wire) ? (ssize_t)size : pass_on(wire, bytes, size);
  if (count > 0)
    wire->taken += (uint64_t)count;
  wire_stall_if_due(wire);
  wire_follow(wire);
  return count;
}

/* ---- In ---- */

static ssize_t receive(struct wire *wire, void *buffer, size_t size) {
  size_t most = bucket_allows(&wire->reads, alarm_now(server_of(wire)), size);
  if (most == 0) {
    alarm_set(server_of(wire), &wire->read_again, bucket_wait(&wire->reads));
    return TRANSPORT_WAIT;
  }
  ssize_t count = wire->inner.transport->read(&wire->inner, buffer, most);
  if (count > 0)
    bucket_take(&wire->reads, (size_t)count);
  return count;
}

static ssize_t wire_read(struct channel *channel, void *buffer, size_t size) {
  struct wire *wire = channel->state;
  if (wire->stalled)
    return notice(wire);
  if (wire->unpaid == SIZE_MAX)
    wire->unpaid = 0;
  ssize_t count = alarm_is_set(&wire->read_again) ? TRANSPORT_WAIT : receive(wire, buffer, size);
  wire_follow(wire);
  return count;
}

static ssize_t wire_peek(struct channel *channel) {
  struct wire *wire = channel->state;
  if (wire->stalled)
    return notice(wire);
  ssize_t count = wire->inner.transport->peek(&wire->inner);
  wire_follow(wire);
  return count;
}

static bool wire_has_pending(const struct channel *channel) {
  const struct wire *wire = channel->state;
  return !wire->stalled && !read_rests(wire) && wire->inner.transport->has_pending(&wire->inner);
}

static ssize_t wire_handshake(struct channel *channel) {
  struct wire *wire = channel->state;
  if (wire->stalled)
    return notice(wire);
  ssize_t result = wire->inner.transport->handshake(&wire->inner);
  wire_follow(wire);
  return result;
}

/* ---- Ends ---- */

static void finish(struct wire *wire) {
  if (!wire->finished)
    wire->inner.transport->finish(&wire->inner);
  wire->finished = true;
}

void wire_end(struct wire *wire, enum cmta_wire_end end) {
  wire->ended |= end == CMTA_WIRE_CLOSE;
  wire->resets |= end == CMTA_WIRE_RESET;
  wire->gone |= end == CMTA_WIRE_RESET;
  if (end == CMTA_WIRE_HALF_CLOSE)
    finish(wire);
  if (end != CMTA_WIRE_STALL)
    return;
  wire->stalled = true;
  wire->look = FIRST_LOOK;
  look_again(wire);
}

void wire_stall_if_due(struct wire *wire) {
  if (wire->taken < wire->stall_at)
    return;
  wire->stall_at = UINT64_MAX;
  wire_end(wire, CMTA_WIRE_STALL);
  wire_follow(wire);
}

/* What is still read is dropped: as fast as it comes. */
static void wire_finish(struct channel *channel) {
  struct wire *wire = channel->state;
  finish(wire);
  alarm_stop(server_of(wire), &wire->write_again);
  alarm_stop(server_of(wire), &wire->read_again);
  wire->stalled = false;
  wire_forget_pace(wire);
  wire_follow(wire);
}

static void wire_close(struct channel *channel) {
  struct wire *wire = channel->state;
  struct cmta_server *server = server_of(wire);
  struct channel inner = wire->inner;
  alarm_stop(server, &wire->write_again);
  alarm_stop(server, &wire->read_again);
  while (wire->notes)
    note_drop(wire);
  if (wire->resets)
    inner.transport->reset(&inner);
  else
    inner.transport->close(&inner);
  block_give(&server->allocator, wire, sizeof *wire);
}

const struct transport transport_wire = {.handshake = wire_handshake,
                                         .read = wire_read,
                                         .peek = wire_peek,
                                         .has_pending = wire_has_pending,
                                         .write = wire_write,
                                         .finish = wire_finish,
                                         .close = wire_close,
                                         .reset = wire_close};

/* ---- The beginning ---- */

/* TLS may have a write that waits, of what the session has composed until now at most. */
struct wire *wire_make(struct connection *connection) {
  struct channel *channel = &connection->channel;
  struct wire *wire = wire_of(connection);
  if (wire)
    return wire;
  wire = block_take(&connection->server->allocator, sizeof *wire);
  if (!wire)
    return NULL;
  wire->connection = connection;
  wire->inner = *channel;
  wire->stall_at = UINT64_MAX;
  if (channel->transport->handshake)
    wire->offered = cmta_session_output(connection->session).length;
  alarm_init(&wire->write_again, on_write, wire);
  alarm_init(&wire->read_again, on_read, wire);
  channel->transport = &transport_wire;
  channel->state = wire;
  return wire;
}

/* ---- For connections ---- */

void wire_look(struct connection *connection) {
  struct wire *wire = wire_of(connection);
  if (!wire || !wire->stalled)
    return;
  look(wire);
  if (wire->gone)
    go_on(wire);
}

void wire_let_go(struct connection *connection) {
  struct wire *wire = wire_of(connection);
  if (!wire || wire->stalled)
    return;
  wire->writes.rate = 0;
  wire_forget_pace(wire);
  alarm_stop(connection->server, &wire->write_again);
  alarm_stop(connection->server, &wire->read_again);
  wire_follow(wire);
}

bool wire_is_mute(const struct connection *connection) {
  const struct wire *wire = wire_of(connection);
  return wire && is_mute(wire);
}

bool wire_is_stalled(const struct connection *connection) {
  const struct wire *wire = wire_of(connection);
  return wire && wire->stalled;
}

bool wire_has_ended(const struct connection *connection) {
  const struct wire *wire = wire_of(connection);
  return wire && wire->ended;
}

void wire_hang_up(struct connection *connection) {
  const struct wire *wire = wire_of(connection);
  if (wire && (wire->ended || wire->resets))
    cmta_session_abandon(connection->session);
  else
    cmta_session_hangup(connection->session);
}

bool wire_is_gone(const struct connection *connection) {
  const struct wire *wire = wire_of(connection);
  return wire && wire->gone;
}

bool wire_keeps(const struct connection *connection) {
  const struct wire *wire = wire_of(connection);
  return wire && !wire->stalled &&
         (alarm_is_set(&wire->write_again) || alarm_is_set(&wire->read_again));
}

bool wire_refuses(const struct connection *connection) {
  const struct wire *wire = wire_of(connection);
  return wire && wire->refuses && !wire->stalled;
}
