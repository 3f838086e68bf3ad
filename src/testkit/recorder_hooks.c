/* SPDX-License-Identifier: MIT */

/* What a recorder hears of sessions. Each hook accepts. */

#include "testkit/recorder.h"

#include <cmta/server.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The record of a session, with the lock, which stays until leave(). */
static struct record *enter(struct cmta_recorder *recorder, struct cmta_session *session) {
  pthread_mutex_lock(&recorder->lock);
  return recorder_record(recorder, session);
}

static void leave(struct cmta_recorder *recorder) { pthread_mutex_unlock(&recorder->lock); }

/* ---- The connection ---- */

static void peer_text(const struct cmta_session *session, char *text, size_t size) {
  const struct cmta_peer *peer = cmta_session_peer(session);
  bool six = strchr(peer->address, ':') != NULL;
  int length = snprintf(text, size, "%s%s%s", six ? "[" : "", peer->address, six ? "]" : "");
  if (peer->port && (size_t)length < size)
    snprintf(text + length, size - (size_t)length, ":%u", (unsigned)peer->port);
}

/* One without an address: only clients of Unix sockets can have none, unless somebody else named
 * them. */
static struct cmta_slice shown_peer(const char *peer, bool named) {
  const char *unknown = named ? "an unknown client" : "a Unix socket";
  const char *shown = *peer ? peer : unknown;
  return (struct cmta_slice){shown, strlen(shown)};
}

/* Who connected, and whoever it speaks for since then. */
static void add_peer(struct record *record, const struct cmta_session *session) {
  char peer[sizeof record->peer];
  bool named = record->connected;
  peer_text(session, peer, sizeof peer);
  if (named && strcmp(peer, record->peer) == 0)
    return;
  record->connected = true;
  memcpy(record->peer, peer, sizeof peer);
  record_add_line(record, session, named ? CMTA_EVENT_CLIENT_NAMED : CMTA_EVENT_CONNECTED,
                  shown_peer(peer, named));
}

static void add_tls(struct record *record, struct cmta_session *session) {
  const struct cmta_tls_facts *tls = cmta_session_tls(session);
  char text[160];
  if (!tls)
    return;
  snprintf(text, sizeof text, "%s %s", tls->version, tls->cipher);
  record_add(record, session, CMTA_EVENT_TLS, 0, text);
}

static enum cmta_verdict hook_connect(struct cmta_session *session, void *user) {
  struct record *record = enter(user, session);
  if (record) {
    add_peer(record, session);
    add_tls(record, session);
  }
  leave(user);
  return CMTA_ACCEPT;
}

static enum cmta_verdict hook_secured(struct cmta_session *session, void *user) {
  struct record *record = enter(user, session);
  if (record)
    add_tls(record, session);
  leave(user);
  return CMTA_ACCEPT;
}

/* ---- Messages ---- */

static enum cmta_verdict hook_data(struct cmta_session *session, void *user) {
  struct record *record = enter(user, session);
  if (record)
    record->header = (struct header_watch){.length = 0};
  leave(user);
  return CMTA_ACCEPT;
}

/* What has come of the message is known here though the session may end before it is read. */
static void look_ahead(struct record *record, const struct cmta_session *session) {
  if (cmta_session_counts(session)->octets_in >= record->seen)
    record->seen = cmta_session_received(session);
}

static enum cmta_verdict hook_chunk(struct cmta_session *session, void *user,
                                    struct cmta_slice bytes) {
  struct record *record = enter(user, session);
  if (record) {
    look_ahead(record, session);
    warn_of_octets(record, session, bytes);
  }
  leave(user);
  return CMTA_ACCEPT;
}

static enum cmta_verdict hook_message(struct cmta_session *session, void *user,
                                      const struct cmta_message *message) {
  struct record *record = enter(user, session);
  (void)message;
  if (record)
    warn_of_end(record, session);
  leave(user);
  return CMTA_ACCEPT;
}

/* The octets of a message, if there are any, are before what comes now. A BDAT that cannot be read
 * has none. */
static void add_message(struct record *record, const struct cmta_session *session) {
  uint64_t end = cmta_session_received(session);
  if (!record->in_message)
    return;
  end = end > record->seen ? end : record->seen;
  uint64_t octets = end > record->octets ? end - record->octets : 0;
  if (record->in_chunk && octets > record->chunk_size)
    octets = record->chunk_size;
  if (octets)
    record_add(record, session, CMTA_EVENT_MESSAGE, octets, "");
  record->in_message = false;
}

/* ---- Lines ---- */

static bool begins(struct cmta_slice line, const char *word) {
  size_t length = strlen(word);
  return line.length >= length && cmta_slice_is_word((struct cmta_slice){line.at, length}, word);
}

/* Behind BDAT come so many octets. */
static void begin_chunk(struct record *record, const struct cmta_session *session,
                        struct cmta_slice line) {
  uint64_t size = 0;
  for (size_t i = 5; i < line.length && line.at[i] >= '0' && line.at[i] <= '9'; i++)
    size = size < UINT64_MAX / 10 ? size * 10 + (uint64_t)(line.at[i] - '0') : UINT64_MAX;
  record->in_message = record->in_chunk = true;
  record->chunk_size = size;
  record->octets = cmta_session_received(session);
  record->seen = 0;
}

/* Behind 354 comes a message. */
static void begin_data(struct record *record, const struct cmta_session *session) {
  record->in_message = true;
  record->in_chunk = false;
  record->octets = cmta_session_counts(session)->octets_in;
  record->seen = 0;
}

static void add_line(struct record *record, struct cmta_session *session,
                     enum cmta_direction direction, struct cmta_slice line) {
  bool client = direction == CMTA_FROM_CLIENT;
  record->said_421 = !client && begins(line, "421");
  add_message(record, session);
  if (client) {
    record_add_line(record, session, CMTA_EVENT_CLIENT, line);
    warn_of_line(record, session, line);
  } else {
    record_reply_line(record, session, line);
  }
  if (client || !record->in_reply)
    warn_of_violations(record, session);
  if (client && begins(line, "BDAT "))
    begin_chunk(record, session, line);
  else if (!client && begins(line, "354"))
    begin_data(record, session);
}

static void hook_trace(struct cmta_session *session, void *user, enum cmta_direction direction,
                       struct cmta_slice line) {
  struct record *record = enter(user, session);
  if (record)
    add_line(record, session, direction, line);
  leave(user);
}

static void hook_fragment(struct cmta_session *session, void *user,
                          const struct cmta_fragment *fragment) {
  struct record *record = enter(user, session);
  if (record) {
    add_message(record, session);
    record_add_fragment(record, session, fragment);
    warn_of_fragment(record, session, fragment);
  }
  leave(user);
}

/* ---- The end ---- */

/* The dialogue is over; what it left unsaid is said. Where the server has said 421 in place of TLS
 * no handshake began. */
static void add_rest(struct record *record, const struct cmta_session *session,
                     enum cmta_close_reason reason) {
  if (record->over)
    return;
  add_message(record, session);
  warn_of_violations(record, session);
  record_unread(record, session);
  if (reason == CMTA_CLOSED_TLS && !record->said_421)
    record_add(record, session, CMTA_EVENT_TLS, 0, "failed");
  record->over = true;
}

static void add_closed(struct record *record, const struct cmta_session *session,
                       enum cmta_close_reason reason) {
  record_add(record, session, CMTA_EVENT_CLOSED, 0, cmta_close_reason_name(reason));
  record->closed = true;
}

/* The lock is held, and given back: a connection has ended, and its transcript is complete. */
static void tell_end(struct cmta_recorder *recorder, const struct cmta_session *session) {
  recorder->closed++;
  pthread_cond_broadcast(&recorder->changed);
  void (*told)(void *, uint64_t) = recorder->told;
  void *context = recorder->told_context;
  leave(recorder);
  if (told)
    told(context, cmta_connection_number(session));
}

/* Where the end of the connection is told, too, this is that of the dialogue alone: some of its
 * last replies may still go out. Told behind that one it is no news. */
static void hook_closed(struct cmta_session *session, void *user, enum cmta_close_reason reason) {
  struct cmta_recorder *recorder = user;
  pthread_mutex_lock(&recorder->lock);
  struct record *record = recorder_find(recorder, cmta_connection_number(session));
  bool ends = !recorder->hears_ends;
  if (record)
    add_rest(record, session, reason);
  if (record && ends)
    add_closed(record, session, reason);
  if (ends)
    tell_end(recorder, session);
  else
    leave(recorder);
}

void cmta_recorder_accepted(struct cmta_recorder *recorder, struct cmta_session *session) {
  struct record *record = enter(recorder, session);
  recorder->hears_ends = true;
  if (record)
    add_peer(record, session);
  leave(recorder);
}

/* A session that runs is freed next. */
void cmta_recorder_gone(struct cmta_recorder *recorder, struct cmta_session *session) {
  enum cmta_close_reason reason = cmta_session_close_reason(session);
  if (reason == CMTA_CLOSED_NOT)
    reason = CMTA_CLOSED_FREED;
  struct record *record = enter(recorder, session);
  if (record) {
    add_rest(record, session, reason);
    record_unsent(record, session);
    add_closed(record, session, reason);
  }
  tell_end(recorder, session);
}

/* Connections are known by their numbers, which are those of one server. */
static int add_once(struct cmta_recorder *recorder) {
  pthread_mutex_lock(&recorder->lock);
  bool before = recorder->added;
  recorder->added = true;
  pthread_mutex_unlock(&recorder->lock);
  return before ? CMTA_E_STATE : 0;
}

int cmta_recorder_add_to(struct cmta_recorder *recorder, struct cmta_server *server) {
  static const struct cmta_hooks hooks = {
      .size = sizeof hooks,
      .name = "recorder",
      .connect = hook_connect,
      .secured = hook_secured,
      .data = hook_data,
      .chunk = hook_chunk,
      .message = hook_message,
      .trace = hook_trace,
      .closed = hook_closed,
      .fragment = hook_fragment,
  };
  if (!recorder || !server)
    return CMTA_E_ARGUMENT;
  int result = add_once(recorder);
  return result ? result : cmta_server_add(server, &hooks, recorder);
}
