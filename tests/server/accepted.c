/* SPDX-License-Identifier: MIT */

/* What is told of a connection before anything is said, and its number. */

#include "harness.h"

#include <criterion/criterion.h>

static struct world world;
static struct client client;
static unsigned told, told_before_connect;
static void *told_user;
static uint64_t number;

static void on_accepted(struct cmta_session *session, void *user) {
  told++;
  told_before_connect += world.opened < told;
  told_user = user;
  number = cmta_connection_number(session);
}

static void begin(void) {
  world_init(&world);
  world.config.accepted = on_accepted;
}

static void end(void) { world_free(&world); }

TestSuite(accepted, .init = begin, .fini = end, .timeout = 30);

static void meet_once(void) {
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  client_say(&client, "QUIT", "221 ");
  client_close(&client, false);
}

Test(accepted, is_told_once_before_connect_is_asked) {
  world_listen_any(&world);
  meet_once();
  cr_assert_eq(told, 1);
  cr_assert_eq(told_before_connect, 1);
}

Test(accepted, has_the_user_of_the_first_hook_set) {
  world_listen_any(&world);
  meet_once();
  cr_assert_eq(told_user, &world);
}

Test(accepted, connections_are_counted_from_1) {
  world_listen_any(&world);
  for (uint64_t expected = 1; expected <= 3; expected++) {
    meet_once();
    cr_assert_eq(number, expected);
  }
}

Test(accepted, is_told_before_a_proxy_header_is_read) {
  struct cmta_listen listen;
  cmta_listen_init(&listen);
  listen.address = "127.0.0.1:0";
  listen.proxy_from = "127.0.0.1";
  cr_assert_eq(world_listen_with(&world, &listen), 0);
  client_connect(&client, &world, 0);
  while (told == 0)
    ev_run(world.loop, EVRUN_ONCE);
  cr_assert_eq(world.opened, 0);
  client_send(&client, "PROXY TCP4 192.0.2.1 192.0.2.2 1 25\r\n");
  client_expect(&client, "220 ");
  client_close(&client, false);
}

Test(accepted, a_session_without_a_server_has_no_number) {
  struct cmta_service *service;
  struct cmta_session *session;
  world_listen_any(&world);
  cr_assert_eq(cmta_service_new(&service, NULL, NULL, NULL), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  cr_assert_eq(cmta_connection_number(session), 0);
  cmta_session_free(session);
  cmta_service_free(service);
}
