/* SPDX-License-Identifier: MIT */

/* PROXY headers over sockets: from whom they are taken, how they may be cut, and what becomes of
 * those that are bad. */

#include "harness.h"
#include "hours.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct world world;
static struct client client;

/* What the last `connect` saw. */
static struct {
  char peer[64], local[64], proxy[64];
  uint16_t port;
  bool header;
} seen;

#define V1 "PROXY TCP4 192.0.2.1 198.51.100.2 4711 25\r\n"
static const char v1[] = V1;
static const char v2[] = "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x12\xc0\0\x02\x01\xc6\x33\x64\x02\x12\x67"
                         "\0\x19\x05\0\x03the";
static const char local[] = "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";

static enum cmta_verdict look(struct cmta_session *session, void *user) {
  const struct cmta_peer *peer = cmta_session_peer(session), *proxy = cmta_session_proxy(session);
  (void)user;
  world.opened++;
  strcpy(seen.peer, peer->address);
  strcpy(seen.local, cmta_session_local(session)->address);
  strcpy(seen.proxy, proxy ? proxy->address : "none");
  seen.port = peer->port;
  seen.header = cmta_session_proxy_header(session);
  return CMTA_ACCEPT;
}

static void begin(void) {
  world_init(&world);
  world.hooks.connect = look;
}

static void end(void) { world_free(&world); }

TestSuite(proxy, .init = begin, .fini = end, .timeout = 30);
TestSuite(trust, .init = begin, .fini = end, .timeout = 30);

static void listen_for(const char *networks) {
  struct cmta_listen listen;
  cmta_listen_init(&listen);
  listen.address = "127.0.0.1:0";
  listen.proxy_from = networks;
  cr_assert_eq(world_listen_with(&world, &listen), 0);
}

static uint64_t count_bad(void) {
  return cmta_statistics_totals(cmta_server_statistics(world.server))->closed[CMTA_CLOSED_PROTOCOL];
}

static void expect_client_of_header(void) {
  cr_expect_str_eq(seen.peer, "192.0.2.1");
  cr_expect_eq(seen.port, 4711);
  cr_expect_str_eq(seen.local, "198.51.100.2");
  cr_expect_str_eq(seen.proxy, "127.0.0.1");
}

/* A session behind a header in two pieces, the second with what the client says. */
static void in_two_pieces(const char *header, size_t length, size_t cut) {
  char rest[128];
  size_t behind = length - cut;
  client_connect(&client, &world, 0);
  cr_assert(client_push(&client, header, cut));
  memcpy(rest, header + cut, behind);
  memcpy(rest + behind, "NOOP\r\n", 6);
  cr_assert(client_push(&client, rest, behind + 6));
  client_expect(&client, "220 ");
  client_expect(&client, "250 ");
  expect_client_of_header();
  client_say(&client, "QUIT", "221 ");
  client_expect_end(&client);
  client_close(&client, false);
}

Test(proxy, of_version_1_is_read_in_every_cut) {
  listen_for("127.0.0.0/8");
  for (size_t cut = 0; cut < sizeof v1; cut++)
    in_two_pieces(v1, sizeof v1 - 1, cut);
  cr_expect_eq(cmta_statistics_totals(cmta_server_statistics(world.server))->sum.octets_in,
               sizeof v1 * strlen("NOOP\r\nQUIT\r\n"), "its octets are nobody's");
}

Test(proxy, of_version_2_is_read_in_every_cut) {
  listen_for("127.0.0.0/8");
  for (size_t cut = 0; cut < sizeof v2; cut++)
    in_two_pieces(v2, sizeof v2 - 1, cut);
  cr_expect(seen.header);
}

Test(proxy, is_read_octet_by_octet) {
  listen_for("127.0.0.1");
  client_connect(&client, &world, 0);
  for (size_t i = 0; i < sizeof v2 - 1; i++) {
    cr_assert_eq(world.opened, 0);
    cr_assert(client_push(&client, v2 + i, 1));
  }
  client_expect(&client, "220 ");
  expect_client_of_header();
  client_close(&client, false);
}

Test(proxy, is_awaited_before_the_greeting) {
  listen_for("127.0.0.1");
  client_connect(&client, &world, 0);
  cr_assert(client_push(&client, v1, 20));
  char octet;
  cr_expect_lt(recv(client.fd, &octet, 1, MSG_DONTWAIT), 0);
  cr_expect_eq(world.opened, 0);
  cr_expect_eq(cmta_server_connections(world.server), 1, "and counted as a connection");
  client_send(&client, v1 + 20);
  client_expect(&client, "220 ");
  client_close(&client, false);
}

Test(proxy, that_is_local_leaves_the_addresses_of_the_connection) {
  listen_for("127.0.0.1");
  client_connect(&client, &world, 0);
  cr_assert(client_push(&client, local, sizeof local - 1));
  client_expect(&client, "220 ");
  cr_expect_str_eq(seen.peer, "127.0.0.1");
  cr_expect_str_eq(seen.proxy, "127.0.0.1");
  client_close(&client, false);
}

Test(proxy, that_is_unknown_leaves_the_addresses_of_the_connection) {
  listen_for("127.0.0.1");
  client_connect(&client, &world, 0);
  client_send(&client, "PROXY UNKNOWN 1.2.3.4 1.2.3.4 1 2\r\n");
  client_expect(&client, "220 ");
  cr_expect_str_eq(seen.peer, "127.0.0.1");
  client_close(&client, false);
}

Test(proxy, from_others_is_a_bad_command) {
  listen_for("192.0.2.0/24, ::1, unix");
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  client_send(&client, V1);
  client_expect(&client, "500 ");
  cr_expect_str_eq(seen.peer, "127.0.0.1");
  cr_expect_str_eq(seen.proxy, "none");
  client_close(&client, false);
}

Test(proxy, late_is_a_bad_command) {
  listen_for("127.0.0.1");
  client_connect(&client, &world, 0);
  client_send(&client, V1 V1);
  client_expect(&client, "220 ");
  client_expect(&client, "500 ");
  expect_client_of_header();
  client_close(&client, false);
}

/* Closed without a word, and no hook heard of it. */
static void expect_refused(uint64_t bad) {
  client_expect_end(&client);
  cr_expect_eq(world.opened, 0);
  cr_expect_eq(world.closed, 0);
  cr_expect_eq(count_bad(), bad);
  client_close(&client, false);
}

Test(proxy, that_is_bad_is_closed_without_a_word) {
  static const char *const bad[] = {"EHLO client.example\r\n", "PROXY TCP4 1.2.3.4\r\n",
                                    "\r\n\r\nQ", "PROXY TCP4 192.0.2.1 198.51.100.256 4711 25\r\n"};
  listen_for("127.0.0.1");
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    client_connect(&client, &world, 0);
    client_send(&client, bad[i]);
    expect_refused(i + 1);
  }
}

Test(proxy, that_never_ends_is_read_no_further_than_it_may_be_long) {
  listen_for("127.0.0.1");
  client_connect(&client, &world, 0);
  client_send(&client, "PROXY UNKNOWN 0123456789012345678901234567890123456789012345678901234567890"
                       "12345678901234567890123456789012345678901234567890");
  expect_refused(1);
}

Test(proxy, longer_than_the_bound_is_refused_before_it_has_come) {
  world.config.max_proxy_header = 33;
  listen_for("127.0.0.1");
  client_connect(&client, &world, 0);
  cr_assert(client_push(&client, v2, 16));
  expect_refused(1);
}

Test(proxy, cut_off_by_the_peer_is_refused) {
  listen_for("127.0.0.1");
  client_connect(&client, &world, 0);
  cr_assert(client_push(&client, v1, 20));
  shutdown(client.fd, SHUT_WR);
  expect_refused(1);
}

Test(proxy, cut_off_by_a_reset_is_refused) {
  listen_for("127.0.0.1");
  client_connect(&client, &world, 0);
  cr_assert(client_push(&client, v1, 20));
  client_close(&client, true);
  while (cmta_server_connections(world.server))
    ev_run(world.loop, EVRUN_ONCE);
  cr_expect_eq(count_bad(), 1);
}

Test(proxy, not_whole_in_time_is_refused) {
  world.config.proxy_timeout = 10;
  listen_for("127.0.0.1");
  client_connect(&client, &world, 0);
  cr_assert(client_push(&client, v1, 20));
  hours_pass(6);
  cr_assert(client_push(&client, v1 + 20, 5));
  cr_assert_eq(cmta_server_connections(world.server), 1);
  hours_pass(6);
  expect_refused(1);
}

Test(proxy, awaited_by_a_server_that_stops_is_closed) {
  listen_for("127.0.0.1");
  client_connect(&client, &world, 0);
  cr_assert(client_push(&client, v1, 20));
  cmta_server_stop(world.server, NULL, NULL);
  expect_refused(0);
}

Test(proxy, awaited_by_a_server_that_is_freed_is_closed) {
  listen_for("127.0.0.1");
  client_connect(&client, &world, 0);
  cr_assert(client_push(&client, v1, 20));
  client_close(&client, false);
}

Test(proxy, may_come_over_a_unix_socket) {
  char path[64];
  snprintf(path, sizeof path, "/tmp/cmta-test-proxy-%d", (int)getpid());
  struct cmta_listen listen;
  cmta_listen_init(&listen);
  listen.address = path;
  listen.proxy_from = "unix";
  cr_assert_eq(world_listen_with(&world, &listen), 0);
  client_connect(&client, &world, 0);
  client_send(&client, V1);
  client_expect(&client, "220 ");
  cr_expect_str_eq(seen.peer, "192.0.2.1");
  cr_expect_str_eq(seen.proxy, "");
  client_close(&client, false);
}

Test(proxy, may_come_before_lmtp_and_begin_anew_there) {
  struct cmta_listen listen;
  struct cmta_manners manners;
  cmta_manners_init(&manners);
  manners.lmtp = true;
  cmta_listen_init(&listen);
  listen.address = "127.0.0.1:0";
  listen.manners = &manners;
  listen.proxy_from = "127.0.0.1";
  listen.xclient_from = "192.0.2.1";
  cr_assert_eq(world_listen_with(&world, &listen), 0);
  client_connect(&client, &world, 0);
  client_send(&client, V1);
  client_expect(&client, "220 ");
  expect_client_of_header();
  client_say(&client, "LHLO proxy.example", "250");
  client_say(&client, "XCLIENT ADDR=192.0.2.7", "220 ");
  world.opened--;
  cr_expect_str_eq(seen.peer, "192.0.2.7");
  client_say(&client, "EHLO client.example", "500 ");
  client_say(&client, "LHLO client.example", "250");
  client_close(&client, false);
}

Test(proxy, finds_no_memory_and_the_connection_is_closed) {
  listen_for("127.0.0.1");
  client_connect(&client, &world, 0);
  cr_assert(client_push(&client, v2, 20));
  world.starved = true;
  cr_assert(client_push(&client, v2 + 20, sizeof v2 - 21));
  client_expect_end(&client);
  world.starved = false;
  cr_expect_eq(world.opened, 0);
  client_close(&client, false);
}

/* ---- Names of Unix sockets, which clients choose ---- */

enum { UNIX_HEADER = 16 + 2 * 108 };

Test(proxy, may_not_pass_off_a_path_as_an_address) {
  char header[UNIX_HEADER] = "\r\n\r\n\0\r\nQUIT\n\x21\x31\0\xd8";
  struct cmta_listen listen;
  strcpy(header + 16, "192.0.2.1");
  strcpy(header + 16 + 108, "198.51.100.2");
  cmta_listen_init(&listen);
  listen.address = "127.0.0.1:0";
  listen.proxy_from = "127.0.0.1";
  listen.xclient_from = "192.0.2.1";
  cr_assert_eq(world_listen_with(&world, &listen), 0);
  client_connect(&client, &world, 0);
  cr_assert(client_push(&client, header, sizeof header));
  client_expect(&client, "220 ");
  cr_expect_str_eq(seen.peer, "");
  cr_expect_str_eq(seen.local, "");
  client_say(&client, "XCLIENT ADDR=192.0.2.9", "550 5.7.0 ");
  client_close(&client, false);
}

/* Connects from a socket with this name in the working folder. */
static void connect_named(const char *name, const char *path) {
  struct sockaddr_un own = {.sun_family = AF_UNIX}, there = {.sun_family = AF_UNIX};
  strcpy(own.sun_path, name);
  strcpy(there.sun_path, path);
  client.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
  cr_assert_eq(bind(client.fd, (struct sockaddr *)&own, sizeof own), 0);
  cr_assert_eq(connect(client.fd, (struct sockaddr *)&there, sizeof there), 0);
}

Test(proxy, of_a_client_with_a_name_like_an_address_is_not_believed) {
  char folder[] = "/tmp/cmta-test-XXXXXX", path[64];
  struct cmta_listen listen;
  cr_assert_not_null(mkdtemp(folder));
  cr_assert_eq(chdir(folder), 0);
  snprintf(path, sizeof path, "%s/socket", folder);
  cmta_listen_init(&listen);
  listen.address = path;
  listen.proxy_from = listen.xclient_from = "10.0.0.1";
  cr_assert_eq(world_listen_with(&world, &listen), 0);
  client_connect(&client, &world, 0);
  client_close(&client, false);
  connect_named("10.0.0.1", path);
  client_expect(&client, "220 ");
  cr_expect_str_eq(seen.peer, "");
  client_say(&client, "XCLIENT ADDR=192.0.2.9", "550 5.7.0 ");
  client_close(&client, false);
  unlink("10.0.0.1");
  cmta_server_stop(world.server, NULL, NULL);
  rmdir(folder);
}

/* ---- XCLIENT and XFORWARD ---- */

static void listen_trusting(const char *proxy_from, const char *xclient_from,
                            const char *xforward_from) {
  struct cmta_listen listen;
  cmta_listen_init(&listen);
  listen.address = "127.0.0.1:0";
  listen.proxy_from = proxy_from;
  listen.xclient_from = xclient_from;
  listen.xforward_from = xforward_from;
  cr_assert_eq(world_listen_with(&world, &listen), 0);
}

/* `connect` is asked twice of one session. */
static void forgive_second_connect(void) { world.opened--; }

Test(trust, has_listed_clients_speak_for_others) {
  listen_trusting(NULL, "127.0.0.0/8", "192.0.2.0/24");
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  client_say(&client, "EHLO proxy.example", "250");
  cr_expect_not_null(strstr(client.reply, "XCLIENT "));
  cr_expect_null(strstr(client.reply, "XFORWARD "));
  client_say(&client, "XFORWARD ADDR=192.0.2.1", "550 5.7.0 ");
  client_say(&client, "XCLIENT ADDR=192.0.2.1 PORT=4711", "220 ");
  forgive_second_connect();
  cr_expect_str_eq(seen.peer, "192.0.2.1");
  cr_expect_eq(seen.port, 4711);
  client_say(&client, "XCLIENT ADDR=192.0.2.1", "550 5.7.0 ");
  client_close(&client, false);
}

Test(trust, is_in_the_client_of_the_header_and_not_in_its_proxy) {
  listen_trusting("127.0.0.1", "127.0.0.1", "192.0.2.1");
  client_connect(&client, &world, 0);
  client_send(&client, V1);
  client_expect(&client, "220 ");
  client_say(&client, "XCLIENT ADDR=192.0.2.9", "550 5.7.0 ");
  client_say(&client, "XFORWARD ADDR=192.0.2.9", "250 ");
  client_close(&client, false);
}

Test(trust, is_in_nobody_by_default) {
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  client_say(&client, "XCLIENT ADDR=192.0.2.9", "550 5.7.0 ");
  client_say(&client, "XFORWARD ADDR=192.0.2.9", "550 5.7.0 ");
  client_close(&client, false);
}
