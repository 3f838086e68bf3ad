/* SPDX-License-Identifier: MIT */

/* A server and its clients in one thread and one loop. */

#include "harness.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

/* ---- Hooks ---- */

static enum cmta_verdict ask(struct cmta_session *session, void *user, enum question question) {
  struct world *world = user;
  if (!(world->late & question))
    return CMTA_ACCEPT;
  world->open = session;
  if (world->answer)
    ev_timer_start(world->loop, &world->answerer);
  return CMTA_LATER;
}

static enum cmta_verdict on_connect(struct cmta_session *session, void *user) {
  struct world *world = user;
  world->opened++;
  snprintf(world->peer, sizeof world->peer, "%s", cmta_session_peer(session)->address);
  return ask(session, user, CONNECT);
}

static enum cmta_verdict on_hello(struct cmta_session *session, void *user,
                                  struct cmta_slice name) {
  (void)name;
  return ask(session, user, HELLO);
}

static enum cmta_verdict on_mail(struct cmta_session *session, void *user,
                                 const struct cmta_path *path) {
  (void)path;
  return ask(session, user, MAIL);
}

static enum cmta_verdict on_rcpt(struct cmta_session *session, void *user,
                                 const struct cmta_path *path) {
  (void)path;
  return ask(session, user, RCPT);
}

static enum cmta_verdict on_data(struct cmta_session *session, void *user) {
  return ask(session, user, DATA);
}

static enum cmta_verdict on_chunk(struct cmta_session *session, void *user,
                                  struct cmta_slice bytes) {
  struct world *world = user;
  world->chunks++;
  world->chunk_octets += bytes.length;
  return ask(session, user, CHUNK);
}

static enum cmta_verdict on_message(struct cmta_session *session, void *user,
                                    const struct cmta_message *message) {
  struct world *world = user;
  struct cmta_slice data;
  world->messages++;
  world->last_size = (size_t)cmta_message_size(message);
  if (cmta_message_data(message, &data) == 0)
    snprintf(world->last, sizeof world->last, "%.*s", (int)data.length, data.at);
  return ask(session, user, MESSAGE);
}

static enum cmta_verdict on_rset(struct cmta_session *session, void *user) {
  return ask(session, user, RSET);
}

static enum cmta_verdict on_noop(struct cmta_session *session, void *user, struct cmta_slice text) {
  (void)text;
  return ask(session, user, NOOP);
}

static enum cmta_verdict on_vrfy(struct cmta_session *session, void *user, struct cmta_slice text) {
  (void)text;
  return ask(session, user, VRFY);
}

static enum cmta_verdict on_expn(struct cmta_session *session, void *user, struct cmta_slice text) {
  (void)text;
  return ask(session, user, EXPN);
}

static enum cmta_verdict on_help(struct cmta_session *session, void *user, struct cmta_slice text) {
  (void)text;
  return ask(session, user, HELP);
}

static void on_cancelled(struct cmta_session *session, void *user, const char *question) {
  struct world *world = user;
  (void)session;
  (void)question;
  world->cancelled++;
}

static void on_closed(struct cmta_session *session, void *user, enum cmta_close_reason reason) {
  struct world *world = user;
  if (world->open == session) {
    world->open = NULL;
    ev_timer_stop(world->loop, &world->answerer);
  }
  world->closed++;
  world->reason = reason;
}

static const struct cmta_hooks recording = {.size = sizeof(struct cmta_hooks),
                                            .connect = on_connect,
                                            .hello = on_hello,
                                            .mail = on_mail,
                                            .rcpt = on_rcpt,
                                            .data = on_data,
                                            .chunk = on_chunk,
                                            .message = on_message,
                                            .rset = on_rset,
                                            .noop = on_noop,
                                            .vrfy = on_vrfy,
                                            .expn = on_expn,
                                            .help = on_help,
                                            .cancelled = on_cancelled,
                                            .closed = on_closed};

/* ---- World ---- */

/* Counts what is held; from any thread. */
static void *reallocate(void *context, void *pointer, size_t old_size, size_t new_size) {
  struct world *world = context;
  if (new_size && world->starved)
    return NULL;
  void *made = new_size ? realloc(pointer, new_size) : NULL;
  if (new_size == 0)
    free(pointer);
  world->held += new_size - old_size;
  return made;
}

static void on_answer(struct ev_loop *loop, ev_timer *watcher, int revents) {
  struct world *world = watcher->data;
  (void)loop;
  (void)revents;
  world_decide(world, world->verdict);
}

void world_decide(struct world *world, enum cmta_verdict verdict) {
  cr_assert_not_null(world->open, "no question is open");
  world->answered = cmta_session_decide(world->open, verdict);
}

void world_init(struct world *world) {
  memset(world, 0, sizeof *world);
  world->loop = ev_loop_new(0);
  world->hooks = recording;
  cmta_config_init(&world->config);
  cmta_settings_init(&world->settings);
  world->config.settings = &world->settings;
  world->settings.allocator = (struct cmta_allocator){reallocate, world};
  ev_timer_init(&world->answerer, on_answer, 0., 0.);
  world->answerer.data = world;
}

int world_listen_with(struct world *world, const struct cmta_listen *listen) {
  if (!world->server)
    cr_assert_eq(cmta_server_new(&world->server, world->loop, &world->config, &world->hooks, world),
                 0);
  return cmta_server_listen_with(world->server, listen);
}

int world_listen(struct world *world, const char *address) {
  struct cmta_listen listen;
  cmta_listen_init(&listen);
  listen.address = address;
  return world_listen_with(world, &listen);
}

void world_listen_any(struct world *world) { cr_assert_eq(world_listen(world, "127.0.0.1:0"), 0); }

bool world_has_ipv6(void) {
  struct world other;
  world_init(&other);
  bool has = world_listen(&other, "[::1]:0") == 0;
  world_free(&other);
  return has;
}

void world_run_empty_but(struct world *world, size_t left) {
  ev_run(world->loop, EVRUN_NOWAIT);
  while (world->opened == 0 || cmta_server_connections(world->server) > left)
    ev_run(world->loop, EVRUN_ONCE);
}

void world_run_empty(struct world *world) { world_run_empty_but(world, 0); }

void world_run_until_asked(struct world *world) {
  while (!world->open)
    ev_run(world->loop, EVRUN_ONCE);
}

/* Criterion does not count what fails in a test's fini, where this runs; it counts a crash. */
static void must_hold(bool holds, const char *what) {
  if (holds)
    return;
  fprintf(stderr, "at the end of the test it does not hold that %s\n", what);
  abort();
}

void world_free(struct world *world) {
  ev_timer_stop(world->loop, &world->answerer);
  cmta_server_free(world->server);
  must_hold(world->closed == world->opened, "each session was told closed once");
  must_hold(world->held == 0, "all memory was given back");
  ev_loop_destroy(world->loop);
}

/* ---- Clients ---- */

static void on_ready(struct ev_loop *loop, ev_io *watcher, int revents) {
  (void)loop;
  (void)watcher;
  (void)revents;
}

void client_wait_for(struct client *client, int events) {
  struct ev_loop *loop = client->world->loop;
  ev_io_set(&client->watcher, client->fd, events);
  ev_io_start(loop, &client->watcher);
  ev_run(loop, EVRUN_ONCE);
  ev_io_stop(loop, &client->watcher);
}

void client_wait(struct client *client) {
  struct pollfd socket = {.fd = client->fd, .events = POLLIN};
  while (poll(&socket, 1, 0) == 0)
    client_wait_for(client, EV_READ);
}

static ssize_t plain_read(struct client *client, void *buffer, size_t size) {
  return read(client->fd, buffer, size);
}

static ssize_t plain_write(struct client *client, const void *bytes, size_t size) {
  struct iovec part = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  return sendmsg(client->fd, &message, MSG_NOSIGNAL);
}

static socklen_t target(struct sockaddr_storage *to, const char *address, uint16_t port) {
  memset(to, 0, sizeof *to);
  if (port == 0) {
    struct sockaddr_un *path = (struct sockaddr_un *)to;
    path->sun_family = AF_UNIX;
    snprintf(path->sun_path, sizeof path->sun_path, "%s", address);
    return sizeof *path;
  }
  if (strchr(address, ':')) {
    struct sockaddr_in6 *ip = (struct sockaddr_in6 *)to;
    *ip = (struct sockaddr_in6){
        .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_loopback};
    return sizeof *ip;
  }
  struct sockaddr_in *ip = (struct sockaddr_in *)to;
  *ip = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
  ip->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return sizeof *ip;
}

void client_connect(struct client *client, struct world *world, int listener) {
  const char *address;
  uint16_t port;
  cr_assert_eq(cmta_server_listener(world->server, listener, &address, &port), 0);
  client_connect_to(client, world, address, port);
}

void client_expect_refused(struct world *world, int listener) {
  struct sockaddr_storage to;
  const char *address;
  uint16_t port;
  cr_assert_eq(cmta_server_listener(world->server, listener, &address, &port), 0);
  socklen_t length = target(&to, address, port);
  int fd = socket(to.ss_family, SOCK_STREAM, 0);
  cr_assert_eq(connect(fd, (struct sockaddr *)&to, length), -1);
  cr_assert_eq(errno, ECONNREFUSED);
  close(fd);
}

void client_connect_to(struct client *client, struct world *world, const char *address,
                       uint16_t port) {
  struct sockaddr_storage to;
  socklen_t length = target(&to, address, port);
  memset(client, 0, sizeof *client);
  client->world = world;
  client->read = plain_read;
  client->write = plain_write;
  client->fd = socket(to.ss_family, SOCK_STREAM, 0);
  cr_assert_eq(connect(client->fd, (struct sockaddr *)&to, length), 0, "connect: %s",
               strerror(errno));
  fcntl(client->fd, F_SETFL, O_NONBLOCK);
  int on = 1;
  setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ev_init(&client->watcher, on_ready);
}

size_t client_try(struct client *client, const char *bytes, size_t length) {
  ssize_t count = client->write(client, bytes, length);
  client->broken = count < 0 && errno != EAGAIN;
  return count < 0 ? 0 : (size_t)count;
}

void client_send(struct client *client, const char *text) {
  size_t length = strlen(text);
  while (length > 0) {
    size_t count = client_try(client, text, length);
    cr_assert(!client->broken, "send: %s", strerror(errno));
    if (count == 0)
      client_wait_for(client, EV_WRITE);
    text += count;
    length -= count;
  }
}

bool client_push(struct client *client, const char *bytes, size_t length) {
  for (int stuck = 0; length > 0 && stuck < 3 && !client->broken;) {
    size_t count = client_try(client, bytes, length);
    bytes += count;
    length -= count;
    stuck = count ? 0 : stuck + 1;
    ev_run(client->world->loop, EVRUN_NOWAIT);
  }
  return length == 0;
}

/* Octets of the first complete reply in the input: lines "250-..." and a last one "250 ...". */
static size_t reply_length(const struct client *client) {
  size_t line = 0;
  for (size_t i = 0; i + 1 < client->length; i++) {
    if (memcmp(client->input + i, "\r\n", 2) != 0)
      continue;
    if (i >= line + 3 && client->input[line + 3] != '-')
      return i + 2;
    line = i + 2;
  }
  return 0;
}

/* Takes what is there, or waits once. */
static void fill(struct client *client) {
  size_t room = sizeof client->input - client->length;
  cr_assert_gt(room, 0, "a reply is too long");
  ssize_t count = client->read(client, client->input + client->length, room);
  if (count > 0)
    client->length += (size_t)count;
  else if (count < 0 && errno == EAGAIN)
    client_wait_for(client, EV_READ);
  else {
    client->end = true;
    client->broken = count < 0;
  }
}

void client_expect(struct client *client, const char *beginning) {
  size_t length = reply_length(client);
  while (length == 0 && !client->end) {
    fill(client);
    length = reply_length(client);
  }
  cr_assert_neq(length, 0, "the connection ended where a reply %s was due", beginning);
  cr_assert_lt(length, sizeof client->reply);
  memcpy(client->reply, client->input, length);
  client->reply[length] = '\0';
  client->length -= length;
  memmove(client->input, client->input + length, client->length);
  cr_assert_eq(strncmp(client->reply, beginning, strlen(beginning)), 0, "expected %s, got %s%s",
               beginning, client->reply, client->world->remark);
}

void client_say(struct client *client, const char *line, const char *beginning) {
  client_send(client, line);
  client_send(client, "\r\n");
  client_expect(client, beginning);
}

void client_mail(struct client *client) {
  client_expect(client, "220 ");
  client_say(client, "EHLO client.example", "250");
  client_say(client, "MAIL FROM:<a@client.example>", "250 ");
  client_say(client, "RCPT TO:<b@server.example>", "250 ");
  client_say(client, "DATA", "354 ");
  client_send(client, "Subject: x\r\n\r\nbody\r\n");
  client_say(client, ".", "250 ");
}

void client_expect_end(struct client *client) {
  while (!client->end && client->length == 0)
    fill(client);
  cr_assert_eq(client->length, 0, "expected the end, got %.*s", (int)client->length, client->input);
}

void client_close(struct client *client, bool reset) {
  struct linger now = {.l_onoff = 1};
  if (reset)
    setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(client->fd);
  client->fd = -1;
}
