/* SPDX-License-Identifier: MIT */

/* A server's life, and what can be asked of it. */

#include "server/server.h"

#include "server/block.h"
#include "server/clock.h"
#include "server/connection.h"
#include "server/listener.h"
#include "server/sasl.h"
#include "server/wake.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

void cmta_config_init(struct cmta_config *config) {
  *config = (struct cmta_config){.size = sizeof *config,
                                 .max_connections = 1000,
                                 .backlog = 511,
                                 .stop_timeout = 30,
                                 .auth_failure_delay = 1,
                                 .proxy_timeout = 10,
                                 .max_proxy_header = 536};
}

/* Without an enhanced status code, as it stands in place of the greeting (RFC 2034 section 4). */
static void compose_refusal(struct cmta_server *server, const struct cmta_settings *settings) {
  int length = snprintf(server->refusal, sizeof server->refusal, "421 %s too many connections\r\n",
                        settings->hostname);
  server->refusal_length = length > 0 ? (size_t)length : 0;
  if (server->refusal_length >= sizeof server->refusal)
    server->refusal_length = 0;
}

bool copy_sized(void *into, size_t known, const void *from, size_t size) {
  if (size < sizeof size || size > known)
    return false;
  memcpy(into, from, size);
  memcpy(into, &known, sizeof known);
  return true;
}

static bool read_config(const struct cmta_config *given, struct cmta_config *config,
                        struct cmta_settings *settings) {
  cmta_config_init(config);
  cmta_settings_init(settings);
  if (given && !copy_sized(config, sizeof *config, given, given->size))
    return false;
  const struct cmta_settings *chosen = config->settings;
  if (chosen && !copy_sized(settings, sizeof *settings, chosen, chosen->size))
    return false;
  return settings->hostname && config->max_proxy_header <= CMTA_PROXY_V2_MOST;
}

/* Finds the server its loop, a new one where none is given. */
static int server_take_loop(struct cmta_server *server, struct ev_loop *given) {
  server->owns_loop = !given;
  server->loop = given ? given : ev_loop_new(EVFLAG_AUTO);
  if (!server->loop)
    return CMTA_E_MEMORY;
  return wake_prepare(server->loop);
}

static void server_init(struct cmta_server *server, const struct cmta_config *config,
                        const struct cmta_settings *settings) {
  server->max_connections = config->max_connections;
  server->backlog = config->backlog;
  server->stop_timeout = config->stop_timeout;
  server->auth_failure_delay = config->auth_failure_delay;
  server->proxy_timeout = config->proxy_timeout;
  server->max_proxy_header = config->max_proxy_header;
  server->accepted = config->accepted;
  server->gone = config->gone;
  alarm_begin(server, config->virtual_time);
  server->auth_required = settings->auth_required;
  server->manners = settings->manners;
  listeners_init(server);
  stop_init(server);
  tickets_init(server);
  call_queue_init(server);
  compose_refusal(server, settings);
}

static int server_new(struct cmta_server **server, struct ev_loop *loop,
                      const struct cmta_config *config, const struct cmta_settings *settings) {
  const struct cmta_allocator *allocator = &settings->allocator;
  struct cmta_server *made = block_take(allocator, sizeof *made);
  if (!made)
    return CMTA_E_MEMORY;
  made->allocator = *allocator;
  int error = server_take_loop(made, loop);
  if (error) {
    int why = errno;
    if (made->loop && !loop)
      ev_loop_destroy(made->loop);
    block_give(allocator, made, sizeof *made);
    errno = why;
    return error;
  }
  server_init(made, config, settings);
  *server = made;
  return 0;
}

/* Whether messages can grow out of memory and have no place to go. */
static bool needs_spool(const struct cmta_settings *settings) {
  static const struct cmta_store none;
  bool given = memcmp(&settings->store, &none, offsetof(struct cmta_store, context)) != 0;
  return !given && settings->collect && settings->max_message_memory;
}

static bool copy_mechanisms(struct cmta_server *server, const char *mechanisms) {
  if (!mechanisms)
    return true;
  size_t size = strlen(mechanisms) + 1;
  server->mechanisms = block_take(&server->allocator, size);
  if (server->mechanisms)
    memcpy(server->mechanisms, mechanisms, size);
  return server->mechanisms;
}

/* Such a hook may know mechanisms that nobody knows here. */
static void note_hooks(struct cmta_server *server, const struct cmta_hooks *hooks) {
  const size_t end = offsetof(struct cmta_hooks, auth) + sizeof hooks->auth;
  server->has_auth |= hooks && hooks->size >= end && hooks->auth;
}

static int server_fill(struct cmta_server *server, const char *spool,
                       struct cmta_settings *settings, const struct cmta_hooks *hooks, void *user) {
  int error = copy_mechanisms(server, settings->mechanisms) ? 0 : CMTA_E_MEMORY;
  if (!error && needs_spool(settings))
    error = spool_open(&server->spool, spool, &server->allocator, &settings->store);
  if (!error)
    error = cmta_service_new(&server->service, settings, hooks, user);
  if (!error)
    note_hooks(server, hooks);
  if (!error)
    error = cmta_statistics_new(&server->statistics, server->service);
  if (error)
    return error;
  server->received = block_take(&server->allocator, RECEIVE_SIZE);
  return server->received ? 0 : CMTA_E_MEMORY;
}

int cmta_server_new(struct cmta_server **server, struct ev_loop *loop,
                    const struct cmta_config *config, const struct cmta_hooks *hooks, void *user) {
  struct cmta_config chosen;
  struct cmta_settings settings;
  if (!server || !read_config(config, &chosen, &settings))
    return CMTA_E_ARGUMENT;
  struct cmta_server *made;
  int error = server_new(&made, loop, &chosen, &settings);
  if (error)
    return error;
  clock_lend(&settings, made);
  error = server_fill(made, chosen.spool, &settings, hooks, user);
  if (error) {
    int why = errno;
    cmta_server_free(made);
    errno = why;
    return error;
  }
  *server = made;
  return 0;
}

/* Marked as stopped first, so that no end of a connection wakes a listener or reports. */
void cmta_server_free(struct cmta_server *server) {
  if (!server)
    return;
  server->stop_state = STOP_DONE;
  if (server->time.gone)
    *server->time.gone = true;
  listeners_close(server);
  while (server->connections)
    connection_close(server->connections);
  alarm_stop(server, &server->stop);
  listeners_free(server);
  sasl_free(server);
  call_queue_free(server);
  appointments_forget(server);
  tickets_free(server);
  cmta_statistics_free(server->statistics);
  cmta_service_free(server->service);
  spool_close(&server->spool);
  if (server->mechanisms)
    block_give(&server->allocator, server->mechanisms, strlen(server->mechanisms) + 1);
  block_give(&server->allocator, server->received, RECEIVE_SIZE);
  if (server->owns_loop)
    ev_loop_destroy(server->loop);
  struct cmta_allocator allocator = server->allocator;
  block_give(&allocator, server, sizeof *server);
}

int cmta_server_add(struct cmta_server *server, const struct cmta_hooks *hooks, void *user) {
  int number = server ? cmta_service_add(server->service, hooks, user) : CMTA_E_ARGUMENT;
  if (number >= 0)
    note_hooks(server, hooks);
  return number;
}

struct cmta_server *cmta_session_server(const struct cmta_session *session) {
  const struct connection *connection = cmta_session_runtime(session);
  return connection ? connection->server : NULL;
}

uint64_t cmta_connection_number(const struct cmta_session *session) {
  const struct connection *connection = cmta_session_runtime(session);
  return connection ? connection->number : 0;
}

void cmta_listen_init(struct cmta_listen *listen) {
  *listen = (struct cmta_listen){.size = sizeof *listen};
}

int cmta_server_listen_with(struct cmta_server *server, const struct cmta_listen *listen) {
  struct cmta_listen chosen;
  cmta_listen_init(&chosen);
  if (!server || !listen || !copy_sized(&chosen, sizeof chosen, listen, listen->size))
    return CMTA_E_ARGUMENT;
  if (server->stop_state != STOP_NOT || server->drains)
    return CMTA_E_STATE;
  return chosen.address ? listeners_add(server, &chosen) : CMTA_E_ADDRESS;
}

int cmta_server_listen(struct cmta_server *server, const char *address) {
  struct cmta_listen listen;
  cmta_listen_init(&listen);
  listen.address = address;
  return cmta_server_listen_with(server, &listen);
}

int cmta_server_listener(const struct cmta_server *server, int listener, const char **address,
                         uint16_t *port) {
  if (listener < 0 || listener >= server->listener_count)
    return CMTA_E_ARGUMENT;
  const struct endpoint *endpoint = &server->listeners[listener]->endpoint;
  if (address)
    *address = endpoint->name;
  if (port)
    *port = endpoint->port;
  return 0;
}

size_t cmta_server_connections(const struct cmta_server *server) {
  return server->connection_count;
}

const struct cmta_statistics *cmta_server_statistics(const struct cmta_server *server) {
  return server->statistics;
}
