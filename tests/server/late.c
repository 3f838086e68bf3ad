/* SPDX-License-Identifier: MIT */

/* Questions that are answered later, from the loop. */

#include "calls.h"
#include "harness.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static struct world world;
static struct client client;

static void begin(void) { world_init(&world); }

static void end(void) { world_free(&world); }

TestSuite(late, .init = begin, .fini = end, .timeout = 30);

static void meet(unsigned questions) {
  world.late = questions;
  world_listen_any(&world);
  client_connect(&client, &world, 0);
}

static void mail_with_everything(void) {
  client_expect(&client, "220 ");
  client_say(&client, "EHLO client.example", "250");
  client_say(&client, "NOOP", "250 ");
  client_say(&client, "VRFY postmaster", "252 ");
  client_say(&client, "EXPN list", "252 ");
  client_say(&client, "HELP", "214");
  client_say(&client, "RSET", "250 ");
  client_say(&client, "MAIL FROM:<a@client.example>", "250 ");
  client_say(&client, "RCPT TO:<b@server.example>", "250 ");
  client_say(&client, "DATA", "354 ");
  client_say(&client, "line\r\n.", "250 ");
  client_say(&client, "QUIT", "221 ");
  client_expect_end(&client);
  client_close(&client, false);
}

Test(late, each_question_may_be_answered_from_the_loop) {
  world.answer = true;
  world_listen_any(&world);
  for (unsigned question = CONNECT; question <= HELP; question <<= 1) {
    world.late = question;
    world.answered = 1;
    client_connect(&client, &world, 0);
    mail_with_everything();
    cr_assert_eq(world.answered, 0, "question %u", question);
  }
}

Test(late, all_questions_may_be_answered_from_the_loop) {
  world.answer = true;
  meet(ALL_QUESTIONS);
  mail_with_everything();
  cr_assert_str_eq(world.last, "line\r\n");
}

Test(late, a_refusal_may_come_later) {
  world.answer = true;
  world.verdict = CMTA_REJECT;
  meet(CONNECT);
  client_expect(&client, "554 ");
  client_expect_end(&client);
  client_close(&client, false);
  world_run_empty(&world);
}

Test(late, an_answer_runs_nothing_before_the_loop_does) {
  meet(NOOP);
  client_expect(&client, "220 ");
  client_send(&client, "NOOP\r\n");
  world_run_until_asked(&world);
  unsigned sends = calls.sends;
  world_decide(&world, CMTA_ACCEPT);
  cr_assert_eq(world.answered, 0);
  cr_assert_eq(calls.sends, sends);
  client_expect(&client, "250 ");
  client_close(&client, false);
  world_run_empty(&world);
}

Test(late, a_second_answer_is_refused) {
  meet(NOOP);
  client_send(&client, "NOOP\r\n");
  world_run_until_asked(&world);
  world_decide(&world, CMTA_ACCEPT);
  world_decide(&world, CMTA_ACCEPT);
  cr_assert_eq(world.answered, CMTA_E_STATE);
  client_expect(&client, "220 ");
  client_expect(&client, "250 ");
  client_close(&client, false);
}

Test(late, what_came_behind_a_question_is_answered_in_order) {
  meet(NOOP);
  client_send(&client, "NOOP\r\nHELP\r\nVRFY x\r\n");
  world_run_until_asked(&world);
  client_send(&client, "RSET\r\nQUIT\r\n");
  ev_run(world.loop, EVRUN_ONCE);
  world_decide(&world, CMTA_ACCEPT);
  client_expect(&client, "220 ");
  client_expect(&client, "250 ");
  client_expect(&client, "214");
  client_expect(&client, "252 ");
  client_expect(&client, "250 ");
  client_expect(&client, "221 ");
  client_expect_end(&client);
  client_close(&client, false);
}

Test(late, bytes_that_wait_behind_a_question_do_not_keep_the_loop_busy) {
  meet(NOOP);
  client_send(&client, "NOOP\r\n");
  world_run_until_asked(&world);
  client_send(&client, "QUIT\r\n");
  ev_run(world.loop, EVRUN_ONCE);
  unsigned receives = calls.receives;
  for (int i = 0; i < 10; i++)
    ev_run(world.loop, EVRUN_NOWAIT);
  cr_assert_eq(calls.receives, receives);
  client_close(&client, false);
}

Test(late, an_open_question_about_a_slice_stops_reading) {
  static char body[1 << 22];
  memset(body, 'x', sizeof body);
  for (size_t i = 100; i < sizeof body; i += 100)
    memcpy(body + i, "\r\n", 2);
  world.settings.collect = false;
  meet(CHUNK);
  client_send(&client, "EHLO c\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<b@s.example>\r\nDATA\r\n");
  for (int i = 0; i < 5; i++)
    client_expect(&client, i == 0 ? "220" : i == 4 ? "354" : "250");
  unsigned receives = calls.receives;
  (void)client_push(&client, body, sizeof body);
  cr_assert_eq(calls.receives, receives + 2, "one block, and one look at what follows");
  cr_assert_eq(world.chunks, 1);
  cr_assert_leq(world.chunk_octets, 65536);
  client_close(&client, true);
}

Test(late, slices_answered_later_add_up_to_the_message) {
  char *body = malloc(300001);
  for (size_t i = 0; i < 300000; i += 6)
    memcpy(body + i, "abcd\r\n", 7);
  world.answer = true;
  meet(CHUNK);
  client_send(&client, "EHLO c\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<b@s.example>\r\nDATA\r\n");
  client_send(&client, body);
  client_send(&client, ".\r\nQUIT\r\n");
  while (strncmp(client.reply, "221", 3) != 0)
    client_expect(&client, "");
  cr_assert_eq(world.last_size, 300000);
  cr_assert_eq(world.chunk_octets, 300000);
  client_close(&client, false);
  free(body);
}

Test(late, a_question_that_nobody_answers_is_answered_451_when_its_time_is_up) {
  world.settings.decision_timeout = 1;
  meet(RCPT);
  client_send(&client, "EHLO c\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<b@s.example>\r\n");
  client_expect(&client, "220 ");
  client_expect(&client, "250");
  client_expect(&client, "250 ");
  client_expect(&client, "451 ");
  world_decide(&world, CMTA_ACCEPT);
  cr_assert_eq(world.answered, CMTA_E_STATE);
  client_say(&client, "QUIT", "221 ");
  client_close(&client, false);
}

/* The time limit of the second wait counts although the first was just as long. */
Test(late, each_question_has_its_own_time) {
  world.settings.decision_timeout = 1;
  world.settings.command_timeout = 1;
  meet(NOOP);
  client_send(&client, "NOOP\r\nNOOP\r\n");
  client_expect(&client, "220 ");
  client_expect(&client, "451 ");
  client_expect(&client, "451 ");
  client_expect(&client, "421 ");
  client_close(&client, false);
}

static enum cmta_verdict answer_in_closed;

static void decide_in_closed(struct cmta_session *session, void *user,
                             enum cmta_close_reason reason) {
  struct world *told = user;
  (void)reason;
  told->closed++;
  told->answered = cmta_session_decide(session, answer_in_closed);
}

Test(late, an_answer_while_the_connection_closes_is_refused) {
  world.hooks.closed = decide_in_closed;
  meet(NOOP);
  client_send(&client, "NOOP\r\n");
  world_run_until_asked(&world);
  client_close(&client, true);
  world_run_empty(&world);
  cr_assert_eq(world.answered, CMTA_E_STATE);
}

Test(late, an_answer_just_before_the_client_goes_is_harmless) {
  meet(NOOP);
  client_send(&client, "NOOP\r\nNOOP\r\n");
  world_run_until_asked(&world);
  client_close(&client, true);
  world_decide(&world, CMTA_ACCEPT);
  world_run_empty(&world);
  cr_assert_eq(world.closed, 1);
}

Test(late, an_answer_just_before_the_server_is_freed_is_harmless) {
  meet(NOOP);
  client_send(&client, "NOOP\r\n");
  world_run_until_asked(&world);
  world_decide(&world, CMTA_ACCEPT);
  client_close(&client, false);
}
