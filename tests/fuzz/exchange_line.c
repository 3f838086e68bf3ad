/* SPDX-License-Identifier: MIT */

/* The linker puts what is here in the place of sockets, of TLS and of timers that run, and has
 * PBKDF2 cost nothing. The loop is never run: its events are fed to it. */

#include "fuzz/exchange_line.h"

#include "fuzz/auth_client.h"
#include "server/connection.h"
#include "server/password.h"
#include "server/tls.h"

#include <stdlib.h>
#include <string.h>

void demand(bool claim) {
  if (!claim)
    abort();
}

/* ---- The transport; it waits while it does not know its line ---- */

static ssize_t line_handshake(struct channel *channel) {
  return channel->state ? 0 : TRANSPORT_WAIT;
}

static ssize_t line_peek(struct channel *channel) {
  const struct line *line = channel->state;
  if (line && line->input.length > 0)
    return 1;
  return line && line->gone ? 0 : TRANSPORT_WAIT;
}

static ssize_t line_read(struct channel *channel, void *buffer, size_t size) {
  struct line *line = channel->state;
  ssize_t there = line_peek(channel);
  if (there <= 0)
    return there;
  size_t count = line->input.length < size ? line->input.length : size;
  memcpy(buffer, line->input.at, count);
  line->input = (struct cmta_slice){line->input.at + count, line->input.length - count};
  return (ssize_t)count;
}

static bool line_has_pending(const struct channel *channel) {
  (void)channel;
  return false;
}

static ssize_t line_write(struct channel *channel, const void *bytes, size_t size) {
  struct line *line = channel->state;
  if (!line)
    return TRANSPORT_WAIT;
  demand(size <= sizeof line->output - line->output_length);
  memcpy(line->output + line->output_length, bytes, size);
  line->output_length += size;
  return (ssize_t)size;
}

static void line_nothing(struct channel *channel) { (void)channel; }

/* ---- In place of others ---- */

struct channel __wrap_channel_plain(int fd);
struct cmta_tls_facts __wrap_tls_facts(const struct channel *channel, struct tls_texts *texts);
int __wrap_tls_export(const struct channel *channel, const char *label, void *key, size_t length);
void __wrap_ev_timer_start(struct ev_loop *loop, ev_timer *timer);
void __real_ev_timer_start(struct ev_loop *loop, ev_timer *timer);
typedef bool salt_function(const char *hash, const char *password, struct cmta_slice salt,
                           unsigned iterations, char salted[SALTED_SIZE]);
salt_function __real_password_salt, __wrap_password_salt;

/* Nothing is ever done with the descriptor. */
struct channel __wrap_channel_plain(int fd) {
  static const struct transport transport = {.handshake = line_handshake,
                                             .read = line_read,
                                             .peek = line_peek,
                                             .has_pending = line_has_pending,
                                             .write = line_write,
                                             .finish = line_nothing,
                                             .close = line_nothing};
  return (struct channel){.transport = &transport,
                          .fd = fd,
                          .read_waits = READY_TO_READ,
                          .write_waits = READY_TO_WRITE};
}

struct cmta_tls_facts __wrap_tls_facts(const struct channel *channel, struct tls_texts *texts) {
  const struct line *line = channel->state;
  (void)texts;
  return (struct cmta_tls_facts){.version = line->version,
                                 .cipher = "cipher",
                                 .server_name = "",
                                 .alpn = "",
                                 .peer_subject = "CN=alice",
                                 .peer_fingerprint = "",
                                 .peer_verified = line->verified,
                                 .cipher_suite = ""};
}

int __wrap_tls_export(const struct channel *channel, const char *label, void *key, size_t length) {
  (void)channel, (void)label;
  memset(key, 'k', length);
  return 0;
}

/* That of a connection and that of the server are known; the one that is left is the delay. */
void __wrap_ev_timer_start(struct ev_loop *loop, ev_timer *timer) {
  struct line *line = ev_userdata(loop);
  const struct connection *connection = line->server ? line->server->connections : NULL;
  if (connection && timer != &connection->timer && timer != &connection->look &&
      timer != &line->server->stop)
    line->delay = timer;
  __real_ev_timer_start(loop, timer);
}

bool __wrap_password_salt(const char *hash, const char *password, struct cmta_slice salt,
                          unsigned iterations, char salted[SALTED_SIZE]) {
  demand(iterations > 0);
  return __real_password_salt(hash, password, salt, CLIENT_ITERATIONS, salted);
}

/* ---- What happens ---- */

void line_open(struct line *line) {
  line->listener = (struct listener){.server = line->server,
                                     .tls_mode = line->version ? CMTA_TLS_IMPLICIT : CMTA_TLS_OFF};
  cmta_manners_init(&line->listener.manners);
  connection_open(&line->listener, 0, NULL, NULL);
  demand(line->server->connections != NULL);
  line->server->connections->channel.state = line;
  line_run(line);
}

struct cmta_session *line_session(const struct line *line) {
  const struct connection *connection = line->server->connections;
  return connection ? connection->session : NULL;
}

bool line_waits(const struct line *line) {
  const struct cmta_session *session = line_session(line);
  return session && (cmta_session_wants(session) & CMTA_WANTS_DECISION);
}

void line_run(struct line *line) {
  enum { TURNS = 4 };
  for (int i = 0; i < TURNS; i++) {
    if (line->server->connections)
      ev_feed_event(line->loop, &line->server->connections->socket, EV_READ | EV_WRITE);
    ev_invoke_pending(line->loop);
  }
}

void line_say(struct line *line, struct cmta_slice text) {
  line->input = text;
  line_run(line);
  demand(line->input.length == 0 || line_waits(line) || !line_session(line));
}

void line_leave(struct line *line) {
  line->gone = true;
  line_run(line);
}

void line_expire(struct line *line) {
  connection_expire(line->server->connections);
  line_run(line);
}

void line_end_delay(struct line *line) {
  ev_timer_stop(line->loop, line->delay);
  ev_feed_event(line->loop, line->delay, EV_TIMER);
  line_run(line);
}

void line_stop(struct line *line) {
  if (line->server->stop_state == STOP_NOT)
    cmta_server_stop(line->server, NULL, NULL);
  else
    ev_feed_event(line->loop, &line->server->stop, EV_TIMER);
  line_run(line);
}

void line_wake(struct line *line) {
  ev_feed_event(line->loop, &line->server->tickets.wake, EV_ASYNC);
  line_run(line);
}
