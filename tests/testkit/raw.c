/* SPDX-License-Identifier: MIT */

/* A client over a blocking socket, octet by octet. */

#include "raw.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct cmta_kit *raw_kit(const char *fault, bool lmtp) {
  struct cmta_kit_config config;
  struct cmta_manners manners;
  struct cmta_kit *kit;
  cmta_kit_config_init(&config);
  cmta_manners_init(&manners);
  manners.lmtp = lmtp;
  config.manners = &manners;
  config.virtual_time = true;
  cr_assert_eq(cmta_kit_start(&kit, &config), 0);
  if (fault)
    cmta_kit_fault(kit, fault);
  return kit;
}

/* What is sent is there: it waits for no acknowledgement. */
void raw_connect(struct raw *raw, uint16_t port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  struct timeval longest = {.tv_sec = 10};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  raw->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  cr_assert_eq(setsockopt(raw->fd, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest), 0);
  cr_assert_eq(connect(raw->fd, (struct sockaddr *)&to, sizeof to), 0);
  int on = 1;
  cr_assert_eq(setsockopt(raw->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), 0);
}

void raw_greet(struct raw *raw, uint16_t port) {
  raw_connect(raw, port);
  raw_expect(raw, "220 ");
  raw_say(raw, "EHLO client.example", "250 ");
}

void raw_send(struct raw *raw, const char *text) {
  size_t length = strlen(text);
  cr_assert_eq(send(raw->fd, text, length, MSG_NOSIGNAL), (ssize_t)length);
}

void raw_hear(struct raw *raw, const char *text) {
  size_t wanted = strlen(text), length = 0;
  cr_assert_lt(wanted, sizeof raw->line);
  while (length < wanted) {
    ssize_t count = recv(raw->fd, raw->line + length, wanted - length, 0);
    cr_assert_gt(count, 0, "behind \"%.*s\", in place of \"%s\"", (int)length, raw->line, text);
    length += (size_t)count;
  }
  raw->line[length] = '\0';
  cr_assert_str_eq(raw->line, text);
}

static void read_line(struct raw *raw) {
  size_t length = 0;
  do {
    ssize_t count = recv(raw->fd, raw->line + length, 1, 0);
    cr_assert_eq(count, 1, "behind \"%.*s\"", (int)length, raw->line);
    length++;
    cr_assert_lt(length, sizeof raw->line);
  } while (raw->line[length - 1] != '\n');
  raw->line[length] = '\0';
}

void raw_expect(struct raw *raw, const char *beginning) {
  do
    read_line(raw);
  while (strlen(raw->line) > 3 && raw->line[3] == '-');
  cr_assert(strncmp(raw->line, beginning, strlen(beginning)) == 0, "expected %s, heard %s",
            beginning, raw->line);
}

void raw_say(struct raw *raw, const char *line, const char *beginning) {
  raw_send(raw, line);
  raw_send(raw, "\r\n");
  raw_expect(raw, beginning);
}

void raw_begin_data(struct raw *raw) {
  raw_say(raw, "MAIL FROM:<a@client.example>", "250 ");
  raw_say(raw, "RCPT TO:<b@server.example>", "250 ");
  raw_say(raw, "DATA", "354 ");
}

void raw_hear_end(struct raw *raw) {
  char octet;
  cr_assert_eq(recv(raw->fd, &octet, 1, 0), 0);
}

static void expect_end(struct raw *raw, bool reset) {
  char octet;
  ssize_t count = recv(raw->fd, &octet, 1, 0);
  if (reset)
    cr_assert(count < 0 && errno == ECONNRESET);
  else
    cr_assert_eq(count, 0);
  close(raw->fd);
}

void raw_expect_end(struct raw *raw) { expect_end(raw, false); }

void raw_expect_reset(struct raw *raw) { expect_end(raw, true); }

void raw_expect_nothing(struct raw *raw) {
  char octet;
  ssize_t count = recv(raw->fd, &octet, 1, MSG_DONTWAIT);
  cr_assert(count < 0 && errno == EAGAIN);
}

void raw_close(struct raw *raw) { close(raw->fd); }
