/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_TRANSPORT_H
#define CMTA_SERVER_TRANSPORT_H

/*
 * How the bytes of one connection travel. A connection knows this table only; a layer that encrypts
 * is another table with a state of its own. Nothing here blocks, waits or raises SIGPIPE.
 */

#include <stdbool.h>
#include <sys/types.h>

struct transport;

/* What a socket can be ready for, as bits. */
enum readiness { READY_TO_READ = 1 << 0, READY_TO_WRITE = 1 << 1 };

/* One end of a connection. */
struct channel {
  const struct transport *transport;
  void *state; /* the transport's own; NULL for plain sockets */
  int fd;      /* the socket, non-blocking */
  /* What the socket must be ready for, enum readiness, before a read or a write that had to wait is
     worth another try: with TLS each may need the other. */
  unsigned read_waits, write_waits;
};

/* What read, write, peek and handshake return when they cannot go on now. */
enum transport_result {
  TRANSPORT_WAIT = -1, /* again when the socket is ready for what the channel says */
  TRANSPORT_GONE = -2  /* the connection has failed: nothing more goes either way */
};

/* A way to travel. */
struct transport {
  /* Gets ready for the rest. 0, or a transport_result; while it waits, read_waits says for what.
     NULL: there is nothing to do. */
  ssize_t (*handshake)(struct channel *channel);
  /* Reads up to size octets. How many, 0 when the client has ended its side, or a
   * transport_result. */
  ssize_t (*read)(struct channel *channel, void *buffer, size_t size);
  /* Looks whether read would return at once: 1 for octets, and as read. */
  ssize_t (*peek)(struct channel *channel);
  /* Whether octets, or the end, may be there though the socket is not ready to read. */
  bool (*has_pending)(const struct channel *channel);
  /* Writes up to size octets, size > 0. How many, or a transport_result. After WAIT the same octets
     must come again, perhaps with more behind them. */
  ssize_t (*write)(struct channel *channel, const void *bytes, size_t size);
  /* Tells the client that nothing more will be written; reading goes on. */
  void (*finish)(struct channel *channel);
  /* Closes the socket and frees the state. */
  void (*close)(struct channel *channel);
  /* The same with a reset: the client hears nothing more, of TLS neither. */
  void (*reset)(struct channel *channel);
};

/* What a system call on a socket returned, as a transport says it; errno counts. */
ssize_t transport_result_of(ssize_t count);

/* Has a socket that is closed afterwards reset its connection. */
void transport_reset(int fd);

/* Plain sockets: one system call each. */
extern const struct transport transport_plain;

/* A plain channel of a socket. */
struct channel channel_plain(int fd);

#endif
