/* SPDX-License-Identifier: MIT */

/* Tickets that are stale, by each way a question ends; and what a server leaves of them. */

#include "tickets.h"

#include "server/connection.h"

#include <criterion/criterion.h>

TestSuite(stale, .init = tickets_begin, .fini = tickets_end, .timeout = 30);

Test(stale, ticket_is_stale_once_answered) {
  open_noop();
  cr_assert_eq(answer(CMTA_ACCEPT), 0);
  cr_assert_eq(answer(CMTA_REJECT), CMTA_E_STALE);
  client_expect(&client, "250 ");
  cr_assert_eq(answer(CMTA_REJECT), CMTA_E_STALE);
  leave();
}

Test(stale, ticket_that_nobody_gave_is_stale) {
  open_noop();
  struct cmta_ticket good = ticket;
  ticket = (struct cmta_ticket){0};
  cr_assert_eq(answer(CMTA_ACCEPT), CMTA_E_STALE);
  ticket = (struct cmta_ticket){good.slot, good.generation + 1};
  cr_assert_eq(answer(CMTA_ACCEPT), CMTA_E_STALE);
  ticket = (struct cmta_ticket){good.slot + 1, good.generation};
  cr_assert_eq(answer(CMTA_ACCEPT), CMTA_E_STALE);
  ticket = (struct cmta_ticket){UINT32_MAX, good.generation};
  cr_assert_eq(answer(CMTA_ACCEPT), CMTA_E_STALE);
  ticket = (struct cmta_ticket){good.slot + 1, 0};
  cr_assert_eq(answer(CMTA_ACCEPT), CMTA_E_STALE);
  leave();
}

Test(stale, ticket_is_stale_when_the_client_is_gone) {
  open_noop();
  leave();
  cr_assert_eq(world.cancelled, 1);
  cr_assert_eq(answer(CMTA_ACCEPT), CMTA_E_STALE);
}

Test(stale, ticket_whose_answer_the_loop_finds_after_the_client_is_harmless) {
  open_noop();
  connection_watch(world.server->connections, 0);
  cr_assert_eq(answer(CMTA_ACCEPT), 0);
  client_close(&client, true);
  connection_close(world.server->connections);
  ev_run(world.loop, EVRUN_NOWAIT);
  cr_assert_eq(world.cancelled, 1);
  cr_assert_eq(answer(CMTA_ACCEPT), CMTA_E_STALE);
}

/* With another ticket open the answer of the first one stays on its way. */
Test(stale, ticket_whose_answer_is_on_its_way_when_its_client_goes_harms_no_other) {
  static struct client other;
  open_noop();
  struct cmta_ticket gone = ticket;
  struct connection *first = world.server->connections;
  world.open = NULL;
  client_connect(&other, &world, 0);
  client_say(&other, "NOOP", "220 ");
  world_run_until_asked(&world);
  cr_assert_eq(take(), 0);
  cr_assert_eq(cmta_ticket_answer(world.server, gone, CMTA_REJECT, 0, NULL, NULL), 0);
  client_close(&client, true);
  connection_close(first);
  cr_assert_eq(answer(CMTA_ACCEPT), 0);
  client_expect(&other, "250 ");
  client_close(&other, false);
  world_run_empty(&world);
}

static void cancelled_answers(struct cmta_session *session, void *user, const char *question) {
  (void)session, (void)user, (void)question;
  noted.result = answer(CMTA_ACCEPT);
  noted.calls++;
}

Test(stale, ticket_is_stale_when_cancelled_is_told) {
  world.hooks.cancelled = cancelled_answers;
  open_noop();
  leave();
  cr_assert_eq(noted.calls, 1);
  cr_assert_eq(noted.result, CMTA_E_STALE);
}

Test(stale, ticket_is_stale_when_cancelled_is_told_because_the_server_is_freed) {
  world.hooks.cancelled = cancelled_answers;
  open_noop();
  connection_close(world.server->connections);
  client_close(&client, false);
  cr_assert_eq(noted.calls, 1);
  cr_assert_eq(noted.result, CMTA_E_STALE);
}

Test(stale, ticket_is_stale_when_cancelled_is_told_because_the_server_waits_no_longer) {
  world.hooks.cancelled = cancelled_answers;
  world.config.stop_timeout = 0;
  open_noop();
  cmta_server_stop(world.server, NULL, NULL);
  ev_run(world.loop, EVRUN_NOWAIT);
  cr_assert_eq(noted.calls, 0, "the first wait is for answers, too");
  stop_hurry(world.server);
  ev_run(world.loop, EVRUN_NOWAIT);
  cr_assert_eq(noted.calls, 1);
  cr_assert_eq(noted.result, CMTA_E_STALE);
  client_close(&client, false);
}

Test(stale, ticket_is_stale_when_the_deadline_has_passed) {
  world.hooks.cancelled = cancelled_answers;
  world.settings.decision_timeout = 1;
  open_noop();
  client_expect(&client, "451 ");
  cr_assert_eq(noted.result, CMTA_E_STALE);
  cr_assert_eq(answer(CMTA_ACCEPT), CMTA_E_STALE);
  leave();
}

Test(stale, ticket_is_stale_as_soon_as_the_question_is_decided) {
  open_noop();
  world_decide(&world, CMTA_REJECT);
  cr_assert_eq(world.answered, 0);
  cr_assert_eq(answer(CMTA_ACCEPT), CMTA_E_STALE);
  client_expect(&client, "550 ");
  cr_assert_eq(answer(CMTA_ACCEPT), CMTA_E_STALE);
  leave();
}

Test(stale, ticket_that_was_answered_does_not_answer_again_what_was_decided) {
  open_noop();
  cr_assert_eq(answer(CMTA_ACCEPT), 0);
  world_decide(&world, CMTA_REJECT);
  cr_assert_eq(world.answered, 0);
  client_expect(&client, "550 ");
  world.late = 0;
  client_say(&client, "HELP", "214");
  leave();
}

Test(stale, ticket_is_stale_when_its_hook_did_not_answer_later) {
  world.hooks.noop = noop_takes;
  world.verdict = CMTA_ACCEPT;
  meet(0);
  client_say(&client, "NOOP", "250 ");
  cr_assert_eq(noted.result, 0);
  ticket = noted.ticket;
  cr_assert_eq(answer(CMTA_REJECT), CMTA_E_STALE);
  leave();
}

/* The second NOOP comes in the same run as the first, which took a ticket for nothing. */
static enum cmta_verdict noop_takes_two(struct cmta_session *session, void *user,
                                        struct cmta_slice text) {
  (void)user, (void)text;
  world.open = noted.calls ? session : NULL;
  noted.result = cmta_server_ticket(world.server, session, noted.calls ? &ticket : &noted.ticket);
  return noted.calls++ ? CMTA_LATER : CMTA_ACCEPT;
}

Test(stale, ticket_of_a_question_is_none_for_the_next) {
  world.hooks.noop = noop_takes_two;
  meet(0);
  client_send(&client, "NOOP\r\nNOOP\r\n");
  world_run_until_asked(&world);
  cr_assert_eq(cmta_ticket_answer(world.server, noted.ticket, CMTA_REJECT, 0, NULL, NULL),
               CMTA_E_STALE);
  cr_assert_eq(answer(CMTA_ACCEPT), 0);
  client_expect(&client, "250 ");
  client_expect(&client, "250 ");
  leave();
}

/* An answer to the ticket of another question waits while the next one is open. */
Test(stale, ticket_of_a_question_answered_in_its_hook_does_not_answer_the_next) {
  world.hooks.noop = noop_takes;
  world.verdict = CMTA_LATER;
  meet(0);
  client_send(&client, "NOOP\r\nNOOP\r\n");
  while (noted.calls == 0)
    ev_run(world.loop, EVRUN_ONCE);
  ticket = noted.ticket;
  cr_assert_eq(answer(CMTA_REJECT), 0);
  client_expect(&client, "550 ");
  cr_assert_eq(noted.calls, 2);
  cr_assert_neq(noted.ticket.generation, ticket.generation);
  cr_assert_eq(answer(CMTA_REJECT), CMTA_E_STALE);
  ticket = noted.ticket;
  cr_assert_eq(answer(CMTA_ACCEPT), 0);
  client_expect(&client, "250 ");
  leave();
}

static const struct cmta_hooks second = {.size = sizeof second, .noop = noop_takes};

Test(stale, ticket_of_one_hook_set_is_none_for_the_next) {
  world_listen_any(&world);
  cr_assert_eq(cmta_server_add(world.server, &second, NULL), 1);
  world.verdict = CMTA_LATER;
  open_noop();
  cr_assert_eq(answer(CMTA_ACCEPT), 0);
  while (noted.calls == 0)
    ev_run(world.loop, EVRUN_ONCE);
  cr_assert_eq(noted.result, 0);
  cr_assert_eq(answer(CMTA_REJECT), CMTA_E_STALE);
  ticket = noted.ticket;
  cr_assert_eq(answer(CMTA_ACCEPT), 0);
  client_expect(&client, "250 ");
  leave();
}

Test(stale, no_hook_set_may_come_after_the_first_connection) {
  meet(0);
  cr_assert_eq(cmta_server_add(world.server, &second, NULL), CMTA_E_STATE);
  cr_assert_eq(cmta_server_add(NULL, &second, NULL), CMTA_E_ARGUMENT);
  leave();
}

/* ---- The end of a server ---- */

Test(stale, ticket_may_be_open_when_the_server_is_freed) {
  open_noop();
  client_close(&client, false);
}

Test(stale, ticket_may_have_an_answer_on_its_way_when_the_server_is_freed) {
  open_noop();
  cr_assert_eq(cmta_ticket_answer(world.server, ticket, CMTA_ACCEPT, 250, NULL, "x"), 0);
  client_close(&client, false);
}

/* Nothing but the ticket keeps the loop alive: bytes wait behind the question, which has no time
 * limit, and the server has stopped listening. */
Test(stale, ticket_keeps_the_loop_alive_and_nothing_is_left_when_the_server_has_stopped) {
  world.settings.decision_timeout = 0;
  world.config.stop_timeout = 0;
  open_noop();
  client_send(&client, "HELP\r\n");
  for (int i = 0; i < 3; i++)
    ev_run(world.loop, EVRUN_NOWAIT);
  cmta_server_stop(world.server, NULL, NULL);
  cr_assert(ev_run(world.loop, EVRUN_NOWAIT), "a watcher is active");
  cr_assert_eq(answer(CMTA_ACCEPT), 0);
  cr_assert_not(ev_run(world.loop, 0), "no watcher is active");
  cr_assert_eq(cmta_server_connections(world.server), 0);
  cr_assert_eq(cmta_server_run(world.server, false), 0);
  client_expect(&client, "250 ");
  client_close(&client, false);
}
