/* SPDX-License-Identifier: MIT */

/*
 * Bytes in, bytes out. Each way in (the socket, the timer, a late answer, the server's stop) does
 * its part and ends in settle(), the only place here that closes.
 *
 * A client that goes away while a question is open is noticed without reading ahead: the socket
 * stays watched, and when it becomes readable one octet is peeked at. Nothing there is the client's
 * end. If bytes are there, watching rests until the answer, and an end behind them is noticed then
 * or at the decision's timeout, a reset within LOOK_SECONDS; reading on instead would give each
 * client memory for as long as it likes. Where a hook wants to foresee what comes, reading goes on
 * until a block of RECEIVE_SIZE is full, and no further.
 */

#include "server/connection.h"

#include "server/block.h"
#include "server/listener.h"
#include "server/preface.h"
#include "server/sasl.h"
#include "server/ticket.h"
#include "server/wire.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

/* Seconds between two looks whether a client is still there. */
enum { LOOK_SECONDS = 5 };

bool connection_is_over(const struct connection *connection) {
  return cmta_session_wants(connection->session) & CMTA_WANTS_CLOSE;
}

/* ---- Out ---- */

/* One try: what a short write leaves goes when the socket is ready again. */
static void send_output(struct connection *connection) {
  struct channel *channel = &connection->channel;
  struct cmta_slice output = cmta_session_output(connection->session);
  if (output.length == 0)
    return;
  ssize_t count = channel->transport->write(channel, output.at, output.length);
  if (count > 0) {
    (void)cmta_session_sent(connection->session, (size_t)count);
    connection->spoken = connection_is_over(connection);
  }
  connection->failed |= count == TRANSPORT_GONE;
}

/* ---- In ---- */

/* Runs the session once over bytes, or as many of them as it may have now, and sends its replies.
 * How many it took. */
static size_t run_once(struct connection *connection, const char *bytes, size_t length) {
  ptrdiff_t count = cmta_session_receive(connection->session, bytes, length);
  send_output(connection); /* what was said before memory failed, too */
  connection->failed |= count < 0;
  return count > 0 ? (size_t)count : 0;
}

/* Runs the session over bytes as far as it goes, its replies sent a batch at a time. Returns how
 * many it took. */
static size_t run(struct connection *connection, const char *bytes, size_t length) {
  const unsigned goes_on = CMTA_WANTS_READ | CMTA_WANTS_TLS;
  size_t taken = 0;
  bool more = true;
  while (more && !wire_holds_back(connection)) {
    size_t lent = wire_lends(connection, length - taken);
    size_t count = run_once(connection, bytes + taken, lent);
    taken += count;
    more = wire_is_paid(connection, count) || (taken < length && lent > 0);
    more = more && !connection->failed && (cmta_session_wants(connection->session) & goes_on);
  }
  wire_leaves(connection, length - taken);
  return taken;
}

/* Runs the session on after an answer, or with what it did not take before. */
static void resume(struct connection *connection) {
  struct rest *rest = &connection->rest;
  if (rest_is_there(connection))
    rest->from += (uint32_t)run(connection, rest->block + rest->from, rest->size - rest->from);
  else
    (void)run(connection, "", 0);
  if (rest->from == rest->size || connection_is_over(connection))
    rest_give(connection);
}

static void receive_block(struct connection *connection) {
  struct channel *channel = &connection->channel;
  char *received = connection->server->received;
  ssize_t count = channel->transport->read(channel, received, RECEIVE_SIZE);
  if (count > 0) {
    size_t taken = run(connection, received, (size_t)count);
    rest_keep(connection, received + taken, (size_t)count - taken);
    if (cmta_session_heard_secrets(connection->session))
      explicit_bzero(received, (size_t)count);
  } else if (count == 0) {
    connection->ended = true;
  } else {
    connection->failed = count == TRANSPORT_GONE;
  }
}

/* Runs a session that begins, with what its client has said already where that is looked for. */
static void begin(struct connection *connection) {
  if (cmta_session_manners(connection->session)->early_talker != CMTA_REACTION_IGNORE)
    receive_block(connection);
  if (!connection->failed && !rest_is_there(connection))
    resume(connection);
}

/* Reads on behind an open question, and shows the session what is there now. */
static void read_ahead(struct connection *connection, size_t room) {
  struct channel *channel = &connection->channel;
  char *received = connection->server->received;
  ssize_t count = channel->transport->read(channel, received, room);
  connection->heard = false;
  connection->ended |= count == 0;
  connection->failed |= count == TRANSPORT_GONE;
  if (count <= 0)
    return;
  rest_keep(connection, received, (size_t)count);
  explicit_bzero(received, (size_t)count);
  if (!connection->failed)
    resume(connection);
}

static void peek(struct connection *connection) {
  struct channel *channel = &connection->channel;
  ssize_t count = channel->transport->peek(channel);
  connection->heard |= count > 0;
  connection->ended |= count == 0;
  connection->failed |= count == TRANSPORT_GONE;
}

static void on_readable(struct connection *connection) {
  unsigned wants = cmta_session_wants(connection->session);
  if (connection->failed)
    return;
  size_t room = watch_room_ahead(connection, wants);
  if (room)
    read_ahead(connection, room);
  else if (wants & CMTA_WANTS_DECISION)
    peek(connection);
  else if ((wants & CMTA_WANTS_READ) && !rest_is_there(connection))
    receive_block(connection);
  else if (wire_is_stalled(connection))
    peek(connection);
}

/* ---- What next ---- */

/* True when the session has heard everything and nobody is left to hear more from. With a question
   open that is a client that went away before the answer; what it sent behind the question is still
   run when there is something, because it may be a QUIT. */
static bool is_abandoned(const struct connection *connection, unsigned wants) {
  return connection->ended && !rest_is_there(connection) &&
         (!(wants & (CMTA_WANTS_WRITE | CMTA_WANTS_CLOSE)) || wire_is_mute(connection));
}

/* Looks from time to time while reading rests. */
static void look_note(struct connection *connection, unsigned wants) {
  if (!(wants & CMTA_WANTS_DECISION))
    connection->heard = false;
  if (connection->heard == ev_is_active(&connection->look))
    return;
  if (connection->heard)
    ev_timer_again(connection->server->loop, &connection->look);
  else
    ev_timer_stop(connection->server->loop, &connection->look);
}

/* What comes before the session runs, or in the midst of it, and is none of its own. */
static void prepare(struct connection *connection) {
  if (!connection->failed && preface_is_due(connection) && preface_go_on(connection) &&
      !handshake_is_due(connection))
    begin(connection);
  while (!connection->failed && handshake_is_due(connection) && !wire_bars_handshake(connection) &&
         handshake_go_on(connection))
    begin(connection);
}

/* What ends on the way ends the session. */
static void end_on_the_way(struct connection *connection) {
  connection->failed |= wire_is_gone(connection);
  if (!wire_has_ended(connection) || connection_is_over(connection))
    return;
  ticket_release(connection);
  wire_hang_up(connection);
  send_output(connection);
  connection->spoken = true;
}

/* A server that stops waits for nothing that can never come. */
static void give_up(struct connection *connection) {
  bool stops = connection->server->stop_state != STOP_NOT;
  if (!stops || !wire_is_mute(connection) || connection_is_over(connection))
    return;
  cmta_session_stop(connection->session);
  cmta_session_stop(connection->session); /* its transaction comes to no end */
  send_output(connection);
}

/* What has just begun may end at once. */
static void settle(struct connection *connection) {
  end_on_the_way(connection);
  prepare(connection);
  end_on_the_way(connection);
  give_up(connection);
  ticket_note(connection);
  unsigned wants = cmta_session_wants(connection->session);
  look_note(connection, wants);
  if (connection->failed || is_abandoned(connection, wants)) {
    ticket_release(connection);
    if (!(wants & CMTA_WANTS_CLOSE))
      wire_hang_up(connection);
    connection_close(connection);
    return;
  }
  if ((wants & CMTA_WANTS_CLOSE) && !(wants & CMTA_WANTS_WRITE)) {
    linger_begin(connection);
    return;
  }
  deadline_note(connection);
  watch_what_it_wants(connection, wants);
}

/* ---- Ways in ---- */

static void on_socket(struct ev_loop *loop, ev_io *watcher, int revents) {
  struct connection *connection = watcher->data;
  (void)loop;
  if (!connection->session) {
    linger_drain(connection);
    return;
  }
  if (preface_is_due(connection) || handshake_is_due(connection)) {
    settle(connection);
    return;
  }
  if (revents & watch_events_of(connection->channel.write_waits))
    send_output(connection);
  if (!connection->failed && (rest_is_there(connection) || (revents & EV_CUSTOM)))
    resume(connection);
  if (revents & watch_events_of(connection->channel.read_waits))
    on_readable(connection);
  settle(connection);
}

/* What a client that only half-closes has sent still counts; one that resets wants no answer. */
static void on_look(struct ev_loop *loop, ev_timer *timer, int revents) {
  struct connection *connection = timer->data;
  struct pollfd end = {.fd = connection->channel.fd};
  (void)loop, (void)revents;
  connection->failed |= poll(&end, 1, 0) > 0 && (end.revents & (POLLERR | POLLHUP));
  settle(connection);
}

/* Called from inside cmta_session_decide(): only leaves a note for the loop. */
static void on_decision(struct cmta_session *session, void *context) {
  struct connection *connection = context;
  (void)session;
  ticket_note(connection);
  ev_feed_event(connection->server->loop, &connection->socket, EV_CUSTOM);
}

/* Whether what there is still to say will reach nobody in time. */
static bool is_out_of_reach(const struct connection *connection) {
  return wire_is_mute(connection) || (connection->ended && wire_keeps(connection));
}

void connection_expire(struct connection *connection) {
  if (preface_is_due(connection)) {
    preface_fail(connection);
    settle(connection);
    return;
  }
  if (!ticket_last_call(connection))
    cmta_session_expire(connection->session);
  resume(connection);
  connection->failed |= is_out_of_reach(connection);
  settle(connection);
}

void connection_stop(struct connection *connection) {
  if (!connection->session || preface_is_due(connection)) {
    connection_close(connection);
    return;
  }
  wire_let_go(connection);
  exchange_stop(connection);
  resume(connection); /* an answer that is here counts */
  cmta_session_stop(connection->session);
  resume(connection);
  settle(connection);
}

void connections_look(struct cmta_server *server) {
  for (struct connection *c = server->connections; c; c = c->next)
    wire_look(c);
}

/* ---- Life ---- */

static void link_in(struct connection *connection) {
  struct cmta_server *server = connection->server;
  connection->next = server->connections;
  if (connection->next)
    connection->next->previous = connection;
  server->connections = connection;
  server->connection_count++;
  connection->number = ++server->connections_taken;
}

static void link_out(struct connection *connection) {
  struct cmta_server *server = connection->server;
  if (connection->next)
    connection->next->previous = connection->previous;
  if (connection->previous)
    connection->previous->next = connection->next;
  else
    server->connections = connection->next;
  server->connection_count--;
}

/* What a listener has of its own for its sessions. False without memory. */
static bool instruct(struct connection *connection, const struct listener *listener) {
  connection->server = listener->server;
  connection->listener = listener;
  connection->tls = listener->tls;
  cmta_session_set_auth_required(connection->session, listener->auth_required);
  return cmta_session_set_manners(connection->session, &listener->manners) == 0 &&
         cmta_session_set_tls(connection->session, listener->tls_mode) == 0 &&
         sasl_offer(connection) && preface_begin(connection);
}

static struct connection *connection_new(const struct listener *listener,
                                         const struct channel *channel,
                                         const struct cmta_peer *peer,
                                         const struct cmta_peer *local) {
  struct cmta_server *server = listener->server;
  struct connection *connection = block_take(&server->allocator, sizeof *connection);
  if (!connection)
    return NULL;
  if (!sasl_attach(server) ||
      cmta_session_new(&connection->session, server->service, peer, local) != 0 ||
      !instruct(connection, listener)) {
    cmta_session_free(connection->session);
    block_give(&server->allocator, connection, sizeof *connection);
    return NULL;
  }
  cmta_session_count_in(connection->session, server->statistics);
  connection->channel = *channel;
  ev_io_init(&connection->socket, on_socket, channel->fd, EV_READ);
  connection->socket.data = connection;
  ev_timer_init(&connection->look, on_look, 0., LOOK_SECONDS);
  connection->look.data = connection;
  deadline_init(connection);
  link_in(connection);
  return connection;
}

void connection_open(const struct listener *listener, int fd, const struct cmta_peer *peer,
                     const struct cmta_peer *local) {
  struct channel channel = channel_plain(fd);
  struct connection *connection = connection_new(listener, &channel, peer, local);
  if (!connection) {
    channel.transport->close(&channel);
    return;
  }
  cmta_session_set_runtime(connection->session, connection);
  cmta_session_on_decision(connection->session, on_decision, connection);
  if (listener->server->accepted)
    listener->server->accepted(connection->session, cmta_session_user(connection->session));
  if (!preface_is_due(connection) && !handshake_is_due(connection))
    begin(connection);
  settle(connection);
}

void connection_end_session(struct connection *connection) {
  struct cmta_session *session = connection->session;
  void (*gone)(struct cmta_session *, void *) = connection->server->gone;
  if (session && gone)
    gone(session, cmta_session_user(session));
  cmta_session_free(session);
  connection->session = NULL;
}

void connection_close(struct connection *connection) {
  struct cmta_server *server = connection->server;
  ticket_release(connection);
  ev_io_stop(server->loop, &connection->socket);
  alarm_stop(server, &connection->timer);
  ev_timer_stop(server->loop, &connection->look);
  connection_end_session(connection);
  connection->channel.transport->close(&connection->channel);
  ticket_release(connection); /* one that the hook `cancelled` took */
  rest_give(connection);
  preface_end(connection);
  link_out(connection);
  block_give(&server->allocator, connection, sizeof *connection);
  listeners_resume(server);
  stop_connection_gone(server);
}
