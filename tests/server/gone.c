/* SPDX-License-Identifier: MIT */

/* What is told of a connection when it has ended. */

#include "harness.h"

#include <cmta/wire.h>

#include <criterion/criterion.h>

static struct world world;
static struct client client;
static unsigned told, closed_before;
static void *told_user;
static uint64_t number;
static enum cmta_close_reason reason;
static size_t unsent;

static void on_gone(struct cmta_session *session, void *user) {
  told++;
  told_user = user;
  closed_before = world.closed;
  number = cmta_connection_number(session);
  reason = cmta_session_close_reason(session);
  unsent = cmta_session_output(session).length;
}

static void begin(void) {
  world_init(&world);
  world.config.gone = on_gone;
}

static void end(void) { world_free(&world); }

TestSuite(gone, .init = begin, .fini = end, .timeout = 30);

static void meet(void) {
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
}

Test(gone, is_told_once_behind_closed) {
  meet();
  client_say(&client, "QUIT", "221 ");
  client_close(&client, false);
  world_run_empty(&world);
  cr_expect_eq(told, 1);
  cr_expect_eq(closed_before, 1);
  cr_expect_eq(number, 1);
  cr_expect_eq(reason, CMTA_CLOSED_QUIT);
  cr_expect_eq(unsent, 0);
}

Test(gone, has_the_user_of_the_first_hook_set) {
  meet();
  client_close(&client, false);
  world_run_empty(&world);
  cr_expect_eq(told_user, &world);
}

Test(gone, is_told_before_a_client_that_was_sent_away_can_see_it) {
  world.settings.max_errors = 1;
  meet();
  client_say(&client, "WHAT", "421 ");
  client_expect_end(&client);
  cr_expect_eq(told, 1);
  cr_expect_eq(reason, CMTA_CLOSED_ERRORS);
  client_close(&client, false);
  world_run_empty(&world);
  cr_expect_eq(told, 1, "and not again when it has gone, too");
}

static void connect_behind_a_proxy(void) {
  struct cmta_listen listen;
  cmta_listen_init(&listen);
  listen.address = "127.0.0.1:0";
  listen.proxy_from = "127.0.0.1";
  cr_assert_eq(world_listen_with(&world, &listen), 0);
  client_connect(&client, &world, 0);
}

Test(gone, is_told_of_who_did_not_get_to_the_greeting) {
  connect_behind_a_proxy();
  client_send(&client, "EHLO c\r\n");
  while (told == 0)
    ev_run(world.loop, EVRUN_ONCE);
  client_close(&client, false);
  cr_expect_eq(told, 1);
  cr_expect_eq(world.closed, 0);
  cr_expect_eq(reason, CMTA_CLOSED_PROTOCOL);
}

Test(gone, is_told_of_a_session_that_is_freed_while_it_runs) {
  meet();
  cmta_server_free(world.server);
  world.server = NULL;
  cr_expect_eq(told, 1);
  cr_expect_eq(reason, CMTA_CLOSED_NOT);
  cr_expect_eq(closed_before, 0);
  cr_expect_eq(world.closed, 1);
  client_close(&client, false);
}

static void hold_the_greeting(struct cmta_session *session, void *user) {
  struct cmta_wire wire;
  (void)user;
  cmta_wire_init(&wire);
  wire.hold = 60;
  cr_assert_eq(cmta_wire_set(session, &wire), 0);
}

Test(gone, can_see_what_was_never_sent) {
  world.config.accepted = hold_the_greeting;
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_close(&client, true);
  world_run_empty(&world);
  cr_expect_eq(told, 1);
  cr_expect_gt(unsent, 4);
}
