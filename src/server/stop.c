/* SPDX-License-Identifier: MIT */

/*
 * Stops a server gracefully (RFC 5321 section 3.8). cmta_server_stop() may be called from inside a
 * hook, where sessions must not be run; so it ends listening and leaves the rest to the loop, as
 * events on one watcher: tell the sessions, close what is left when the time is up, report.
 */

#include "server/connection.h"
#include "server/listener.h"
#include "server/ticket.h"

static void next_step(struct cmta_server *server) {
  ev_feed_event(server->loop, &server->stop.timer, EV_CUSTOM);
}

/* A session that is told once may finish its transaction; told again, it says goodbye at once. */
static void tell_each(struct cmta_server *server) {
  struct connection *next;
  for (struct connection *c = server->connections; c; c = next) {
    next = c->next;
    connection_stop(c);
  }
}

static void tell_sessions(struct cmta_server *server) {
  server->stop_state = STOP_RUNNING;
  tell_each(server);
  if (server->connections && server->stop_timeout)
    alarm_set(server, &server->stop, server->stop_timeout);
}

/* Who does not even take the goodbye is not waited for. */
static void close_rest(struct cmta_server *server) {
  tickets_close(server);
  tell_each(server);
  while (server->connections)
    connection_close(server->connections);
}

/* The callback comes last: it may free the server. */
static void report(struct cmta_server *server) {
  server->stop_state = STOP_DONE;
  call_queue_close(server);
  appointments_forget(server);
  alarm_stop(server, &server->stop);
  if (server->runs_loop)
    ev_break(server->loop, EVBREAK_ALL);
  if (server->stopped)
    server->stopped(server, server->stopped_context);
}

static void on_stop(struct ev_loop *loop, ev_timer *watcher, int revents) {
  struct cmta_server *server = watcher->data;
  (void)loop;
  if (server->stop_state == STOP_ASKED)
    tell_sessions(server);
  if (revents & EV_TIMER)
    close_rest(server);
  if (server->stop_state == STOP_RUNNING && !server->connections)
    report(server);
}

void stop_init(struct cmta_server *server) { alarm_init(&server->stop, on_stop, server); }

void stop_hurry(struct cmta_server *server) {
  ev_feed_event(server->loop, &server->stop.timer, EV_TIMER);
}

void stop_connection_gone(struct cmta_server *server) {
  if (server->connections)
    return;
  if (server->stop_state == STOP_RUNNING)
    next_step(server);
  else if (server->drains)
    cmta_server_stop(server, NULL, NULL);
}

void cmta_server_drain(struct cmta_server *server, unsigned seconds) {
  if (server->stop_state != STOP_NOT)
    return;
  listeners_close(server);
  server->drains = true;
  server->silence = seconds;
  for (struct connection *c = server->connections; c; c = c->next)
    if (c->session)
      deadline_note(c);
  stop_connection_gone(server);
}

void cmta_server_stop(struct cmta_server *server,
                      void (*stopped)(struct cmta_server *server, void *context), void *context) {
  server->stopped = stopped;
  server->stopped_context = context;
  if (server->stop_state != STOP_NOT)
    return;
  server->stop_state = STOP_ASKED;
  listeners_close(server);
  next_step(server);
}
