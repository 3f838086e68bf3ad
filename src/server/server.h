/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_SERVER_H
#define CMTA_SERVER_SERVER_H

/* What a server is made of, and what its parts ask of one another. Private to this folder. */

#include <cmta/server.h>

#include "server/alarm.h"
#include "server/call_after.h"
#include "server/call_queue.h"
#include "server/store_file.h"
#include "server/ticket.h"

#include <ev.h>
#include <stdbool.h>

struct connection;
struct listener;
struct sasl;

/* Octets of the receive buffer that all connections of a server share. */
enum { RECEIVE_SIZE = 65536 };

/* Octets of the line that refuses a connection, the longest host name counted. */
enum { REFUSAL_SIZE = 320 };

/* How far cmta_server_stop() is. */
enum stop_state {
  STOP_NOT = 0,     /* it was not called */
  STOP_ASKED = 1,   /* listening has ended; the sessions are not told yet */
  STOP_RUNNING = 2, /* they are told, and some connections are left */
  STOP_DONE = 3     /* no connection and no watcher is left */
};

struct cmta_server {
  struct ev_loop *loop;
  bool owns_loop; /* it was made for this server */
  bool runs_loop; /* cmta_server_run() is inside it and is to return when the server has stopped */
  struct cmta_service *service;
  struct cmta_statistics *statistics;
  struct cmta_allocator allocator;
  struct spool spool; /* without a folder where the settings name a store or need none */
  unsigned max_connections, backlog, stop_timeout; /* as in struct cmta_config */

  struct sasl *sasl;  /* or NULL: there are no authenticators */
  bool has_auth;      /* a hook set of the application's has the hook `auth` */
  bool is_attached;   /* there has been a connection: authenticators cannot be added any more */
  char *mechanisms;   /* as in the settings, or NULL; in a block of its size */
  bool auth_required; /* likewise */
  struct cmta_manners manners; /* likewise */
  unsigned auth_failure_delay; /* as in struct cmta_config, like what follows */
  unsigned proxy_timeout;
  size_t max_proxy_header;
  void (*accepted)(struct cmta_session *session, void *user);
  void (*gone)(struct cmta_session *session, void *user);

  struct listener **listeners; /* by number; they stay until the server is freed */
  int listener_count;
  struct alarm pause; /* active while the listeners rest for lack of descriptors or memory */

  struct connection *connections; /* the first one of the list */
  size_t connection_count;
  uint64_t connections_taken; /* since it was made */
  char *received; /* RECEIVE_SIZE octets; what one recv() brought, used up before the next one */
  char refusal[REFUSAL_SIZE]; /* the reply to a connection too many */
  size_t refusal_length;

  struct tickets tickets;
  struct virtual_time time;
  struct call_queue calls;
  struct appointment *appointments; /* the first one of the list */

  struct alarm stop; /* stop_timeout; fed as an event for each step of stopping */
  unsigned silence;  /* seconds that a client may be silent, whatever the settings say; 0: those */
  bool drains;       /* it stops when the last connection has gone */
  enum stop_state stop_state;
  void (*stopped)(struct cmta_server *server, void *context);
  void *stopped_context;
};

/* Copies a structure of a program that was built against this header or an older, shorter one over
   the defaults in `into`; false when its size is none. */
bool copy_sized(void *into, size_t known, const void *from, size_t size);

/* Prepares the watcher that stops the server. */
void stop_init(struct cmta_server *server);

/* Ends the wait for connections of a server that is stopping: they are closed at the loop's next
 * turn. */
void stop_hurry(struct cmta_server *server);

/* A connection has been closed and freed: when the server is stopping, that may have been the last
 * one. */
void stop_connection_gone(struct cmta_server *server);

#endif
