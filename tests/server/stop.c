/* SPDX-License-Identifier: MIT */

/* The graceful end of a server. */

#include "harness.h"

#include "server/connection.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct world world;
static struct client client;
static unsigned reports;
static void *reported;

static void begin(void) { world_init(&world); }

static void end(void) { world_free(&world); }

TestSuite(stop, .init = begin, .fini = end, .timeout = 30);

static void stopped(struct cmta_server *server, void *context) {
  cr_assert_eq(server, world.server);
  reports++;
  reported = context;
}

static void stopped_and_free(struct cmta_server *server, void *context) {
  (void)context;
  reports++;
  cmta_server_free(server);
  world.server = NULL;
}

static void meet(void) {
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
}

/* Returns at once when no watcher is active; else it would wait for ever. */
static void run_out(void) {
  ev_run(world.loop, 0);
  cr_assert_eq(ev_pending_count(world.loop), 0);
}

static void expect_goodbye(void) {
  client_expect(&client, "421 ");
  client_expect_end(&client);
  client_close(&client, false);
}

Test(stop, is_reported_from_the_loop) {
  world_listen_any(&world);
  cmta_server_stop(world.server, stopped, &reports);
  cr_assert_eq(reports, 0);
  run_out();
  cr_assert_eq(reports, 1);
  cr_assert_eq(reported, &reports);
}

Test(stop, tells_an_idle_client_421) {
  meet();
  client_say(&client, "EHLO c", "250");
  cmta_server_stop(world.server, stopped, NULL);
  ev_run(world.loop, EVRUN_NOWAIT);
  cr_assert_eq(reports, 1, "whether the client leaves or not");
  run_out();
  expect_goodbye();
  cr_assert_eq(world.reason, CMTA_CLOSED_SHUTDOWN);
  cr_assert_eq(reports, 1);
}

Test(stop, lets_a_message_finish) {
  meet();
  client_say(&client, "EHLO c", "250");
  client_say(&client, "MAIL FROM:<a@c.example>", "250 ");
  client_say(&client, "RCPT TO:<b@s.example>", "250 ");
  client_say(&client, "DATA", "354 ");
  cmta_server_stop(world.server, stopped, NULL);
  ev_run(world.loop, EVRUN_NOWAIT);
  cr_assert_eq(reports, 0);
  client_say(&client, "line\r\n.", "250 ");
  expect_goodbye();
  run_out();
  cr_assert_eq(world.messages, 1);
  cr_assert_eq(reports, 1);
}

Test(stop, waits_for_a_late_answer) {
  world.late = HELLO;
  meet();
  client_send(&client, "EHLO c\r\n");
  world_run_until_asked(&world);
  cmta_server_stop(world.server, stopped, NULL);
  ev_run(world.loop, EVRUN_NOWAIT);
  world_decide(&world, CMTA_ACCEPT);
  client_expect(&client, "250");
  expect_goodbye();
  run_out();
  cr_assert_eq(reports, 1);
}

/* The answer is here, and no more: the session has not run since. */
Test(stop, counts_an_answer_that_comes_as_the_time_is_up) {
  world.late = HELLO;
  meet();
  client_send(&client, "EHLO c\r\n");
  world_run_until_asked(&world);
  cmta_server_stop(world.server, stopped, NULL);
  ev_run(world.loop, EVRUN_NOWAIT);
  stop_hurry(world.server);
  world_decide(&world, CMTA_ACCEPT);
  connection_watch(world.server->connections, 0);
  ev_clear_pending(world.loop, &world.server->connections->socket);
  run_out();
  client_expect(&client, "250");
  expect_goodbye();
  cr_assert_eq(reports, 1);
}

/* A socket that is closed with bytes unread answers with a reset, which may destroy the reply. */
Test(stop, resets_no_client_whose_bytes_wait) {
  world.late = NOOP;
  meet();
  client_send(&client, "NOOP\r\n");
  world_run_until_asked(&world);
  client_send(&client, "RSET\r\n");
  cmta_server_stop(world.server, stopped, NULL);
  stop_hurry(world.server);
  run_out();
  expect_goodbye();
  cr_assert_not(client.broken);
}

Test(stop, refuses_new_connections) {
  meet();
  client_say(&client, "EHLO c", "250");
  cmta_server_stop(world.server, NULL, NULL);
  client_expect_refused(&world, 0);
  cr_assert_eq(world_listen(&world, "127.0.0.1:0"), CMTA_E_STATE);
  expect_goodbye();
}

Test(stop, says_421_to_what_is_left_when_the_time_is_up) {
  world.config.stop_timeout = 1;
  meet();
  client_say(&client, "EHLO c", "250");
  client_say(&client, "MAIL FROM:<a@c.example>", "250 ");
  cmta_server_stop(world.server, stopped, NULL);
  client_expect(&client, "421 ");
  run_out();
  cr_assert_eq(reports, 1);
  cr_assert_eq(world.closed, 1);
  client_expect_end(&client);
  client_close(&client, false);
}

Test(stop, does_not_wait_for_clients_that_were_sent_away) {
  world.settings.max_errors = 1;
  meet();
  client_say(&client, "WHAT", "421 ");
  cr_assert_eq(cmta_server_connections(world.server), 1);
  cmta_server_stop(world.server, stopped, NULL);
  ev_run(world.loop, EVRUN_NOWAIT);
  cr_assert_eq(reports, 1);
  client_close(&client, false);
}

Test(stop, a_second_call_changes_the_callback_only) {
  meet();
  cmta_server_stop(world.server, stopped, &client);
  cmta_server_stop(world.server, stopped, &world);
  expect_goodbye();
  run_out();
  cmta_server_stop(world.server, stopped, &reports);
  run_out();
  cr_assert_eq(reports, 1);
  cr_assert_eq(reported, &world);
}

Test(stop, the_callback_may_free_the_server) {
  meet();
  cmta_server_stop(world.server, stopped_and_free, NULL);
  run_out();
  cr_assert_eq(reports, 1);
  expect_goodbye();
}

Test(stop, needs_no_callback) {
  meet();
  cmta_server_stop(world.server, NULL, NULL);
  expect_goodbye();
  run_out();
}

Test(stop, may_be_left_unfinished_by_free) {
  meet();
  cmta_server_stop(world.server, stopped, NULL);
  cmta_server_free(world.server);
  world.server = NULL;
  run_out();
  cr_assert_eq(reports, 0);
  cr_assert_eq(world.closed, 1);
  client_close(&client, false);
}

/* ---- From inside hooks ---- */

static enum cmta_verdict stop_in_connect(struct cmta_session *session, void *user) {
  (void)session;
  world.opened++;
  cmta_server_stop(((struct world *)user)->server, stopped, NULL);
  return CMTA_ACCEPT;
}

static enum cmta_verdict stop_in_message(struct cmta_session *session, void *user,
                                         const struct cmta_message *message) {
  (void)session;
  (void)message;
  cmta_server_stop(((struct world *)user)->server, stopped, NULL);
  return CMTA_ACCEPT;
}

Test(stop, may_be_called_by_a_hook_of_a_message) {
  world.hooks.message = stop_in_message;
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_mail(&client);
  expect_goodbye();
  run_out();
  cr_assert_eq(reports, 1);
}

Test(stop, may_be_called_by_a_hook_of_a_connection) {
  struct client other;
  world.hooks.connect = stop_in_connect;
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_connect(&other, &world, 0);
  client_expect(&client, "220 ");
  expect_goodbye();
  run_out();
  cr_assert_eq(reports, 1);
  cr_assert_eq(world.opened, 1, "accepting ends at once");
  client_close(&other, false);
}
