/* SPDX-License-Identifier: MIT */

/* Bytes both ways: batches, short writes, slow readers, ends. */

#include "calls.h"
#include "harness.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct world world;
static struct client client;
static char folder[] = "/tmp/cmta-test-XXXXXX";
static char path[64];

static void begin(void) {
  world_init(&world);
  world_listen_any(&world);
  client_connect(&client, &world, 0);
}

static void end(void) {
  client_close(&client, false);
  world_free(&world);
}

TestSuite(conversation, .init = begin, .fini = end, .timeout = 30);

static const char group[] = "EHLO c.example\r\nMAIL FROM:<a@c.example>\r\n"
                            "RCPT TO:<b@s.example>\r\nDATA\r\n";

static void expect_group(void) {
  client_expect(&client, "220 ");
  client_expect(&client, "250-");
  client_expect(&client, "250 ");
  client_expect(&client, "250 ");
  client_expect(&client, "354 ");
}

Test(conversation, bytes_may_come_one_by_one) {
  static const char all[] = "EHLO c.example\r\nMAIL FROM:<a@c.example>\r\n"
                            "RCPT TO:<b@s.example>\r\nDATA\r\n..x\r\ny\r\n.\r\nQUIT\r\n";
  for (size_t i = 0; i + 1 < sizeof all; i++)
    cr_assert(client_push(&client, all + i, 1));
  expect_group();
  client_expect(&client, "250 ");
  client_expect(&client, "221 ");
  cr_assert_str_eq(world.last, ".x\r\ny\r\n");
}

Test(conversation, a_pipelined_group_is_answered_by_one_send) {
  char replies[4096] = {0};
  client_expect(&client, "220 ");
  unsigned sends = calls.sends, receives = calls.receives;
  client_send(&client, group);
  client_wait(&client);
  cr_assert_gt(read(client.fd, replies, sizeof replies - 1), 0);
  cr_assert_not_null(strstr(replies, "\r\n354 "), "%s", replies);
  cr_assert_eq(calls.sends, sends + 1);
  cr_assert_eq(calls.receives, receives + 1);
}

Test(conversation, each_batch_costs_one_send) {
  client_mail(&client);
  client_say(&client, "QUIT", "221 ");
  client_expect_end(&client);
  cr_assert_eq(calls.sends, 7);
  cr_assert_eq(calls.accepts, 2);
  cr_assert_eq(cmta_server_connections(world.server), 0, "nothing is waited for after QUIT");
}

Test(conversation, short_writes_lose_nothing) {
  calls.most_sent = 7;
  client_mail(&client);
  client_say(&client, "HELP", "214");
  client_say(&client, "QUIT", "221 ");
  client_expect_end(&client);
  cr_assert_eq(world.reason, CMTA_CLOSED_QUIT);
}

Test(conversation, replies_are_sent_before_a_client_that_half_closes_is_left) {
  client_send(&client, group);
  client_send(&client, "x\r\n.\r\nQUIT\r\n");
  shutdown(client.fd, SHUT_WR);
  expect_group();
  client_expect(&client, "250 ");
  client_expect(&client, "221 ");
  client_expect_end(&client);
  cr_assert_eq(world.reason, CMTA_CLOSED_QUIT);
}

Test(conversation, a_client_that_half_closes_without_quit_has_hung_up) {
  calls.most_sent = 7;
  client_send(&client, group);
  shutdown(client.fd, SHUT_WR);
  expect_group();
  client_expect_end(&client);
  cr_assert_eq(world.reason, CMTA_CLOSED_HANGUP);
  cr_assert_eq(world.messages, 0);
}

/* ---- A client that sends and does not read ---- */

enum { NOOPS = 120000 };

static void begin_flood(void) {
  world_init(&world);
  cr_assert_not_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/socket", folder);
  cr_assert_eq(world_listen(&world, path), 0);
  client_connect(&client, &world, 0);
}

static void end_flood(void) {
  end();
  rmdir(folder);
}

TestSuite(flood, .init = begin_flood, .fini = end_flood, .timeout = 30);

static char *noops(size_t count) {
  char *all = malloc(count * 6);
  for (size_t i = 0; i < count; i++)
    memcpy(all + i * 6, "NOOP\r\n", 6);
  return all;
}

/* Replies are read while the rest is sent. */
static void finish_flood(const char *rest, size_t length) {
  for (int i = 0; i < NOOPS; i++) {
    size_t count = length ? client_try(&client, rest, length) : 0;
    rest += count;
    length -= count;
    client_expect(&client, "250 ");
  }
  cr_assert_eq(length, 0);
}

Test(flood, a_client_that_does_not_read_is_not_read_from) {
  char *all = noops(NOOPS);
  cr_assert_not(client_push(&client, all, NOOPS * 6), "everything was taken");
  unsigned receives = calls.receives;
  for (int i = 0; i < 10; i++)
    ev_run(world.loop, EVRUN_NOWAIT);
  cr_assert_eq(calls.receives, receives);
  free(all);
}

Test(flood, a_slow_reader_gets_every_reply) {
  char *all = noops(NOOPS);
  size_t sent = 0, count = 1;
  for (int idle = 0; idle < 3; idle = count ? 0 : idle + 1) {
    count = client_try(&client, all + sent, NOOPS * 6 - sent);
    sent += count;
    ev_run(world.loop, EVRUN_NOWAIT);
  }
  cr_assert_lt(sent, NOOPS * 6);
  client_expect(&client, "220 ");
  finish_flood(all + sent, NOOPS * 6 - sent);
  client_say(&client, "QUIT", "221 ");
  free(all);
}

Test(flood, replies_that_wait_outlive_a_half_close) {
  char *all = noops(NOOPS);
  size_t sent = 0;
  while (calls.receives < 8 && sent < NOOPS * 6) {
    sent += client_try(&client, all + sent, 6);
    ev_run(world.loop, EVRUN_NOWAIT);
  }
  sent -= sent % 6;
  shutdown(client.fd, SHUT_WR);
  ev_run(world.loop, EVRUN_NOWAIT);
  client_expect(&client, "220 ");
  for (size_t i = 0; i < sent / 6; i++)
    client_expect(&client, "250 ");
  client_expect_end(&client);
  free(all);
}

/* ---- Many ---- */

enum { MANY = 200 };

Test(conversation, many_clients_at_once_each_deliver) {
  static struct client many[MANY];
  for (int i = 0; i < MANY; i++)
    client_connect(&many[i], &world, 0);
  for (int i = 0; i < MANY; i++)
    client_send(&many[i], group);
  for (int i = 0; i < MANY; i++)
    client_send(&many[i], "one\r\n.\r\nQUIT\r\n");
  world_run_empty_but(&world, 1);
  for (int i = 0; i < MANY; i++) {
    while (!many[i].end && strncmp(many[i].reply, "221", 3) != 0)
      client_expect(&many[i], "");
    client_expect_end(&many[i]);
    client_close(&many[i], false);
  }
  cr_assert_eq(world.messages, MANY);
}

/* ---- The end of a client that the server sends away ---- */

static void make_errors(void) {
  client_expect(&client, "220 ");
  for (unsigned i = 0; i < world.settings.max_errors; i++)
    client_send(&client, "WHAT\r\n");
}

Test(conversation, the_last_reply_survives_bytes_that_nobody_reads) {
  static char more[200000];
  memset(more, 'x', sizeof more);
  make_errors();
  cr_assert(client_push(&client, more, sizeof more));
  shutdown(client.fd, SHUT_WR);
  while (strncmp(client.reply, "421", 3) != 0)
    client_expect(&client, "");
  client_expect_end(&client);
  cr_assert_not(client.broken, "the connection was reset");
  cr_assert_eq(world.reason, CMTA_CLOSED_ERRORS);
}

Test(conversation, a_client_that_goes_on_sending_for_ever_is_cut_off) {
  static char more[65536];
  size_t sent = 0;
  make_errors();
  while (!client.broken && sent < 64 << 20) {
    sent += client_try(&client, more, sizeof more);
    ev_run(world.loop, EVRUN_NOWAIT);
  }
  cr_assert(client.broken);
  cr_assert_eq(cmta_server_connections(world.server), 0);
}

Test(conversation, a_client_that_does_not_leave_is_left) {
  make_errors();
  while (strncmp(client.reply, "421", 3) != 0)
    client_expect(&client, "");
  client_expect_end(&client);
  cr_assert_eq(world.closed, 1);
  cr_assert_eq(cmta_server_connections(world.server), 1);
  world_run_empty(&world);
}
