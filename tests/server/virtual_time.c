/* SPDX-License-Identifier: MIT */

/* Time that passes when the test says so. */

#include "harness.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>
#include <time.h>

static struct world world;
static struct client client, other;

static void begin(void) {
  world_init(&world);
  world.config.virtual_time = true;
}

static void end(void) { world_free(&world); }

TestSuite(virtual_time, .init = begin, .fini = end, .timeout = 30);

static void pass(double seconds) { cr_assert_eq(cmta_server_advance(world.server, seconds), 0); }

static void meet(void) {
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  pass(0);
}

/* Nothing but what was taken has been said. */
static void expect_silence(struct client *silent) {
  char octet;
  cr_assert_eq(silent->length, 0);
  cr_assert_lt(silent->read(silent, &octet, 1), 0);
}

Test(virtual_time, a_silent_client_gets_421_after_300_seconds) {
  meet();
  client_expect(&client, "220 ");
  pass(299.9);
  expect_silence(&client);
  pass(0.1);
  client_expect(&client, "421 ");
  client_expect_end(&client);
  cr_assert_eq(world.reason, CMTA_CLOSED_TIMEOUT);
  client_close(&client, false);
}

Test(virtual_time, real_time_brings_about_nothing) {
  world.settings.command_timeout = 1;
  meet();
  client_expect(&client, "220 ");
  for (double until = ev_time() + 0.01; ev_time() < until;)
    ev_run(world.loop, EVRUN_NOWAIT);
  expect_silence(&client);
  client_close(&client, false);
}

Test(virtual_time, what_a_client_has_said_is_done_before_time_passes) {
  meet();
  client_expect(&client, "220 ");
  pass(299);
  client_send(&client, "NOOP\r\n");
  pass(299);
  client_expect(&client, "250 ");
  expect_silence(&client);
  pass(1);
  client_expect(&client, "421 ");
  client_close(&client, false);
}

Test(virtual_time, what_comes_first_is_due_first) {
  world.late = NOOP;
  world.settings.decision_timeout = 100;
  meet();
  client_connect(&other, &world, 0);
  client_send(&client, "NOOP\r\n");
  pass(10);
  client_send(&other, "NOOP\r\n");
  pass(95);
  client_expect(&client, "220 ");
  client_expect(&client, "451 ");
  client_expect(&other, "220 ");
  expect_silence(&other);
  pass(1000);
  client_expect(&other, "451 ");
  client_expect(&other, "421 ");
  client_expect(&client, "421 ");
  client_close(&client, false);
  client_close(&other, false);
}

Test(virtual_time, a_message_that_stops_coming_gets_421_after_data_timeout) {
  meet();
  client_send(&client, "EHLO c\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<b@s.example>\r\nDATA\r\nx");
  pass(179);
  for (int i = 0; i < 5; i++)
    client_expect(&client, i == 0 ? "220" : i == 4 ? "354" : "250");
  expect_silence(&client);
  pass(1);
  client_expect(&client, "421 ");
  client_close(&client, false);
}

Test(virtual_time, a_client_that_takes_no_end_lingers_two_seconds) {
  meet();
  client_expect(&client, "220 ");
  pass(300);
  cr_assert_eq(cmta_server_connections(world.server), 1);
  pass(2);
  cr_assert_eq(cmta_server_connections(world.server), 0);
  client_close(&client, false);
}

Test(virtual_time, a_proxy_header_that_does_not_come_ends_the_connection) {
  struct cmta_listen listen;
  cmta_listen_init(&listen);
  listen.address = "127.0.0.1:0";
  listen.proxy_from = "127.0.0.1";
  cr_assert_eq(world_listen_with(&world, &listen), 0);
  client_connect(&client, &world, 0);
  pass(9);
  cr_assert_eq(cmta_server_connections(world.server), 1);
  pass(1);
  cr_assert_eq(cmta_server_connections(world.server), 0);
  client_close(&client, false);
}

static void on_stopped(struct cmta_server *server, void *context) {
  (void)server;
  *(bool *)context = true;
}

Test(virtual_time, a_stop_waits_for_a_transaction_as_long_as_its_timeout_says) {
  bool stopped = false;
  meet();
  client_expect(&client, "220 ");
  client_say(&client, "EHLO c", "250");
  client_say(&client, "MAIL FROM:<a@c.example>", "250 ");
  cmta_server_stop(world.server, on_stopped, &stopped);
  pass(29);
  cr_assert_not(stopped);
  pass(1);
  cr_assert(stopped);
  client_expect(&client, "421 ");
  client_close(&client, false);
}

static void free_server(struct cmta_server *server, void *context) {
  (void)context;
  cmta_server_free(server);
  world.server = NULL;
}

Test(virtual_time, the_server_may_be_freed_while_it_passes) {
  meet();
  client_expect(&client, "220 ");
  client_say(&client, "EHLO c", "250");
  client_say(&client, "MAIL FROM:<a@c.example>", "250 ");
  cmta_server_stop(world.server, free_server, NULL);
  pass(1000);
  cr_assert_null(world.server);
  client_close(&client, false);
}

static uint64_t took;

static void on_decided(struct cmta_session *session, void *user,
                       const struct cmta_decision *decision) {
  (void)session, (void)user;
  took = decision->nanoseconds > took ? decision->nanoseconds : took;
}

static void stop_and_pass(struct cmta_server *server, void *context) {
  (void)context;
  cmta_server_stop(server, NULL, NULL);
  cr_assert_eq(cmta_server_advance(server, 1), 0);
}

static void on_nothing(struct ev_loop *loop, ev_timer *timer, int revents) {
  (void)loop, (void)timer, (void)revents;
}

/* Though something else keeps the loop busy. */
Test(virtual_time, a_run_ends_when_the_server_stops_while_it_passes) {
  ev_timer hour;
  ev_timer_init(&hour, on_nothing, 3600., 0.);
  ev_timer_start(world.loop, &hour);
  world_listen_any(&world);
  cr_assert_eq(cmta_server_call(world.server, stop_and_pass, NULL), 0);
  cr_assert_eq(cmta_server_run(world.server, false), 0);
  ev_timer_stop(world.loop, &hour);
}

Test(virtual_time, is_what_the_clock_of_sessions_shows) {
  world.late = NOOP;
  world.hooks.decided = on_decided;
  meet();
  client_send(&client, "NOOP\r\n");
  pass(42);
  world_decide(&world, CMTA_ACCEPT);
  pass(0);
  client_expect(&client, "220 ");
  client_expect(&client, "250 ");
  cr_assert_eq(took, UINT64_C(42000000000));
  client_close(&client, false);
}

Test(virtual_time, an_advance_is_a_number_from_0_on_and_not_in_real_time) {
  world_listen_any(&world);
  cr_assert_eq(cmta_server_advance(world.server, -1), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_server_advance(world.server, NAN), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_server_advance(world.server, 1.1e9), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_server_advance(NULL, 1), CMTA_E_ARGUMENT);
  cmta_server_free(world.server);
  world.server = NULL;
  world.config.virtual_time = false;
  world_listen_any(&world);
  cr_assert_eq(cmta_server_advance(world.server, 1), CMTA_E_STATE);
}
/* ---- Calls ---- */

static char calls[8]; /* the letters of those that were made */

static void note_call(struct cmta_server *server, void *letter) {
  cr_assert_eq(server, world.server);
  strcat(calls, letter);
}

Test(virtual_time, calls_come_when_they_are_due) {
  world_listen_any(&world);
  *calls = '\0';
  cr_assert_eq(cmta_server_call_after(world.server, 20, note_call, "b"), 0);
  cr_assert_eq(cmta_server_call_after(world.server, 10, note_call, "a"), 0);
  cr_assert_eq(cmta_server_call_after(world.server, 20, note_call, "c"), 0);
  pass(9.9);
  cr_assert_str_eq(calls, "");
  pass(0.2);
  cr_assert_str_eq(calls, "a");
  pass(10);
  cr_assert_str_eq(calls, "abc");
}

static void call_again(struct cmta_server *server, void *letter) {
  note_call(server, letter);
  if (strlen(calls) < 3)
    cr_assert_eq(cmta_server_call_after(server, 10, call_again, letter), 0);
}

Test(virtual_time, a_call_may_ask_for_the_next_one) {
  world_listen_any(&world);
  *calls = '\0';
  cr_assert_eq(cmta_server_call_after(world.server, 0, call_again, "a"), 0);
  pass(100);
  cr_assert_str_eq(calls, "aaa");
}

Test(virtual_time, a_server_that_has_stopped_makes_no_more_calls) {
  world_listen_any(&world);
  *calls = '\0';
  cr_assert_eq(cmta_server_call_after(world.server, 10, note_call, "a"), 0);
  cmta_server_stop(world.server, NULL, NULL);
  pass(10);
  cr_assert_str_eq(calls, "");
  cr_assert_eq(cmta_server_call_after(world.server, 10, note_call, "a"), CMTA_E_STATE);
}

Test(virtual_time, calls_want_a_time_that_can_be) {
  world_listen_any(&world);
  cr_assert_eq(cmta_server_call_after(world.server, -1, note_call, "a"), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_server_call_after(world.server, INFINITY, note_call, "a"), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_server_call_after(world.server, 1, NULL, NULL), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_server_call_after(NULL, 1, note_call, "a"), CMTA_E_ARGUMENT);
}
