/* SPDX-License-Identifier: MIT */

/* Tickets: what they are good for, and what is refused. One thread; threads.c has more. */

#include "tickets.h"

#include "server/connection.h"

#include <criterion/criterion.h>

TestSuite(ticket, .init = tickets_begin, .fini = tickets_end, .timeout = 30);

#define SENDING "EHLO c.example\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<b@s.example>\r\nDATA\r\n"

/* ---- Good ones ---- */

Test(ticket, without_a_reply_gives_the_standard_one) {
  open_noop();
  cr_assert_eq(answer(CMTA_ACCEPT), 0);
  client_expect(&client, "250 2.0.0 Ok\r\n");
  leave();
}

Test(ticket, may_be_decided_without_a_reply) {
  open_noop();
  cr_assert_eq(cmta_ticket_decide(world.server, ticket, CMTA_REJECT), 0);
  client_expect(&client, "550 5.7.1 ");
  cr_assert_eq(cmta_ticket_decide(world.server, ticket, CMTA_REJECT), CMTA_E_STALE);
  leave();
}

Test(ticket, needs_a_server_which_a_session_knows) {
  open_noop();
  cr_assert_eq(cmta_session_server(world.open), world.server);
  leave();
}

Test(ticket, runs_nothing_before_the_loop_does) {
  open_noop();
  cr_assert_eq(answer(CMTA_ACCEPT), 0);
  cr_assert_str_eq(cmta_session_question(world.open), "noop");
  cr_assert(cmta_session_wants(world.open) & CMTA_WANTS_DECISION);
  leave();
}

Test(ticket, may_compose_its_reply) {
  open_noop();
  cr_assert_eq(cmta_ticket_answer(world.server, ticket, CMTA_REJECT, 550, "5.1.1", "No %d", 7), 0);
  client_expect(&client, "550 5.1.1 No 7\r\n");
  leave();
}

Test(ticket, lf_divides_the_lines_of_its_reply) {
  open_noop();
  cr_assert_eq(cmta_ticket_answer(world.server, ticket, CMTA_TEMPFAIL, 450, NULL, "%s", "a\n\nb"),
               0);
  client_expect(&client, "450-4.2.0 a\r\n450-4.2.0 \r\n450 4.2.0 b\r\n");
  leave();
}

Test(ticket, may_close_the_connection) {
  open_noop();
  cr_assert_eq(answer(CMTA_CLOSE), 0);
  client_expect(&client, "421 ");
  client_expect_end(&client);
  leave();
}

Test(ticket, may_drop_the_connection) {
  open_noop();
  cr_assert_eq(answer(CMTA_DROP), 0);
  client_expect_end(&client);
  leave();
}

Test(ticket, taken_twice_is_the_same) {
  open_noop();
  struct cmta_ticket first = ticket;
  cr_assert_eq(take(), 0);
  cr_assert_eq(ticket.slot, first.slot);
  cr_assert_eq(ticket.generation, first.generation);
  leave();
}

Test(ticket, may_be_taken_in_the_hook_and_answered_there) {
  world.hooks.noop = noop_takes;
  world.verdict = CMTA_LATER;
  meet(0);
  client_send(&client, "NOOP\r\n");
  while (noted.calls == 0)
    ev_run(world.loop, EVRUN_ONCE);
  cr_assert_eq(noted.result, 0);
  ticket = noted.ticket;
  cr_assert_eq(answer(CMTA_REJECT), 0);
  client_expect(&client, "550 ");
  leave();
}

static enum cmta_verdict noop_composes(struct cmta_session *session, void *user,
                                       struct cmta_slice text) {
  (void)user, (void)text;
  world.open = session;
  (void)cmta_reply(session, 250, NULL, "From the hook");
  return CMTA_LATER;
}

Test(ticket, without_a_reply_leaves_that_of_the_hook) {
  world.hooks.noop = noop_composes;
  open_noop();
  cr_assert_eq(answer(CMTA_ACCEPT), 0);
  client_expect(&client, "250 2.0.0 From the hook\r\n");
  leave();
}

Test(ticket, counts_though_the_reply_of_the_hook_does_not_fit) {
  world.hooks.noop = noop_composes;
  open_noop();
  cr_assert_eq(answer(CMTA_REJECT), 0);
  client_expect(&client, "550 ");
  leave();
}

Test(ticket, text_beyond_ascii_is_the_standard_text_for_a_client_without_smtputf8) {
  open_noop();
  cr_assert_eq(
      cmta_ticket_answer(world.server, ticket, CMTA_REJECT, 550, NULL, "a\nGr\xc3\xbc\xc3\x9f"), 0);
  client_expect(&client, "550 5.7.1 ");
  leave();
}

Test(ticket, text_beyond_ascii_is_said_to_a_client_with_smtputf8) {
  open_question(RCPT, "EHLO c.example\r\nMAIL FROM:<a@c.example> SMTPUTF8\r\nRCPT TO:<b@s>\r\n");
  client_expect(&client, "250");
  client_expect(&client, "250 ");
  cr_assert_eq(
      cmta_ticket_answer(world.server, ticket, CMTA_ACCEPT, 250, NULL, "Gr\xc3\xbc\xc3\x9f"), 0);
  client_expect(&client, "250 2.1.5 Gr\xc3\xbc\xc3\x9f\r\n");
  leave();
}

Test(ticket, that_was_answered_in_time_counts_though_the_deadline_has_passed) {
  open_noop();
  cr_assert_eq(answer(CMTA_ACCEPT), 0);
  connection_expire(world.server->connections);
  cr_assert_eq(world.cancelled, 0);
  client_expect(&client, "250 ");
  leave();
}

/* ---- Wrong answers ---- */

Test(ticket, stays_good_after_a_wrong_reply) {
  static const struct {
    enum cmta_verdict verdict;
    int code;
    const char *enhanced, *text;
    int error;
  } rows[] = {{CMTA_LATER, 0, NULL, NULL, CMTA_E_ARGUMENT},
              {(enum cmta_verdict)99, 0, NULL, NULL, CMTA_E_ARGUMENT},
              {CMTA_ACCEPT, 250, NULL, NULL, CMTA_E_ARGUMENT},
              {CMTA_ACCEPT, 199, NULL, "x", CMTA_E_ARGUMENT},
              {CMTA_ACCEPT, 250, "2.1", "x", CMTA_E_ARGUMENT},
              {CMTA_ACCEPT, 250, "5.1.1", "x", CMTA_E_ARGUMENT},
              {CMTA_ACCEPT, 250, "2.1.00000000000000000000", "x", CMTA_E_ARGUMENT},
              {CMTA_ACCEPT, 250, NULL, "x\r\ny", CMTA_E_ARGUMENT},
              {CMTA_ACCEPT, 250, NULL, "x\ny\t\x01", CMTA_E_ARGUMENT},
              {CMTA_ACCEPT, 250, NULL, "\xff", CMTA_E_ARGUMENT},
              {CMTA_ACCEPT, 550, NULL, "x", CMTA_E_VERDICT},
              {CMTA_ACCEPT, 354, NULL, "x", CMTA_E_VERDICT},
              {CMTA_TAKE, 450, NULL, "x", CMTA_E_VERDICT},
              {CMTA_REJECT, 250, NULL, "x", CMTA_E_VERDICT},
              {CMTA_TEMPFAIL, 550, NULL, "x", CMTA_E_VERDICT},
              {CMTA_CLOSE, 354, NULL, "x", CMTA_E_VERDICT}};
  open_noop();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const char *format = rows[i].text ? "%s" : NULL;
    cr_assert_eq(cmta_ticket_answer(world.server, ticket, rows[i].verdict, rows[i].code,
                                    rows[i].enhanced, format, rows[i].text),
                 rows[i].error, "row %zu", i);
  }
  cr_assert_eq(cmta_ticket_answer(world.server, ticket, CMTA_ACCEPT, 250, NULL, "x%cy", 0),
               CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_ticket_answer(world.server, ticket, CMTA_ACCEPT, 250, NULL, "y"), 0);
  client_expect(&client, "250 2.0.0 y\r\n");
  leave();
}

Test(ticket, for_data_is_accepted_with_354_alone) {
  open_question(DATA, SENDING);
  cr_assert_eq(cmta_ticket_answer(world.server, ticket, CMTA_ACCEPT, 250, NULL, "x"),
               CMTA_E_VERDICT);
  cr_assert_eq(cmta_ticket_answer(world.server, ticket, CMTA_ACCEPT, 354, NULL, "Go on"), 0);
  for (int i = 0; i < 3; i++)
    client_expect(&client, "250");
  client_expect(&client, "354 Go on\r\n");
  leave();
}

Test(ticket, for_a_slice_says_no_success) {
  open_question(CHUNK, SENDING "line\r\n");
  cr_assert_eq(cmta_ticket_answer(world.server, ticket, CMTA_ACCEPT, 250, NULL, "x"),
               CMTA_E_VERDICT);
  cr_assert_eq(answer(CMTA_ACCEPT), 0);
  leave();
}

Test(ticket, stays_good_when_there_is_no_memory_for_the_answer) {
  open_noop();
  world.starved = true;
  cr_assert_eq(answer(CMTA_ACCEPT), CMTA_E_MEMORY);
  world.starved = false;
  cr_assert_eq(answer(CMTA_ACCEPT), 0);
  client_expect(&client, "250 ");
  leave();
}

/* ---- None to be had ---- */

Test(ticket, needs_arguments) {
  open_noop();
  cr_assert_eq(cmta_server_ticket(NULL, world.open, &ticket), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_server_ticket(world.server, NULL, &ticket), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_server_ticket(world.server, world.open, NULL), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_ticket_answer(NULL, ticket, CMTA_ACCEPT, 0, NULL, NULL), CMTA_E_ARGUMENT);
  leave();
}

Test(ticket, needs_an_open_question) {
  open_noop();
  world_decide(&world, CMTA_ACCEPT);
  cr_assert_eq(take(), CMTA_E_STATE);
  client_expect(&client, "250 ");
  cr_assert_eq(take(), CMTA_E_STATE);
  leave();
}

Test(ticket, needs_memory) {
  meet(NOOP);
  client_send(&client, "NOOP\r\n");
  world_run_until_asked(&world);
  world.starved = true;
  cr_assert_eq(take(), CMTA_E_MEMORY);
  world.starved = false;
  cr_assert_eq(take(), 0);
  leave();
}

Test(ticket, is_refused_for_a_session_of_another_server) {
  struct cmta_server *other;
  open_noop();
  cr_assert_eq(cmta_server_new(&other, world.loop, NULL, NULL, NULL), 0);
  cr_assert_eq(cmta_server_ticket(other, world.open, &ticket), CMTA_E_STATE);
  cmta_server_free(other);
  leave();
}

Test(ticket, is_refused_for_a_session_without_a_server) {
  const struct cmta_hooks hooks = {.size = sizeof hooks, .noop = noop_takes};
  struct cmta_service *service;
  struct cmta_session *session;
  meet(0);
  world.verdict = CMTA_LATER;
  cr_assert_eq(cmta_service_new(&service, NULL, &hooks, NULL), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  cmta_session_set_runtime(session, &noted);
  cr_assert_eq(cmta_session_receive(session, "NOOP\r\n", 6), 6);
  cr_assert_eq(noted.result, CMTA_E_STATE);
  cr_assert_eq(cmta_server_ticket(world.server, session, &ticket), CMTA_E_STATE);
  cmta_session_free(session);
  cmta_service_free(service);
  leave();
}
