/* SPDX-License-Identifier: MIT */

/* Clients that do not wait, over sockets: what the server looks for before it greets, and behind
 * questions. */

#include "harness.h"

#include <criterion/criterion.h>
#include <sys/socket.h>

static struct world world;
static struct client client;
static struct cmta_manners manners;

static void begin(void) {
  world_init(&world);
  cmta_manners_init(&manners);
}

static void end(void) { world_free(&world); }

TestSuite(talkers, .init = begin, .fini = end, .timeout = 30);

static void listen_with_manners(void) {
  struct cmta_listen listen;
  cmta_listen_init(&listen);
  listen.address = "127.0.0.1:0";
  listen.manners = &manners;
  cr_assert_eq(world_listen_with(&world, &listen), 0);
}

/* Connects, and the bytes are there before the server has looked. */
static void talk_early(void) {
  client_connect(&client, &world, 0);
  cr_assert_eq(send(client.fd, "NOOP\r\n", 6, MSG_NOSIGNAL), 6);
}

Test(talkers, before_the_greeting_are_refused_where_manners_say_so) {
  manners.early_talker = CMTA_REACTION_REFUSE;
  listen_with_manners();
  talk_early();
  client_expect(&client, "554 Wait");
  client_expect_end(&client);
  cr_expect_eq(world.opened, 1);
  cr_expect_eq(world.reason, CMTA_CLOSED_PROTOCOL);
  client_close(&client, false);
}

Test(talkers, before_the_greeting_are_dropped_where_manners_say_so) {
  manners.early_talker = CMTA_REACTION_DROP;
  listen_with_manners();
  talk_early();
  client_expect_end(&client);
  client_close(&client, false);
}

Test(talkers, before_the_greeting_are_served_by_default) {
  listen_with_manners();
  talk_early();
  client_expect(&client, "220 ");
  client_expect(&client, "250 ");
  client_close(&client, false);
}

Test(talkers, that_wait_for_a_late_greeting_are_served) {
  manners.early_talker = CMTA_REACTION_DROP;
  world.late = CONNECT;
  listen_with_manners();
  client_connect(&client, &world, 0);
  world_run_until_asked(&world);
  ev_run(world.loop, EVRUN_NOWAIT);
  world_decide(&world, CMTA_ACCEPT);
  client_expect(&client, "220 ");
  client_say(&client, "NOOP", "250 ");
  client_close(&client, false);
}

Test(talkers, while_connect_is_open_are_refused_at_once) {
  manners.early_talker = CMTA_REACTION_REFUSE;
  world.late = CONNECT;
  listen_with_manners();
  client_connect(&client, &world, 0);
  world_run_until_asked(&world);
  client_send(&client, "NOOP\r\n");
  client_expect(&client, "554 Wait");
  client_expect_end(&client);
  cr_expect_eq(world.cancelled, 1);
  cr_expect_eq(world.reason, CMTA_CLOSED_PROTOCOL);
  client_close(&client, false);
}

Test(talkers, behind_an_open_question_that_ends_a_group_are_dropped_at_once) {
  manners.pipelining = CMTA_REACTION_DROP;
  world.late = NOOP;
  listen_with_manners();
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  client_send(&client, "NOOP\r\n");
  world_run_until_asked(&world);
  client_send(&client, "NOOP\r\n");
  client_expect_end(&client);
  cr_expect_eq(world.reason, CMTA_CLOSED_PROTOCOL);
  client_close(&client, false);
}

Test(talkers, that_pipeline_as_they_may_are_served) {
  manners.pipelining = CMTA_REACTION_DROP;
  manners.early_talker = CMTA_REACTION_DROP;
  world.late = MAIL | RCPT;
  world.answer = true;
  listen_with_manners();
  client_connect(&client, &world, 0);
  client_mail(&client);
  client_close(&client, false);
}

Test(talkers, of_a_listener_with_wrong_manners_find_none) {
  struct cmta_listen listen;
  cmta_listen_init(&listen);
  listen.address = "127.0.0.1:0";
  listen.manners = &manners;
  world_listen_any(&world);
  manners.pipelining = (enum cmta_reaction)4;
  cr_expect_eq(cmta_server_listen_with(world.server, &listen), CMTA_E_ARGUMENT);
  manners.pipelining = CMTA_REACTION_DROP;
  manners.line_endings = (enum cmta_line_endings)3;
  cr_expect_eq(cmta_server_listen_with(world.server, &listen), CMTA_E_ARGUMENT);
  manners.line_endings = CMTA_LINE_ENDINGS_KEEP;
  manners.size = sizeof manners + 1;
  cr_expect_eq(cmta_server_listen_with(world.server, &listen), CMTA_E_ARGUMENT);
  manners.size = 0;
  cr_expect_eq(cmta_server_listen_with(world.server, &listen), CMTA_E_ARGUMENT);
}

Test(talkers, of_a_listener_for_submission_must_authenticate) {
  manners.submission = true;
  listen_with_manners();
  cr_assert_eq(world_listen(&world, "127.0.0.1:0"), 1);
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  client_say(&client, "EHLO client.example", "250");
  client_say(&client, "MAIL FROM:<a@client.example>", "530 5.7.0 ");
  client_close(&client, false);
  client_connect(&client, &world, 1);
  client_mail(&client);
  client_close(&client, false);
}
