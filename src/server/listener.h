/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_LISTENER_H
#define CMTA_SERVER_LISTENER_H

/* Listening sockets on the loop: they accept connections, refuse those too many, and rest when the
 * system has no descriptors left. */

#include "server/endpoint.h"
#include "server/server.h"

/* One listening socket. */
struct listener {
  struct cmta_server *server;
  ev_io watcher;
  struct endpoint endpoint;
  struct cmta_tls *tls; /* as in struct cmta_listen, like what follows */
  enum cmta_tls_mode tls_mode;
  char *mechanisms;       /* or NULL */
  size_t mechanisms_size; /* of its block */
  bool auth_required;     /* the settings' counted too */
  struct cmta_manners manners;
  struct cmta_networks *proxy_from, *xclient_from, *xforward_from; /* each may be NULL */
};

/* Prepares the watcher that ends a rest. */
void listeners_init(struct cmta_server *server);

/* Listens and enters the listener into the server's array. Its number, or an error as of
 * cmta_server_listen_with(). */
int listeners_add(struct cmta_server *server, const struct cmta_listen *listen);

/* Ends a rest before its time: a descriptor has become free. Does nothing when nobody rests. */
void listeners_resume(struct cmta_server *server);

/* Closes all listening sockets; their names stay. */
void listeners_close(struct cmta_server *server);

/* Frees the listeners, closed before. */
void listeners_free(struct cmta_server *server);

#endif
