/* SPDX-License-Identifier: MIT */

/* Plain sockets. */

#include "server/transport.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static ssize_t result(ssize_t count) {
  if (count >= 0)
    return count;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? TRANSPORT_WAIT
                                                                   : TRANSPORT_GONE;
}

static ssize_t plain_read(struct channel *channel, void *buffer, size_t size) {
  return result(recv(channel->fd, buffer, size, 0));
}

static ssize_t plain_write(struct channel *channel, const void *bytes, size_t size) {
  return result(send(channel->fd, bytes, size, MSG_NOSIGNAL));
}

static void plain_finish(struct channel *channel) { shutdown(channel->fd, SHUT_WR); }

static void plain_close(struct channel *channel) { close(channel->fd); }

const struct transport transport_plain = {
    .read = plain_read, .write = plain_write, .finish = plain_finish, .close = plain_close};
