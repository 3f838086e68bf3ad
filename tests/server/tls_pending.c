/* SPDX-License-Identifier: MIT */

/* Octets that wait on one side of TLS while something else goes on: replies in front of a
 * handshake, commands behind a question, all that a client sends behind the last reply. */

#include "calls.h"
#include "secure.h"

#include "server/connection.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct world world;
static struct client client;
static struct secure secure;
static struct cmta_tls *tls;

static void begin(void) {
  secure_begin();
  world_init(&world);
  tls = secure_rules(secure_issue("server.example", EC, NULL));
  memset(&calls, 0, sizeof calls);
}

static void end(void) {
  secure_free(&secure);
  world_free(&world);
  secure_end();
}

TestSuite(tls_pending, .init = begin, .fini = end, .timeout = 30);

static void open_client(enum cmta_tls_mode mode) {
  client_connect(&client, &world, secure_listen(&world, tls, mode));
  secure_init(&secure, &client);
}

static void open_secured(void) {
  open_client(CMTA_TLS_IMPLICIT);
  cr_assert(secure_connect(&secure));
  client_expect(&client, "220 ");
  client_say(&client, "EHLO client.example", "250");
}

static void leave(void) {
  client_say(&client, "QUIT", "221 ");
  client_expect_end(&client);
  cr_assert_not(client.broken);
  client_close(&client, false);
}

static void repeat(const char *line, int count) {
  size_t length = strlen(line);
  char *lines = malloc((size_t)count * length + 1);
  for (int i = 0; i <= count; i++)
    memcpy(lines + (size_t)i * length, line, i < count ? length : 0);
  lines[(size_t)count * length] = '\0';
  client_send(&client, lines);
  free(lines);
}

/* No octet of the handshake may go in front of a reply that waits. */
Test(tls_pending, replies_go_before_the_handshake_begins) {
  enum { COMMANDS = 200 };
  calls.most_carried = 7;
  calls.wait_every = 2;
  open_client(CMTA_TLS_OFFERED);
  client_send(&client, "EHLO client.example\r\n");
  repeat("NOOP\r\n", COMMANDS);
  client_send(&client, "STARTTLS\r\n");
  client_expect(&client, "220 ");
  for (int i = 0; i <= COMMANDS; i++)
    client_expect(&client, "250");
  client_expect(&client, "220 ");
  calls.wait_every = 0;
  cr_assert(secure_connect(&secure));
  leave();
}

/* ---- Behind a question ---- */

static void ask(void) {
  world.late = MAIL;
  open_secured();
  client_send(&client, "MAIL FROM:<a@c.example>\r\n");
  world_run_until_asked(&world);
}

static void run_some(void) {
  for (int i = 0; i < 50; i++)
    ev_run(world.loop, EVRUN_NOWAIT);
}

static void expect_quiet(void) {
  unsigned receives = calls.receives;
  run_some();
  cr_assert_eq(calls.receives, receives);
}

/* More than the server's buffer and OpenSSL's have room for. */
Test(tls_pending, commands_behind_a_question_are_all_answered_after_it) {
  enum { COMMANDS = 15000 };
  ask();
  repeat("NOOP\r\n", COMMANDS);
  run_some();
  expect_quiet();
  world_decide(&world, CMTA_ACCEPT);
  for (int i = 0; i <= COMMANDS; i++)
    client_expect(&client, "250 ");
  leave();
}

/* In one piece with the question's command: then OpenSSL holds what the kernel does not. */
Test(tls_pending, records_in_one_piece_with_a_question_are_answered_after_it) {
  world.late = MAIL;
  open_secured();
  cr_assert_gt(SSL_write(secure.ssl, "MAIL FROM:<a@c.example>\r\n", 25), 0);
  for (int i = 0; i < 500; i++)
    cr_assert_eq(SSL_write(secure.ssl, "NOOP\r\n", 6), 6);
  secure_flush(&secure);
  world_run_until_asked(&world);
  run_some();
  expect_quiet();
  world_decide(&world, CMTA_ACCEPT);
  for (int i = 0; i <= 500; i++)
    client_expect(&client, "250 ");
  leave();
}

Test(tls_pending, an_end_behind_commands_behind_a_question_comes_after_their_replies) {
  ask();
  repeat("NOOP\r\n", 10);
  secure_notify(&secure);
  run_some();
  cr_assert_eq(world.cancelled, 0);
  world_decide(&world, CMTA_ACCEPT);
  for (int i = 0; i <= 10; i++)
    client_expect(&client, "250 ");
  client_expect_end(&client);
  cr_assert_not(client.broken);
  client_close(&client, false);
}

Test(tls_pending, a_reset_behind_commands_behind_a_question_is_noticed) {
  ask();
  repeat("NOOP\r\n", 10);
  run_some();
  client_close(&client, true);
  ev_invoke(world.loop, &world.server->connections->look, EV_TIMER);
  secure_run_empty(&world);
  cr_assert_eq(world.cancelled, 1);
}

/* ---- Foreseen ---- */

static unsigned foreseen;

static void on_foresee(struct cmta_session *session, void *user,
                       const struct cmta_foreseen *command) {
  (void)session, (void)user;
  foreseen += command->path != NULL;
}

static void foresee(int commands) {
  foreseen = 0;
  world.late = RCPT;
  world.hooks.foresee = on_foresee;
  open_secured();
  client_say(&client, "MAIL FROM:<a@c.example>", "250 ");
  for (int i = 0; i < commands; i++)
    cr_assert_eq(SSL_write(secure.ssl, "RCPT TO:<0@s.example>\r\n", 23), 23);
  secure_flush(&secure);
  world_run_until_asked(&world);
  run_some();
  expect_quiet();
}

static void answer_foreseen(int commands) {
  world.late = 0;
  world_decide(&world, CMTA_ACCEPT);
  for (int i = 0; i < commands; i++)
    client_expect(&client, "");
  leave();
}

Test(tls_pending, commands_in_records_of_their_own_are_foreseen) {
  foresee(60);
  cr_assert_eq(foreseen, 59);
  answer_foreseen(60);
}

/* No more than a block of them. */
Test(tls_pending, more_commands_than_are_foreseen_wait) {
  foresee(5000);
  cr_assert_geq(foreseen * 23, 65536 - 2 * 23);
  cr_assert_leq(foreseen * 23, 65536);
  answer_foreseen(5000);
}

/* ---- Behind the last reply ---- */

/* The last reply and a close_notify arrive, though the client goes on. */
Test(tls_pending, the_last_reply_outlives_what_the_client_still_sends) {
  world.config.max_connections = 1;
  open_secured();
  cmta_server_stop(world.server, NULL, NULL);
  repeat("NOOP\r\n", 5000);
  while (strncmp(client.reply, "421 ", 4) != 0)
    client_expect(&client, "");
  client_expect_end(&client);
  cr_assert_not(client.broken);
  client_close(&client, false);
}

Test(tls_pending, the_reply_to_a_flood_of_errors_outlives_the_flood) {
  open_secured();
  repeat("WHAT\r\n", 3000);
  while (strncmp(client.reply, "421 ", 4) != 0)
    client_expect(&client, "");
  client_expect_end(&client);
  cr_assert_not(client.broken);
  cr_assert_eq(cmta_server_connections(world.server), 1, "it lingers");
  client_close(&client, false);
  secure_run_empty(&world);
}
