/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_CONNECTION_H
#define CMTA_SERVER_CONNECTION_H

/*
 * One connection: a session of the engine, a channel for its bytes, one socket watcher and one
 * timer. It does what cmta_session_wants() says and knows nothing of SMTP.
 *
 *   connection.c  bytes in, bytes out
 *   watch.c       what its socket is watched for
 *   rest.c        bytes that wait for the session
 *   deadline.c    the timer
 *   preface.c     the time before it is the client's: a PROXY header
 *   handshake.c   the time in which it is TLS's
 *   linger.c      the time between the last reply and the end of the connection
 */

#include "server/server.h"
#include "server/transport.h"

/* Bytes of the client that its session did not take: a question is open, or output is full. */
struct rest {
  char *block;       /* NULL when there are none */
  uint32_t capacity; /* octets of the block */
  uint32_t size;     /* of these, octets that came from the client */
  uint32_t from;     /* the first octet that the session has not taken */
};

struct exchange;
struct listener;
struct preface;

struct connection {
  struct cmta_server *server;
  uint64_t number;      /* cmta_connection_number() */
  struct cmta_tls *tls; /* of its listener, or NULL */
  const struct listener *listener;
  struct preface *preface;            /* a PROXY header is due; else NULL */
  struct exchange *exchange;          /* the AUTH in hand, or NULL */
  struct connection *next, *previous; /* in the server's list */
  struct cmta_session *session;       /* NULL while lingering */
  struct channel channel;
  struct rest rest;
  ev_io socket; /* fed with EV_CUSTOM when a late answer has come */

  ev_timer look; /* active while bytes wait behind an open question: whether the client is gone */
  struct alarm timer;
  ev_tstamp slack; /* seconds from the client's last progress to the moment the timer fires */
  uint64_t
      progress; /* cmta_session_progress() when last looked at; octets dropped while lingering */
  unsigned seconds; /* how long the connection may stay as it is; 0: for ever */

  uint32_t slot; /* the first one of the tickets for its open questions, counted from 1; 0: there is
                    none */

  bool ended;  /* the client has ended its side: nothing more will be read */
  bool failed; /* the channel or the memory has failed: nothing more can be done */
  bool heard;  /* bytes wait in the kernel while a question is open: reading rests */
  bool spoken; /* a reply went out after the session was over */
};

/* Takes over the socket fd of a client that has just connected to a listener, from peer to local:
   makes its session, greets, watches. Without memory the socket is closed and that is all. */
void connection_open(const struct listener *listener, int fd, const struct cmta_peer *peer,
                     const struct cmta_peer *local);

/* Closes and frees the connection; its session, if it still runs, is told CMTA_CLOSED_FREED. */
void connection_close(struct connection *connection);

/* Has it noticed at once which of those clients have gone whose connections are stalled. */
void connections_look(struct cmta_server *server);

/* Tells who wants to know that the connection has ended, and frees its session, if there still is
   one. */
void connection_end_session(struct connection *connection);

/* Tells the session that the server is stopping. The connection may be gone afterwards. */
void connection_stop(struct connection *connection);

/* Tells the session that its time is up. The connection may be gone afterwards. */
void connection_expire(struct connection *connection);

/* True when the session has ended; its output may still wait. */
bool connection_is_over(const struct connection *connection);

/* Watches the socket for these events of libev, or for none. */
void connection_watch(struct connection *connection, int events);

/* Watches it for what the session wants, as of cmta_session_wants(); octets that the transport
   holds already come as if the socket were ready. */
void watch_what_it_wants(struct connection *connection, unsigned wants);

/* The events of libev of enum readiness. */
int watch_events_of(unsigned readiness);

/* Octets that may still be read behind an open question. */
size_t watch_room_ahead(const struct connection *connection, unsigned wants);

/* Whether there are bytes that the session has not taken. */
bool rest_is_there(const struct connection *connection);

/* Copies bytes that the session did not take out of the shared buffer, behind those that are kept
   already. Without memory the connection has failed. */
void rest_keep(struct connection *connection, const char *bytes, size_t length);

/* Frees all that is kept, taken or not. */
void rest_give(struct connection *connection);

/* Whether the connection is TLS's now. */
bool handshake_is_due(const struct connection *connection);

/* Goes on with the handshake as far as the socket lets it. True when it is done, and the session is
   to be run on; else it waits, or the connection has failed. */
bool handshake_go_on(struct connection *connection);

/* Prepares the timer. */
void deadline_init(struct connection *connection);

/* Looks whether the client got on or has another time limit now, and notes it. To be called after
   each run of the session; cheap: the timer itself is moved only when it would fire too late. */
void deadline_note(struct connection *connection);

/* Gives the connection seconds from now on. */
void deadline_set(struct connection *connection, unsigned seconds);

/* Gives the connection its whole time anew, from now on: it was not for the client to get on. An
   open question has none the more. */
void deadline_renew(struct connection *connection);

/* The session is over and its output sent: frees it, and closes the connection when the client has
   read the last reply, or soon. The connection may be gone afterwards. */
void linger_begin(struct connection *connection);

/* Drops what the client still sends. The connection may be gone afterwards. */
void linger_drain(struct connection *connection);

#endif
