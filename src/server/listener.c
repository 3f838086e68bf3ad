/* SPDX-License-Identifier: MIT */

/* Accepts connections. */

#include "server/listener.h"

#include "server/block.h"
#include "server/connection.h"
#include "server/sasl.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Connections that one callback accepts at most, so that those open get their turn. */
enum { ACCEPT_BATCH = 64 };

/* Seconds that the listeners rest when a connection cannot be accepted for lack of descriptors or
 * memory: the socket stays readable, so going on at once would spin. */
static const ev_tstamp REST_SECONDS = 1.;

static void rest(struct cmta_server *server) {
  for (int i = 0; i < server->listener_count; i++)
    ev_io_stop(server->loop, &server->listeners[i]->watcher);
  alarm_set(server, &server->pause, REST_SECONDS);
}

static void go_on(struct cmta_server *server) {
  for (int i = 0; i < server->listener_count; i++)
    ev_io_start(server->loop, &server->listeners[i]->watcher);
}

void listeners_resume(struct cmta_server *server) {
  if (!alarm_is_set(&server->pause))
    return;
  alarm_stop(server, &server->pause);
  go_on(server);
}

static void on_rested(struct ev_loop *loop, ev_timer *watcher, int revents) {
  (void)loop;
  (void)revents;
  go_on(watcher->data);
}

/* True when the error is that of one connection, which accept(2) has taken off the queue. */
static bool is_of_connection(int error) {
  switch (error) {
  case EINTR:
  case ECONNABORTED:
  case EPERM:
  case EPROTO:
  case ENOPROTOOPT:
  case EOPNOTSUPP:
  case ENETDOWN:
  case ENETUNREACH:
  case ENONET:
  case EHOSTDOWN:
  case EHOSTUNREACH:
    return true;
  default:
    return false;
  }
}

/* True when accepting may go on. */
static bool after_failure(struct cmta_server *server, int error) {
  if (is_of_connection(error))
    return true;
  if (error != EAGAIN && error != EWOULDBLOCK)
    rest(server);
  return false;
}

/* The reply is one try: a client that cannot even take a line is not waited for, and one that
 * expects TLS could not read it. */
static void refuse(const struct listener *listener, int fd) {
  const struct cmta_server *server = listener->server;
  if (listener->tls_mode != CMTA_TLS_IMPLICIT)
    (void)!send(fd, server->refusal, server->refusal_length, MSG_NOSIGNAL);
  close(fd);
}

/* This end of an accepted socket: what the listener is bound to, unless it is bound to everything;
 * then the address is written into text. */
static struct cmta_peer local_end(const struct endpoint *endpoint, int fd,
                                  char text[SOCKET_ADDRESS_SIZE]) {
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  struct cmta_peer local = {.address = endpoint->name, .port = endpoint->port};
  if (endpoint->is_wildcard && getsockname(fd, (struct sockaddr *)&address, &length) == 0) {
    local.port = socket_address_text(&address, length, text);
    local.address = text;
  }
  return local;
}

static void welcome(const struct listener *listener, int fd, const struct sockaddr_storage *address,
                    socklen_t length) {
  struct cmta_server *server = listener->server;
  char text[SOCKET_ADDRESS_SIZE], local_text[SOCKET_ADDRESS_SIZE];
  struct cmta_peer peer = {.address = text};
  if (server->max_connections && server->connection_count >= server->max_connections) {
    refuse(listener, fd);
    return;
  }
  peer.port = socket_address_text(address, length, text);
  struct cmta_peer local = local_end(&listener->endpoint, fd, local_text);
  connection_open(listener, fd, &peer, &local);
}

static bool accept_one(struct listener *listener) {
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  int fd = accept4(listener->endpoint.fd, (struct sockaddr *)&address, &length,
                   SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0)
    return after_failure(listener->server, errno);
  welcome(listener, fd, &address, length);
  return true;
}

/* A hook may stop the server meanwhile; then the watcher is not active any more. */
static void on_connections(struct ev_loop *loop, ev_io *watcher, int revents) {
  bool more = true;
  (void)loop;
  (void)revents;
  for (int i = 0; i < ACCEPT_BATCH && more && ev_is_active(watcher); i++)
    more = accept_one(watcher->data);
}

void listeners_init(struct cmta_server *server) { alarm_init(&server->pause, on_rested, server); }

static int enter(struct cmta_server *server, struct listener *listener) {
  size_t size = (size_t)server->listener_count * sizeof *server->listeners;
  struct listener **listeners =
      block_resize(&server->allocator, server->listeners, size, size + sizeof *server->listeners);
  if (!listeners)
    return CMTA_E_MEMORY;
  server->listeners = listeners;
  listeners[server->listener_count] = listener;
  return server->listener_count++;
}

static void start(struct cmta_server *server, struct listener *listener) {
  listener->server = server;
  ev_io_init(&listener->watcher, on_connections, listener->endpoint.fd, EV_READ);
  listener->watcher.data = listener;
  if (!alarm_is_set(&server->pause))
    ev_io_start(server->loop, &listener->watcher);
}

static void give(struct cmta_server *server, struct listener *listener) {
  endpoint_close(&listener->endpoint);
  block_give(&server->allocator, listener->mechanisms, listener->mechanisms_size);
  cmta_networks_free(listener->proxy_from);
  cmta_networks_free(listener->xclient_from);
  cmta_networks_free(listener->xforward_from);
  block_give(&server->allocator, listener, sizeof *listener);
}

/* The engine judges lists of mechanisms: what a service refuses is none. */
static bool are_mechanisms(const char *mechanisms) {
  struct cmta_settings settings;
  struct cmta_service *service = NULL;
  cmta_settings_init(&settings);
  settings.mechanisms = mechanisms;
  int error = cmta_service_new(&service, &settings, NULL, NULL);
  cmta_service_free(service);
  return error != CMTA_E_ARGUMENT;
}

/* TCP port 25 is SMTP's (RFC 2033 section 5). */
static bool is_sound(const struct cmta_server *server, const struct cmta_listen *listen,
                     const struct cmta_manners *manners) {
  const char *mechanisms = listen->mechanisms ? listen->mechanisms : server->mechanisms;
  bool speaks_tls = listen->tls_mode != CMTA_TLS_OFF && listen->tls_mode != CMTA_TLS_UNAVAILABLE;
  bool forgot_mode = listen->tls && listen->tls_mode == CMTA_TLS_OFF;
  return (unsigned)listen->tls_mode <= CMTA_TLS_IMPLICIT && (listen->tls || !speaks_tls) &&
         !forgot_mode && are_mechanisms(listen->mechanisms) && sasl_knows(server, mechanisms) &&
         !(manners->lmtp && endpoint_is_smtp(listen->address));
}

/* A listener that does not listen yet, or NULL. */
static struct listener *listener_new(struct cmta_server *server, const struct cmta_listen *listen) {
  struct listener *listener = block_take(&server->allocator, sizeof *listener);
  if (!listener)
    return NULL;
  listener->endpoint.fd = -1;
  listener->tls = listen->tls;
  listener->tls_mode = listen->tls_mode;
  listener->auth_required = listen->auth_required || server->auth_required;
  if (!listen->mechanisms)
    return listener;
  listener->mechanisms_size = strlen(listen->mechanisms) + 1;
  listener->mechanisms = block_take(&server->allocator, listener->mechanisms_size);
  if (!listener->mechanisms) {
    give(server, listener);
    return NULL;
  }
  memcpy(listener->mechanisms, listen->mechanisms, listener->mechanisms_size);
  return listener;
}

/* One list, or NULL for none. 0 or an error. */
static int read_networks(struct cmta_networks **networks, const char *list) {
  return list ? cmta_networks_new(networks, list) : 0;
}

/* Whom it trusts. 0 or an error. */
static int trust(struct listener *listener, const struct cmta_listen *listen) {
  int error = read_networks(&listener->proxy_from, listen->proxy_from);
  if (!error)
    error = read_networks(&listener->xclient_from, listen->xclient_from);
  return error ? error : read_networks(&listener->xforward_from, listen->xforward_from);
}

int listeners_add(struct cmta_server *server, const struct cmta_listen *listen) {
  struct cmta_manners manners = server->manners;
  if ((listen->manners && cmta_manners_copy(&manners, listen->manners) < 0) ||
      !is_sound(server, listen, &manners))
    return CMTA_E_ARGUMENT;
  struct listener *listener = listener_new(server, listen);
  if (!listener)
    return CMTA_E_MEMORY;
  listener->manners = manners;
  int number = trust(listener, listen);
  if (number == 0)
    number = endpoint_open(&listener->endpoint, listen->address, server->backlog);
  if (number == 0)
    number = enter(server, listener);
  if (number < 0) {
    int why = errno;
    give(server, listener);
    errno = why;
    return number;
  }
  start(server, listener);
  return number;
}

void listeners_close(struct cmta_server *server) {
  alarm_stop(server, &server->pause);
  for (int i = 0; i < server->listener_count; i++) {
    ev_io_stop(server->loop, &server->listeners[i]->watcher);
    endpoint_close(&server->listeners[i]->endpoint);
  }
}

void listeners_free(struct cmta_server *server) {
  size_t size = (size_t)server->listener_count * sizeof *server->listeners;
  for (int i = 0; i < server->listener_count; i++)
    give(server, server->listeners[i]);
  block_give(&server->allocator, server->listeners, size);
}
