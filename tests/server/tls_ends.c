/* SPDX-License-Identifier: MIT */

/* Ends: of clients during and after the handshake, of servers, by time; and limits. */

#include "secure.h"

#include "server/connection.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/socket.h>

static struct world world;
static struct client client, other;
static struct secure secure, other_secure;
static struct cmta_tls *tls;
static int implicit;

static void begin(void) {
  secure_begin();
  world_init(&world);
  secure_note(&world);
  tls = secure_rules(secure_issue("server.example", EC, NULL));
}

static void end(void) {
  secure_free(&secure);
  secure_free(&other_secure);
  world_free(&world);
  secure_end();
}

TestSuite(tls_ends, .init = begin, .fini = end, .timeout = 30);

static void listen_implicit(void) { implicit = secure_listen(&world, tls, CMTA_TLS_IMPLICIT); }

static void open_client(void) {
  client_connect(&client, &world, implicit);
  secure_init(&secure, &client);
}

static void greet(void) {
  cr_assert(secure_connect(&secure));
  client_expect(&client, "220 ");
}

/* The server is in the handshake, and has heard a part of the client's first message. */
static void begin_handshake(void) {
  open_client();
  (void)SSL_do_handshake(secure_ssl(&secure));
  char *bytes;
  cr_assert_gt(BIO_get_mem_data(secure.out, &bytes), 100);
  cr_assert_eq(client_try(&client, bytes, 100), 100);
  while (!world.server->connections || !world.server->connections->channel.state)
    ev_run(world.loop, EVRUN_ONCE);
  ev_run(world.loop, EVRUN_NOWAIT);
}

/* The timer as if its time had come. */
static void let_time_pass(void) {
  struct connection *connection = world.server->connections;
  alarm_stop(world.server, &connection->timer);
  ev_invoke(world.loop, &connection->timer.timer, EV_TIMER);
}

static void expect_handshakes(unsigned done, unsigned failed) {
  const struct cmta_totals *totals = cmta_statistics_totals(cmta_server_statistics(world.server));
  cr_assert_eq(totals->handshakes, done);
  cr_assert_eq(totals->failed_handshakes, failed);
}

/* ---- Time ---- */

Test(tls_ends, a_handshake_has_its_time_from_the_connection_on) {
  world.settings.handshake_timeout = 7;
  world.settings.command_timeout = 300;
  listen_implicit();
  begin_handshake();
  cr_assert_eq(world.server->connections->seconds, 7);
  double left = alarm_left(world.server, &world.server->connections->timer);
  cr_assert_leq(left, 7.);
  let_time_pass();
  cr_assert_eq(cmta_server_connections(world.server), 0);
  client_expect_end(&client);
  client_close(&client, false);
}

Test(tls_ends, a_handshake_behind_starttls_has_its_time_and_ends_without_a_word_in_clear) {
  world.settings.handshake_timeout = 7;
  client_connect(&client, &world, secure_listen(&world, tls, CMTA_TLS_OFFERED));
  client_expect(&client, "220 ");
  client_say(&client, "EHLO client.example", "250");
  client_say(&client, "STARTTLS", "220 ");
  cr_assert_eq(world.server->connections->seconds, 7);
  let_time_pass();
  client_expect_end(&client);
  cr_assert_eq(world.reason, CMTA_CLOSED_TIMEOUT);
  expect_handshakes(0, 1);
  client_close(&client, false);
}

Test(tls_ends, single_bytes_of_a_handshake_win_no_time) {
  listen_implicit();
  begin_handshake();
  double before = alarm_left(world.server, &world.server->connections->timer);
  double slack = world.server->connections->slack;
  for (int i = 0; i < 10; i++)
    cr_assert(client_push(&client, "\0", 1));
  cr_assert_leq(alarm_left(world.server, &world.server->connections->timer), before);
  cr_assert_eq(world.server->connections->slack, slack);
  client_close(&client, false);
}

Test(tls_ends, after_the_handshake_the_time_is_that_of_commands) {
  world.settings.handshake_timeout = 7;
  world.settings.command_timeout = 5;
  listen_implicit();
  open_client();
  greet();
  cr_assert_eq(world.server->connections->seconds, 5);
  let_time_pass();
  let_time_pass();
  client_expect(&client, "421 ");
  client_expect_end(&client);
  cr_assert_not(client.broken);
  cr_assert_eq(world.reason, CMTA_CLOSED_TIMEOUT);
  client_close(&client, false);
}

/* ---- Limits ---- */

Test(tls_ends, a_connection_in_handshake_counts) {
  world.config.max_connections = 1;
  listen_implicit();
  begin_handshake();
  client_connect(&other, &world, implicit);
  client_expect_end(&other);
  client_close(&other, false);
  client_close(&client, true);
  secure_run_empty(&world);
  client_connect(&other, &world, implicit);
  secure_init(&other_secure, &other);
  cr_assert(secure_connect(&other_secure));
  client_expect(&other, "220 ");
  client_close(&other, false);
}

Test(tls_ends, a_handshake_is_made_without_the_memory_of_the_server) {
  listen_implicit();
  begin_handshake();
  world.starved = true;
  char *bytes;
  long length = BIO_get_mem_data(secure.out, &bytes);
  cr_assert(client_push(&client, bytes + 100, (size_t)length - 100));
  (void)BIO_reset(secure.out);
  (void)secure_connect(&secure);
  client.length = 0;
  client_expect_end(&client);
  world.starved = false;
  client_close(&client, false);
  secure_run_empty(&world);
}

/* ---- Stopping ---- */

static unsigned stopped;

static void on_stopped(struct cmta_server *server, void *context) {
  (void)server, (void)context;
  stopped++;
}

static void stop(void) {
  stopped = 0;
  cmta_server_stop(world.server, on_stopped, NULL);
}

Test(tls_ends, a_server_that_stops_ends_a_handshake_behind_starttls) {
  client_connect(&client, &world, secure_listen(&world, tls, CMTA_TLS_OFFERED));
  client_expect(&client, "220 ");
  client_say(&client, "EHLO client.example", "250");
  client_say(&client, "STARTTLS", "220 ");
  stop();
  client_expect_end(&client);
  cr_assert_eq(world.reason, CMTA_CLOSED_SHUTDOWN);
  cr_assert_eq(stopped, 1);
  client_close(&client, false);
}

Test(tls_ends, a_server_that_stops_ends_an_implicit_handshake) {
  listen_implicit();
  begin_handshake();
  stop();
  client_expect_end(&client);
  cr_assert_eq(stopped, 1);
  client_close(&client, false);
}

Test(tls_ends, a_server_that_stops_says_421_inside) {
  listen_implicit();
  open_client();
  greet();
  stop();
  client_expect(&client, "421 ");
  client_expect_end(&client);
  cr_assert_not(client.broken);
  client_close(&client, false);
}

Test(tls_ends, a_server_that_is_freed_takes_handshakes_with_it) {
  listen_implicit();
  begin_handshake();
  cmta_server_free(world.server);
  world.server = NULL;
  client_expect_end(&client);
  client_close(&client, false);
}

Test(tls_ends, rules_may_be_freed_before_the_connections_that_use_them) {
  struct cmta_tls_config config;
  struct cmta_tls *own;
  cmta_tls_config_init(&config);
  config.self_signed = "localhost";
  cr_assert_eq(cmta_tls_new(&own, &config, NULL, 0), 0);
  implicit = secure_listen(&world, own, CMTA_TLS_IMPLICIT);
  open_client();
  greet();
  cmta_tls_free(own);
  client_say(&client, "NOOP", "250 ");
  client_close(&client, false);
}

/* ---- Clients that go away ---- */

enum way { CLOSES, RESETS, HALF_CLOSES, WAYS };

static void go_away(enum way way) {
  if (way == HALF_CLOSES)
    shutdown(client.fd, SHUT_WR);
  else
    client_close(&client, way == RESETS);
}

static void expect_gone(enum way way) {
  secure_run_empty(&world);
  if (way == HALF_CLOSES)
    client_close(&client, false);
  secure_free(&secure);
}

static void go_away_in_handshakes(void) {
  listen_implicit();
  for (int way = CLOSES; way < WAYS; way++) {
    begin_handshake();
    go_away((enum way)way);
    expect_gone((enum way)way);
  }
}

Test(tls_ends, a_client_may_go_away_in_the_handshake) {
  go_away_in_handshakes();
  cr_assert_eq(world.opened, 0);
}

Test(tls_ends, handshakes_are_counted_however_they_end) {
  go_away_in_handshakes();
  open_client();
  greet();
  expect_handshakes(1, WAYS - CLOSES);
  go_away(CLOSES);
  expect_gone(CLOSES);
  expect_handshakes(1, WAYS - CLOSES);
}

Test(tls_ends, a_client_may_go_away_after_the_handshake) {
  listen_implicit();
  for (int way = CLOSES; way < WAYS; way++) {
    open_client();
    greet();
    go_away((enum way)way);
    expect_gone((enum way)way);
    cr_assert_eq(world.closed, (unsigned)way + 1);
    cr_assert_eq(world.reason, CMTA_CLOSED_HANGUP);
  }
}

Test(tls_ends, a_client_may_go_away_while_a_question_is_open) {
  world.late = MAIL;
  listen_implicit();
  for (int way = CLOSES; way < WAYS; way++) {
    open_client();
    greet();
    client_send(&client, "EHLO c.example\r\nMAIL FROM:<a@c.example>\r\n");
    world_run_until_asked(&world);
    go_away((enum way)way);
    expect_gone((enum way)way);
    cr_assert_eq(world.cancelled, (unsigned)way + 1);
  }
}

/* Without the end of TCP behind it. */
Test(tls_ends, a_close_notify_is_the_end) {
  listen_implicit();
  open_client();
  greet();
  secure_notify(&secure);
  client_expect_end(&client);
  cr_assert_not(client.broken, "and is answered by one");
  cr_assert_eq(world.reason, CMTA_CLOSED_HANGUP);
  client_close(&client, false);
}

Test(tls_ends, a_close_notify_right_behind_a_command_is_the_end_after_its_reply) {
  listen_implicit();
  open_client();
  greet();
  cr_assert_gt(SSL_write(secure.ssl, "NOOP\r\n", 6), 0);
  secure_notify(&secure);
  client_expect(&client, "250 ");
  client_expect_end(&client);
  cr_assert_not(client.broken);
  cr_assert_eq(world.reason, CMTA_CLOSED_HANGUP);
  client_close(&client, false);
}

Test(tls_ends, a_close_notify_while_a_question_is_open_cancels_it) {
  world.late = HELLO;
  listen_implicit();
  open_client();
  greet();
  client_send(&client, "EHLO c.example\r\n");
  world_run_until_asked(&world);
  secure_notify(&secure);
  client_expect_end(&client);
  cr_assert_eq(world.cancelled, 1);
  client_close(&client, false);
}

/* CVE-2026-45185: some of a message has come, and then the end of TLS, or bytes that are no TLS;
   the end of the message comes in clear. */
static void break_off_message(bool with_notify) {
  listen_implicit();
  client_connect(&other, &world, implicit);
  open_client();
  greet();
  client_send(&client, "EHLO c.example\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<b@s.example>\r\n"
                       "DATA\r\n");
  while (strncmp(client.reply, "354", 3) != 0)
    client_expect(&client, "");
  client_send(&client, "Subject: x\r\n\r\nbody\r\n");
  if (with_notify)
    secure_notify(&secure);
  client.read = other.read;
  client.write = other.write;
  client_close(&other, false);
  (void)client_try(&client, ".\r\nNOOP\r\n", 9);
  secure_run_empty(&world);
  cr_assert_eq(world.messages, 0);
  cr_assert_not(noted.tls, "NOOP was not heard");
  cr_assert_eq(world.reason, CMTA_CLOSED_HANGUP);
  client_close(&client, false);
}

Test(tls_ends, behind_a_close_notify_nothing_is_read_in_clear) { break_off_message(true); }

Test(tls_ends, behind_an_error_of_tls_nothing_is_read_in_clear) { break_off_message(false); }
