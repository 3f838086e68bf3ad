/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_TRANSPORT_H
#define CMTA_SERVER_TRANSPORT_H

/*
 * How the bytes of one connection travel. A connection knows this table only; a layer that encrypts
 * is another table with a state of its own. Nothing here blocks, waits or raises SIGPIPE.
 */

#include <sys/types.h>

struct transport;

/* One end of a connection. */
struct channel {
  const struct transport *transport;
  void *state; /* the transport's own; NULL for plain sockets */
  int fd;      /* the socket, non-blocking */
};

/* What read and write return when they cannot go on now. */
enum transport_result {
  TRANSPORT_WAIT = -1, /* again when the socket is ready for what was tried */
  TRANSPORT_GONE = -2  /* the connection has failed: nothing more goes either way */
};

/* A way to travel. */
struct transport {
  /* Reads up to size octets. How many, 0 when the client has ended its side, or a
   * transport_result. */
  ssize_t (*read)(struct channel *channel, void *buffer, size_t size);
  /* Writes up to size octets, size > 0. How many, or a transport_result. */
  ssize_t (*write)(struct channel *channel, const void *bytes, size_t size);
  /* Tells the client that nothing more will be written; reading goes on. */
  void (*finish)(struct channel *channel);
  /* Closes the socket and frees the state. */
  void (*close)(struct channel *channel);
};

/* Plain sockets: one system call each. */
extern const struct transport transport_plain;

#endif
