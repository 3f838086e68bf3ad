/* SPDX-License-Identifier: MIT */

/*
 * One timer a connection, pushed back lazily. Progress of the client costs no timer operation: what
 * is noted is how long the timer still had to run at that moment, the slack. When the timer fires,
 * that many seconds have passed since, and it is started again for the rest. No time of day is
 * involved, so a change of the clock does no harm.
 */

#include "server/connection.h"
#include "server/preface.h"
#include "server/wire.h"

/* Seconds that a client has to take the last replies once its session is over. */
enum { LAST_REPLIES_SECONDS = 30 };

static bool is_asked(const struct connection *connection) {
  return cmta_session_wants(connection->session) & CMTA_WANTS_DECISION;
}

/* As the settings have it. */
static unsigned usual(const struct connection *connection) {
  if (connection_is_over(connection))
    return LAST_REPLIES_SECONDS;
  if (preface_is_due(connection))
    return connection->server->proxy_timeout;
  return cmta_session_timeout(connection->session);
}

/* Where the server is asked it is not the client who is silent, unless nobody hears it anyway. */
static unsigned allowed(const struct connection *connection) {
  bool is_client = !is_asked(connection) || wire_is_mute(connection);
  unsigned most = is_client ? connection->server->silence : 0, seconds = usual(connection);
  return most && (seconds == 0 || most < seconds) ? most : seconds;
}

static void start(struct connection *connection, ev_tstamp after, ev_tstamp slack) {
  alarm_set(connection->server, &connection->timer, after);
  connection->slack = slack;
}

void deadline_set(struct connection *connection, unsigned seconds) {
  struct cmta_server *server = connection->server;
  connection->seconds = seconds;
  if (seconds == 0) {
    alarm_stop(server, &connection->timer);
    return;
  }
  double remaining = alarm_is_set(&connection->timer) ? alarm_left(server, &connection->timer) : 0.;
  if (alarm_is_set(&connection->timer) && remaining <= seconds)
    connection->slack = remaining;
  else
    start(connection, seconds, seconds);
}

void deadline_note(struct connection *connection) {
  unsigned seconds = allowed(connection);
  uint64_t progress = cmta_session_progress(connection->session);
  if (seconds == connection->seconds && progress == connection->progress)
    return;
  connection->progress = progress;
  deadline_set(connection, seconds);
}

void deadline_renew(struct connection *connection) {
  if (connection->session && !is_asked(connection))
    deadline_set(connection, connection->seconds);
}

/* Seconds that are left: all of them as long as the client is kept waiting, and has not gone. */
static double left(const struct connection *connection) {
  bool waits =
      connection->session && wire_keeps(connection) && !is_asked(connection) && !connection->ended;
  return waits ? connection->seconds : connection->seconds - connection->slack;
}

/* What follows is a new stay, even if it looks like the one that is over: the timer starts anew. */
static void expire(struct connection *connection) {
  connection->seconds = 0;
  connection_expire(connection);
}

static void on_timer(struct ev_loop *loop, ev_timer *watcher, int revents) {
  struct connection *connection = watcher->data;
  double rest = left(connection);
  (void)loop;
  (void)revents;
  if (rest > 0.)
    start(connection, rest, connection->seconds);
  else if (!connection->session || connection_is_over(connection))
    connection_close(connection);
  else
    expire(connection);
}

void deadline_init(struct connection *connection) {
  alarm_init(&connection->timer, on_timer, connection);
}
