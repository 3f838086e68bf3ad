/* SPDX-License-Identifier: MIT */

/* What a session knows of its connection, and what a server counts. */

#include "calls.h"
#include "harness.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct world world;
static struct client client;
static struct {
  char address[128];
  uint16_t port;
} local;

static enum cmta_verdict on_connect(struct cmta_session *session, void *user) {
  const struct cmta_peer *end = cmta_session_local(session);
  ((struct world *)user)->opened++;
  snprintf(local.address, sizeof local.address, "%s", end->address);
  local.port = end->port;
  return CMTA_ACCEPT;
}

static void begin(void) {
  world_init(&world);
  world.hooks.connect = on_connect;
}

static void end(void) { world_free(&world); }

TestSuite(facts, .init = begin, .fini = end, .timeout = 30);

/* Where the client's connection leads to. */
static void meet(int listener) {
  client_connect(&client, &world, listener);
  client_expect(&client, "220 ");
}

static uint16_t port_of(int listener) {
  uint16_t port = 0;
  cr_assert_eq(cmta_server_listener(world.server, listener, NULL, &port), 0);
  return port;
}

Test(facts, a_listener_at_one_address_tells_it_without_a_system_call) {
  world_listen_any(&world);
  unsigned before = calls.names;
  meet(0);
  cr_assert_str_eq(local.address, "127.0.0.1");
  cr_assert_eq(local.port, port_of(0));
  cr_assert_eq(calls.names, before);
  client_close(&client, false);
}

Test(facts, a_listener_at_all_addresses_tells_the_one_that_was_called) {
  cr_assert_eq(world_listen(&world, "0.0.0.0:0"), 0);
  unsigned before = calls.names;
  client_connect_to(&client, &world, "127.0.0.1", port_of(0));
  client_expect(&client, "220 ");
  cr_assert_str_eq(local.address, "127.0.0.1");
  cr_assert_eq(local.port, port_of(0));
  cr_assert_eq(calls.names, before + 1);
  client_close(&client, false);
}

Test(facts, a_listener_for_both_families_tells_ipv4_as_ipv4) {
  cr_assert_eq(world_listen(&world, "*:0"), 0);
  client_connect_to(&client, &world, "127.0.0.1", port_of(0));
  client_expect(&client, "220 ");
  cr_assert_str_eq(local.address, "127.0.0.1");
  cr_assert_eq(local.port, port_of(0));
  client_close(&client, false);
}

Test(facts, ipv6_is_told_bound_or_not) {
  if (!world_has_ipv6())
    cr_skip_test("no IPv6 here");
  cr_assert_eq(world_listen(&world, "[::1]:0"), 0);
  cr_assert_eq(world_listen(&world, "[::]:0"), 1);
  for (int listener = 0; listener < 2; listener++) {
    memset(&local, 0, sizeof local);
    client_connect_to(&client, &world, "::1", port_of(listener));
    client_expect(&client, "220 ");
    cr_assert_str_eq(local.address, "::1");
    cr_assert_eq(local.port, port_of(listener));
    client_close(&client, false);
  }
}

Test(facts, a_unix_socket_tells_its_path) {
  char folder[] = "/tmp/cmta-test-XXXXXX", path[64];
  cr_assert_not_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/socket", folder);
  cr_assert_eq(world_listen(&world, path), 0);
  meet(0);
  cr_assert_str_eq(local.address, path);
  cr_assert_eq(local.port, 0);
  client_close(&client, false);
  world_run_empty(&world);
  cmta_server_stop(world.server, NULL, NULL);
  rmdir(folder);
}

static uint64_t replies_to(const char *event, int reply_class) {
  const struct cmta_statistics *statistics = cmta_server_statistics(world.server);
  const char *name;
  for (size_t i = 0; (name = cmta_statistics_event(statistics, i)); i++)
    if (strcmp(name, event) == 0)
      return cmta_statistics_replies(statistics, i, reply_class);
  cr_assert_fail("no event %s", event);
  return 0;
}

Test(facts, a_server_counts_all_its_connections) {
  world_listen_any(&world);
  for (int i = 0; i < 2; i++) {
    client_connect(&client, &world, 0);
    client_mail(&client);
    client_say(&client, "FNORD", "500 ");
    client_say(&client, "QUIT", "221 ");
    client_expect_end(&client);
    client_close(&client, false);
  }
  meet(0);
  const struct cmta_totals *totals = cmta_statistics_totals(cmta_server_statistics(world.server));
  cr_expect_eq(totals->sessions, 3);
  cr_expect_eq(totals->closed[CMTA_CLOSED_QUIT], 2);
  cr_expect_eq(totals->sum.commands, 12);
  cr_expect_eq(totals->sum.errors, 2);
  cr_expect_eq(totals->sum.recipients, 2);
  cr_expect_eq(totals->sum.messages, 2);
  cr_expect_eq(replies_to("", 5), 2);
  cr_expect_eq(replies_to("DATA", 3), 2);
  cr_expect_eq(replies_to("RCPT", 2), 2);
  cr_expect_eq(replies_to("CONNECT", 2), 3);
  client_close(&client, false);
  world_run_empty(&world);
  cr_expect_eq(totals->closed[CMTA_CLOSED_HANGUP], 1);
}

static uint64_t octets[2];

static void on_closed(struct cmta_session *session, void *user, enum cmta_close_reason reason) {
  const struct cmta_counts *counts = cmta_session_counts(session);
  (void)reason;
  ((struct world *)user)->closed++;
  octets[0] = counts->octets_in;
  octets[1] = counts->octets_out;
}

Test(facts, octets_are_complete_when_the_session_closes) {
  world.hooks.closed = on_closed;
  world_listen_any(&world);
  meet(0);
  size_t out = strlen(client.reply);
  client_say(&client, "NOOP", "250 ");
  out += strlen(client.reply);
  client_say(&client, "QUIT", "221 ");
  out += strlen(client.reply);
  client_expect_end(&client);
  cr_expect_eq(octets[0], strlen("NOOP\r\nQUIT\r\n"));
  cr_expect_eq(octets[1], out);
  client_close(&client, false);
}
