/* SPDX-License-Identifier: MIT */
/*
 * A server on bare epoll that answers with canned replies: what it costs is the kernel's share of
 * serving SMTP, the floor that benchmarks compare with. It looks at input only to keep in step:
 * line ends, the letters D, Q and G (the GET of `openssl s_time`, which ends a session too), and
 * the end of a message at the end of what was received. It is no SMTP server: it checks nothing,
 * and gives up a connection whose replies the kernel does not take at once.
 *
 *     floor                           plain
 *     floor PEM starttls|implicit     with TLS: the letter S begins it, or the connection; PEM
 *                                     holds a certificate and its key
 *
 * What it costs with TLS is the share of the kernel and of OpenSSL.
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { INPUT_SIZE = 65536, OUTPUT_SIZE = 4096, EVENT_COUNT = 64, END_SIZE = 5, REPLY_MAX = 16 };

struct connection {
  SSL *ssl; /* NULL: plain */
  int fd;
  bool body;          /* a message is being sent, else commands */
  char end[END_SIZE]; /* the last octets of the message so far */
  char first;         /* the first octet of the command line, 0 at its beginning */
};

static const char greeting[] = "220 floor\r\n";

/* Replies to what one recv() brought. */
struct output {
  char bytes[OUTPUT_SIZE];
  size_t length;
};

/* One loop, one thread: a connection at a time uses the buffers. */
struct server {
  SSL_CTX *tls; /* NULL: there is none */
  bool implicit;
  int listener;
  int poll;
  struct output output;
  char input[INPUT_SIZE];
};

static bool send_all(const struct connection *connection, const char *bytes, size_t length) {
  if (connection->ssl)
    return SSL_write(connection->ssl, bytes, (int)length) == (int)length;
  return send(connection->fd, bytes, length, MSG_NOSIGNAL) == (ssize_t)length;
}

/* As recv(). OpenSSL brings a record at most and reads no further, so epoll knows of the rest. */
static ssize_t receive(const struct connection *connection, char *bytes, size_t size) {
  if (!connection->ssl)
    return recv(connection->fd, bytes, size, 0);
  ERR_clear_error();
  int got = SSL_read(connection->ssl, bytes, (int)size);
  if (got < 0)
    errno = SSL_get_error(connection->ssl, got) == SSL_ERROR_WANT_READ ? EAGAIN : EIO;
  return got;
}

static bool flush(const struct connection *connection, struct output *output) {
  size_t length = output->length;
  output->length = 0;
  return length == 0 || send_all(connection, output->bytes, length);
}

static bool begin_tls(const struct server *server, struct connection *connection) {
  connection->ssl = server->tls ? SSL_new(server->tls) : NULL;
  if (!connection->ssl || !SSL_set_fd(connection->ssl, connection->fd))
    return false;
  SSL_set_accept_state(connection->ssl);
  return true;
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
static bool take_command(const struct server *server, struct connection *connection,
                         struct output *output) {
  char first = connection->first;
  connection->first = 0;
  if (first == 'D' || first == 'd') {
    connection->body = true;
    memcpy(connection->end, "...\r\n", END_SIZE);
    return reply(connection, output, "354 go on\r\n");
  }
  if (first == 'S')
    return reply(connection, output, "220 go on\r\n") && flush(connection, output) &&
           begin_tls(server, connection);
  if (first == 'Q' || first == 'q') {
    reply(connection, output, "221 bye\r\n");
    flush(connection, output);
    return false;
  }
  if (first == 'G')
    return false;
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

static bool take(struct server *server, struct connection *connection, const char *bytes,
                 size_t length) {
  struct output *output = &server->output;
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
    if (!take_command(server, connection, output))
      return false;
    line = (size_t)(newline - bytes) + 1;
    bytes += line;
    length -= line;
  }
  return true;
}

/* Goes on with a handshake; TLS from the first byte is greeted behind it. */
static bool shake_hands(const struct server *server, const struct connection *connection) {
  ERR_clear_error();
  int done = SSL_accept(connection->ssl);
  if (done != 1)
    return SSL_get_error(connection->ssl, done) == SSL_ERROR_WANT_READ;
  return !server->implicit || send_all(connection, greeting, sizeof greeting - 1);
}

static bool serve(struct server *server, struct connection *connection) {
  struct output *output = &server->output;
  if (connection->ssl && !SSL_is_init_finished(connection->ssl))
    return shake_hands(server, connection);
  ssize_t got = receive(connection, server->input, INPUT_SIZE);
  if (got < 0)
    return errno == EAGAIN || errno == EINTR;
  output->length = 0;
  return got > 0 && take(server, connection, server->input, (size_t)got) &&
         flush(connection, output);
}

static void end(struct connection *connection) {
  if (connection->ssl && SSL_is_init_finished(connection->ssl))
    SSL_shutdown(connection->ssl);
  SSL_free(connection->ssl);
  close(connection->fd);
  free(connection);
}

static bool greet(const struct server *server, struct connection *connection) {
  return server->implicit ? begin_tls(server, connection)
                          : send_all(connection, greeting, sizeof greeting - 1);
}

static void welcome(const struct server *server) {
  struct connection *connection = calloc(1, sizeof *connection);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
  if (!connection)
    return;
  connection->fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (connection->fd < 0)
    free(connection);
  else if (!greet(server, connection) ||
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

/* With the settings of the library, as far as they cost anything. */
static bool prepare_tls(struct server *server, const char *pem) {
  SSL_CTX *tls = server->tls = SSL_CTX_new(TLS_server_method());
  if (!tls)
    return false;
  signal(SIGPIPE, SIG_IGN);
  SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_num_tickets(tls, 1);
  SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
  return SSL_CTX_use_certificate_chain_file(tls, pem) == 1 &&
         SSL_CTX_use_PrivateKey_file(tls, pem, SSL_FILETYPE_PEM) == 1;
}

/* NULL when it cannot be. */
static struct server *server_new(int argc, char **argv) {
  struct server *server = calloc(1, sizeof *server);
  if (server && argc == 3)
    server->implicit = strcmp(argv[2], "implicit") == 0;
  if (server && (argc != 3 || prepare_tls(server, argv[1])) && begin(server))
    return server;
  free(server);
  return NULL;
}

/* Ends by a signal alone. */
int main(int argc, char **argv) {
  struct server *server = server_new(argc, argv);
  struct epoll_event events[EVENT_COUNT];
  if (!server) {
    perror("floor");
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
