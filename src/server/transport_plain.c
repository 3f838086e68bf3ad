/* SPDX-License-Identifier: MIT */

/* Plain sockets. */

#include "server/transport.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

ssize_t transport_result_of(ssize_t count) {
  if (count >= 0)
    return count;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? TRANSPORT_WAIT
                                                                   : TRANSPORT_GONE;
}

static ssize_t plain_read(struct channel *channel, void *buffer, size_t size) {
  return transport_result_of(recv(channel->fd, buffer, size, 0));
}

static ssize_t plain_peek(struct channel *channel) {
  char octet;
  return transport_result_of(recv(channel->fd, &octet, 1, MSG_PEEK));
}

static bool plain_has_pending(const struct channel *channel) {
  (void)channel;
  return false;
}

static ssize_t plain_write(struct channel *channel, const void *bytes, size_t size) {
  return transport_result_of(send(channel->fd, bytes, size, MSG_NOSIGNAL));
}

static void plain_finish(struct channel *channel) { shutdown(channel->fd, SHUT_WR); }

static void plain_close(struct channel *channel) { close(channel->fd); }

void transport_reset(int fd) {
  struct linger at_once = {.l_onoff = 1};
  (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

static void plain_reset(struct channel *channel) {
  transport_reset(channel->fd);
  close(channel->fd);
}

const struct transport transport_plain = {.read = plain_read,
                                          .peek = plain_peek,
                                          .has_pending = plain_has_pending,
                                          .write = plain_write,
                                          .finish = plain_finish,
                                          .close = plain_close,
                                          .reset = plain_reset};

struct channel channel_plain(int fd) {
  return (struct channel){.transport = &transport_plain,
                          .fd = fd,
                          .read_waits = READY_TO_READ,
                          .write_waits = READY_TO_WRITE};
}
