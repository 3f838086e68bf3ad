/* SPDX-License-Identifier: MIT */

/* A client over a blocking socket. */

#include "sender.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *what, const char *said) {
  fprintf(stderr, "sender: %s: %s\n", what, said);
  abort();
}

static void want(bool holds, const char *what, const char *said) {
  if (!holds)
    fail(what, said);
}

void sender_connect(struct sender *sender, uint16_t port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sender->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  /* A line is sent in pieces: none is to wait until the one before has been acknowledged. */
  setsockopt(sender->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  want(connect(sender->fd, (struct sockaddr *)&to, sizeof to) == 0, "cannot connect", "");
  sender_expect(sender, "220 ");
}

void sender_send(struct sender *sender, const char *text) {
  size_t length = strlen(text);
  while (length > 0) {
    ssize_t count = send(sender->fd, text, length, MSG_NOSIGNAL);
    want(count > 0, "cannot send", text);
    text += count;
    length -= (size_t)count;
  }
}

/* Reads one line behind what is there; its beginning. */
static const char *read_line(struct sender *sender, size_t *length) {
  const char *line = sender->reply + *length;
  do {
    want(*length + 1 < REPLY_SIZE, "a reply too long", sender->reply);
    want(recv(sender->fd, sender->reply + *length, 1, 0) == 1, "the end behind", sender->reply);
    sender->reply[++*length] = '\0';
  } while (sender->reply[*length - 1] != '\n');
  return line;
}

void sender_expect(struct sender *sender, const char *beginning) {
  size_t length = 0;
  const char *line;
  sender->reply[0] = '\0';
  do
    line = read_line(sender, &length);
  while (strlen(line) > 3 && line[3] == '-');
  want(strncmp(sender->reply, beginning, strlen(beginning)) == 0, beginning, sender->reply);
}

void sender_say(struct sender *sender, const char *line, const char *beginning) {
  sender_send(sender, line);
  sender_send(sender, "\r\n");
  sender_expect(sender, beginning);
}

static void say_path(struct sender *sender, const char *command, const char *path) {
  char line[512];
  snprintf(line, sizeof line, "%s:<%s>", command, path);
  sender_say(sender, line, "250 ");
}

static void send_message(struct sender *sender, const char *message) {
  size_t length = 0;
  char *lines = malloc(2 * strlen(message) + 1);
  want(lines, "no memory", "");
  for (; *message; message++) {
    if (*message == '\n')
      lines[length++] = '\r';
    lines[length++] = *message;
  }
  lines[length] = '\0';
  sender_send(sender, lines);
  free(lines);
}

void sender_mail(struct sender *sender, const char *from, const char *to, const char *message) {
  char paths[512];
  char *rest;
  snprintf(paths, sizeof paths, "%s", to);
  say_path(sender, "MAIL FROM", from);
  for (char *path = strtok_r(paths, " ", &rest); path; path = strtok_r(NULL, " ", &rest))
    say_path(sender, "RCPT TO", path);
  sender_say(sender, "DATA", "354 ");
  send_message(sender, message);
  sender_say(sender, ".", "250 ");
}

void sender_close(struct sender *sender) { close(sender->fd); }

void send_mail(uint16_t port, const char *from, const char *to, const char *message) {
  struct sender sender;
  sender_connect(&sender, port);
  sender_say(&sender, "EHLO client.example", "250");
  sender_mail(&sender, from, to, message);
  sender_say(&sender, "QUIT", "221 ");
  sender_close(&sender);
}
