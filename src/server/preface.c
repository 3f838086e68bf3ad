/* SPDX-License-Identifier: MIT */

/*
 * A PROXY header off the socket. What follows it may be TLS's, which reads the socket itself: so
 * octets are looked at before they are taken, and as long as the header is not complete all of them
 * belong to it.
 */

#include "server/preface.h"

#include "server/block.h"
#include "server/listener.h"

#include <cmta/proxy.h>

#include <sys/socket.h>

struct preface {
  size_t capacity, length;
  char octets[];
};

bool preface_is_due(const struct connection *connection) { return connection->preface; }

/* It is known now who the client is. */
static void trust(struct connection *connection) {
  const struct listener *listener = connection->listener;
  const char *address = cmta_session_peer(connection->session)->address;
  bool xclient = cmta_networks_have(listener->xclient_from, address);
  bool xforward = cmta_networks_have(listener->xforward_from, address);
  cmta_session_set_trust(connection->session,
                         (xclient ? CMTA_TRUST_XCLIENT : 0) | (xforward ? CMTA_TRUST_XFORWARD : 0));
}

bool preface_begin(struct connection *connection) {
  const struct cmta_peer *peer = cmta_session_peer(connection->session);
  size_t most = connection->server->max_proxy_header;
  size_t capacity = most > CMTA_PROXY_V1_MOST ? most : CMTA_PROXY_V1_MOST;
  if (!cmta_networks_have(connection->listener->proxy_from, peer->address)) {
    trust(connection);
    return true;
  }
  connection->preface =
      block_take(&connection->server->allocator, sizeof(struct preface) + capacity);
  if (connection->preface)
    connection->preface->capacity = capacity;
  return connection->preface;
}

void preface_end(struct connection *connection) {
  struct preface *preface = connection->preface;
  if (preface)
    block_give(&connection->server->allocator, preface, sizeof *preface + preface->capacity);
  connection->preface = NULL;
}

void preface_fail(struct connection *connection) {
  cmta_session_proxy_failed(connection->session);
  connection->failed = true;
}

/* Looks at what is there, or takes it: how many octets, or a transport_result. */
static ssize_t hear(struct connection *connection, size_t most, int flags) {
  struct preface *preface = connection->preface;
  struct channel *channel = &connection->channel;
  return transport_result_of(recv(channel->fd, preface->octets + preface->length, most, flags));
}

/* How many octets are new and the header's; 0 when nothing can be said yet, or it has failed. */
static size_t judge(struct connection *connection, size_t heard, struct cmta_proxy_header *header,
                    bool *complete) {
  const struct preface *preface = connection->preface;
  ptrdiff_t length = cmta_proxy_parse(header, preface->octets, preface->length + heard,
                                      connection->server->max_proxy_header);
  *complete = length > 0;
  if (length < 0)
    preface_fail(connection);
  return length == 0 ? heard : *complete ? (size_t)length - preface->length : 0;
}

/* The header is here: the session learns of it, and its octets are forgotten. */
static void tell(struct connection *connection, const struct cmta_proxy_header *header) {
  connection->failed |= cmta_session_set_proxy(connection->session, header) != 0;
  trust(connection);
  preface_end(connection);
}

/* Looks once more at what there is; true when that may be worth another look. */
static bool look(struct connection *connection) {
  struct preface *preface = connection->preface;
  struct cmta_proxy_header header;
  bool complete;
  ssize_t heard = hear(connection, preface->capacity - preface->length, MSG_PEEK);
  if (heard == TRANSPORT_WAIT)
    return false;
  if (heard <= 0) {
    preface_fail(connection);
    return false;
  }
  size_t own = judge(connection, (size_t)heard, &header, &complete);
  if (connection->failed || hear(connection, own, 0) != (ssize_t)own) {
    preface_fail(connection);
    return false;
  }
  preface->length += own;
  if (complete)
    tell(connection, &header);
  return !complete;
}

bool preface_go_on(struct connection *connection) {
  while (look(connection)) {
  }
  return !preface_is_due(connection) && !connection->failed;
}
