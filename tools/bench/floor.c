/* SPDX-License-Identifier: MIT */
/*
 * A server on bare epoll that answers with canned replies: what it costs is the kernel's share of
 * serving SMTP, the floor that benchmarks compare with. It looks at input only to keep in step:
 * line ends, the letters D and Q, and the end of a message at the end of what was received. It is
 * no SMTP server: it checks nothing, and gives up a connection whose replies the kernel does not
 * take at once.
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { INPUT_SIZE = 65536, OUTPUT_SIZE = 4096, EVENT_COUNT = 64, END_SIZE = 5, REPLY_MAX = 16 };

struct connection {
  int fd;
  bool body;          /* a message is being sent, else commands */
  char end[END_SIZE]; /* the last octets of the message so far */
  char first;         /* the first octet of the command line, 0 at its beginning */
};

/* Replies to what one recv() brought. */
struct output {
  char bytes[OUTPUT_SIZE];
  size_t length;
};

/* One loop, one thread: a connection at a time uses the buffers. */
struct server {
  int listener;
  int poll;
  struct output output;
  char input[INPUT_SIZE];
};

static bool flush(const struct connection *connection, struct output *output) {
  size_t length = output->length;
  output->length = 0;
  return length == 0 ||
         send(connection->fd, output->bytes, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static bool reply(const struct connection *connection, struct output *output, const char *text) {
  size_t length = strlen(text);
  if (output->length + REPLY_MAX > OUTPUT_SIZE && !flush(connection, output))
    return false;
  memcpy(output->bytes + output->length, text, length);
  output->length += length;
  return true;
}

/* A whole command line, of which only the first letter counts. */
static bool take_command(struct connection *connection, struct output *output) {
  char first = connection->first;
  connection->first = 0;
  if (first == 'D' || first == 'd') {
    connection->body = true;
    memcpy(connection->end, "...\r\n", END_SIZE);
    return reply(connection, output, "354 go on\r\n");
  }
  if (first == 'Q' || first == 'q') {
    reply(connection, output, "221 bye\r\n");
    flush(connection, output);
    return false;
  }
  return reply(connection, output, "250 ok\r\n");
}

static bool take_body(struct connection *connection, struct output *output, const char *bytes,
                      size_t length) {
  if (length < END_SIZE) {
    memmove(connection->end, connection->end + length, END_SIZE - length);
    memcpy(connection->end + END_SIZE - length, bytes, length);
  } else {
    memcpy(connection->end, bytes + length - END_SIZE, END_SIZE);
  }
  if (memcmp(connection->end, "\r\n.\r\n", END_SIZE) != 0)
    return true;
  connection->body = false;
  return reply(connection, output, "250 ok\r\n");
}

static bool take(struct connection *connection, struct output *output, const char *bytes,
                 size_t length) {
  while (length > 0) {
    const char *newline;
    size_t line;
    if (connection->body)
      return take_body(connection, output, bytes, length);
    if (!connection->first)
      connection->first = *bytes;
    newline = memchr(bytes, '\n', length);
    if (!newline)
      return true;
    if (!take_command(connection, output))
      return false;
    line = (size_t)(newline - bytes) + 1;
    bytes += line;
    length -= line;
  }
  return true;
}

static bool serve(struct server *server, struct connection *connection) {
  struct output *output = &server->output;
  ssize_t got = recv(connection->fd, server->input, INPUT_SIZE, 0);
  if (got < 0)
    return errno == EAGAIN || errno == EINTR;
  output->length = 0;
  return got > 0 && take(connection, output, server->input, (size_t)got) &&
         flush(connection, output);
}

static void end(struct connection *connection) {
  close(connection->fd);
  free(connection);
}

static void welcome(const struct server *server) {
  struct connection *connection = calloc(1, sizeof *connection);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
  if (!connection)
    return;
  connection->fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (connection->fd < 0)
    free(connection);
  else if (send(connection->fd, "220 floor\r\n", 11, MSG_NOSIGNAL) != 11 ||
           epoll_ctl(server->poll, EPOLL_CTL_ADD, connection->fd, &event) != 0)
    end(connection);
}

/* The listener's event is the one without a connection. */
static bool begin(struct server *server) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  server->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  server->poll = epoll_create1(EPOLL_CLOEXEC);
  if (bind(server->listener, (struct sockaddr *)&address, length) != 0 ||
      listen(server->listener, 511) != 0 ||
      getsockname(server->listener, (struct sockaddr *)&address, &length) != 0 ||
      epoll_ctl(server->poll, EPOLL_CTL_ADD, server->listener, &event) != 0)
    return false;
  printf("listening 127.0.0.1 %u\n", (unsigned)ntohs(address.sin_port));
  return fflush(stdout) == 0;
}

/* Ends by a signal alone. */
int main(void) {
  struct server *server = calloc(1, sizeof *server);
  struct epoll_event events[EVENT_COUNT];
  if (!server || !begin(server)) {
    perror("floor");
    free(server);
    return 1;
  }
  for (;;) {
    int count = epoll_wait(server->poll, events, EVENT_COUNT, -1);
    for (int i = 0; i < count; i++) {
      if (!events[i].data.ptr)
        welcome(server);
      else if (!serve(server, events[i].data.ptr))
        end(events[i].data.ptr);
    }
  }
}
