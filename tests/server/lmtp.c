/* SPDX-License-Identifier: MIT */

/* Listeners that speak LMTP (RFC 2033), and what tickets of several recipients are. */

#include "harness.h"
#include "hours.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct world world;
static struct client client;
static struct cmta_ticket tickets[4];
static struct cmta_session *asked;
static unsigned deadlines[4]; /* 0: as the settings have it */
static size_t count;

static enum cmta_verdict on_message(struct cmta_session *session, void *user,
                                    const struct cmta_message *message) {
  (void)user, (void)message;
  asked = session;
  if (deadlines[count])
    cr_assert_eq(cmta_session_set_deadline(session, deadlines[count], CMTA_TEMPFAIL), 0);
  cr_assert_eq(cmta_server_ticket(world.server, session, &tickets[count++]), 0);
  return CMTA_LATER;
}

static void begin(void) {
  world_init(&world);
  world.hooks.message = on_message;
  count = 0;
  memset(deadlines, 0, sizeof deadlines);
}

static void end(void) { world_free(&world); }

TestSuite(lmtp, .init = begin, .fini = end);

static struct cmta_listen listen_of(const char *address, struct cmta_manners *manners) {
  struct cmta_listen listen;
  cmta_manners_init(manners);
  manners->lmtp = true;
  cmta_listen_init(&listen);
  listen.address = address;
  listen.manners = manners;
  return listen;
}

static void listen_lmtp(void) {
  struct cmta_manners manners;
  struct cmta_listen listen = listen_of("127.0.0.1:0", &manners);
  world_listen_with(&world, &listen);
}

/* Three recipients, and their questions. */
static void open_questions(void) {
  listen_lmtp();
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  client_say(&client, "LHLO c.example", "250-");
  client_say(&client, "MAIL FROM:<a@x.example>", "250 ");
  client_say(&client, "RCPT TO:<b@x.example>", "250 ");
  client_say(&client, "RCPT TO:<c@x.example>", "250 ");
  client_say(&client, "RCPT TO:<d@x.example>", "250 ");
  client_say(&client, "DATA", "354 ");
  client_send(&client, "Hello\r\n.\r\n");
  while (count < 3)
    ev_run(world.loop, EVRUN_ONCE);
}

static int decide(int ticket, enum cmta_verdict verdict) {
  return cmta_ticket_decide(world.server, tickets[ticket], verdict);
}

Test(lmtp, is_spoken_by_the_listeners_that_say_so_alone) {
  world_listen_any(&world);
  listen_lmtp();
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  client_say(&client, "LHLO c.example", "500 ");
  client_say(&client, "EHLO c.example", "250-");
  client_close(&client, false);
  client_connect(&client, &world, 1);
  client_expect(&client, "220 ");
  client_say(&client, "EHLO c.example", "500 ");
  client_say(&client, "LHLO c.example", "250-");
  client_close(&client, false);
}

Test(lmtp, comes_over_a_unix_socket) {
  char path[64];
  struct cmta_manners manners;
  snprintf(path, sizeof path, "/tmp/cmta-lmtp-%ld", (long)getpid());
  struct cmta_listen listen = listen_of(path, &manners);
  world_listen_with(&world, &listen);
  client_connect_to(&client, &world, path, 0);
  client_expect(&client, "220 ");
  client_say(&client, "LHLO c.example", "250-");
  client_close(&client, false);
}

Test(lmtp, is_the_services_where_a_listener_says_nothing) {
  world.settings.manners.lmtp = true;
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  client_say(&client, "LHLO c.example", "250-");
  client_close(&client, false);
}

Test(lmtp, is_refused_on_port_25) {
  static const char *const addresses[] = {"127.0.0.1:25", "[::1]:25", ":25", "*:025",
                                          "mail.example.org:25"};
  struct cmta_manners manners;
  world_listen_any(&world);
  for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
    struct cmta_listen listen = listen_of(addresses[i], &manners);
    cr_expect_eq(cmta_server_listen_with(world.server, &listen), CMTA_E_ARGUMENT, "%s",
                 addresses[i]);
  }
}

Test(lmtp, is_refused_on_port_25_whoever_asked_for_it) {
  world.settings.manners.lmtp = true;
  world_listen_any(&world);
  cr_expect_eq(cmta_server_listen(world.server, "127.0.0.1:25"), CMTA_E_ARGUMENT);
}

Test(lmtp, manners_that_cannot_be_are_refused) {
  struct cmta_manners manners;
  struct cmta_listen listen = listen_of("127.0.0.1:0", &manners);
  world_listen_any(&world);
  manners.size = 1;
  cr_expect_eq(cmta_server_listen_with(world.server, &listen), CMTA_E_ARGUMENT);
  cmta_manners_init(&manners);
  manners.pipelining = (enum cmta_reaction)17;
  cr_expect_eq(cmta_server_listen_with(world.server, &listen), CMTA_E_ARGUMENT);
}

Test(lmtp, tickets_answer_their_own_recipient_whatever_is_chosen) {
  open_questions();
  cr_assert_eq(cmta_session_select(asked, 1), 0);
  cr_assert_eq(decide(2, CMTA_REJECT), 0);
  while (cmta_session_select(asked, 2) == 0) {
    cr_assert_eq(cmta_session_select(asked, 1), 0);
    ev_run(world.loop, EVRUN_ONCE);
  }
  cr_expect_eq(cmta_session_recipient(asked), 1);
  cr_assert_eq(decide(0, CMTA_TEMPFAIL), 0);
  cr_assert_eq(decide(1, CMTA_ACCEPT), 0);
  client_expect(&client, "451 ");
  client_expect(&client, "250 ");
  client_expect(&client, "554 ");
  client_close(&client, false);
}

Test(lmtp, a_ticket_is_stale_when_its_recipient_was_decided) {
  open_questions();
  cr_assert_eq(cmta_session_select(asked, 1), 0);
  cr_assert_eq(cmta_session_decide(asked, CMTA_REJECT), 0);
  cr_expect_eq(decide(1, CMTA_ACCEPT), CMTA_E_STALE);
  cr_expect_eq(decide(0, CMTA_ACCEPT), 0);
  cr_expect_eq(decide(0, CMTA_ACCEPT), CMTA_E_STALE);
  cr_expect_eq(decide(2, CMTA_ACCEPT), 0);
  client_expect(&client, "250 ");
  client_expect(&client, "554 ");
  client_expect(&client, "250 ");
  client_close(&client, false);
}

Test(lmtp, a_ticket_is_good_while_its_recipient_is_not_answered) {
  struct cmta_ticket again;
  open_questions();
  cr_assert_eq(decide(0, CMTA_ACCEPT), 0);
  while (cmta_session_select(asked, 0) == 0)
    ev_run(world.loop, EVRUN_ONCE);
  cr_assert_eq(cmta_session_select(asked, 2), 0);
  cr_assert_eq(cmta_server_ticket(world.server, asked, &again), 0);
  cr_expect_eq(again.generation, tickets[2].generation);
  cr_assert_eq(decide(1, CMTA_ACCEPT), 0);
  cr_assert_eq(decide(2, CMTA_ACCEPT), 0);
  for (int i = 0; i < 3; i++)
    client_expect(&client, "250 ");
  client_close(&client, false);
}

Test(lmtp, all_that_are_open_are_answered_when_their_time_is_up) {
  world.settings.decision_timeout = 1;
  open_questions();
  cr_assert_eq(cmta_session_select(asked, 1), 0);
  cr_assert_eq(cmta_session_decide(asked, CMTA_ACCEPT), 0);
  client_expect(&client, "451 ");
  client_expect(&client, "250 ");
  client_expect(&client, "451 ");
  cr_expect_eq(world.cancelled, 2);
  for (int i = 0; i < 3; i++)
    cr_expect_eq(decide(i, CMTA_ACCEPT), CMTA_E_STALE);
  client_close(&client, false);
}

Test(lmtp, a_deadline_leaves_the_tickets_of_other_recipients) {
  deadlines[0] = 1, deadlines[1] = 4, deadlines[2] = 6;
  open_questions();
  hours_pass(1.1);
  client_expect(&client, "451 ");
  cr_expect_eq(decide(0, CMTA_ACCEPT), CMTA_E_STALE);
  cr_expect_eq(decide(1, CMTA_ACCEPT), 0);
  client_expect(&client, "250 ");
  cr_expect_eq(decide(2, CMTA_REJECT), 0);
  client_expect(&client, "554 ");
  cr_expect_eq(world.cancelled, 1);
  client_close(&client, false);
}

/* Lets what is due happen. */
static void run_what_is_due(void) {
  for (int i = 0; i < 4; i++)
    ev_run(world.loop, EVRUN_NOWAIT);
}

Test(lmtp, a_deadline_is_not_put_off_by_answers_to_other_recipients) {
  deadlines[0] = 1;
  open_questions();
  for (int i = 1; i < 3; i++) {
    hours_pass(0.4);
    cr_expect_eq(decide(i, CMTA_ACCEPT), 0);
    run_what_is_due();
  }
  hours_pass(0.4);
  run_what_is_due();
  cr_expect_eq(decide(0, CMTA_ACCEPT), CMTA_E_STALE);
  client_expect(&client, "451 ");
  client_expect(&client, "250 ");
  client_expect(&client, "250 ");
  client_close(&client, false);
}

Test(lmtp, tickets_are_stale_when_their_client_has_gone) {
  open_questions();
  client_close(&client, true);
  world_run_empty(&world);
  for (int i = 0; i < 3; i++)
    cr_expect_eq(decide(i, CMTA_ACCEPT), CMTA_E_STALE);
}

/* Whoever half-closes a connection has gone away (hooks.h, `cancelled`). */
Test(lmtp, a_client_that_half_closes_behind_its_message_cancels_all_that_are_open) {
  open_questions();
  shutdown(client.fd, SHUT_WR);
  world_run_empty(&world);
  cr_expect_eq(world.cancelled, 3);
  cr_expect_eq(world.reason, CMTA_CLOSED_HANGUP);
  for (int i = 0; i < 3; i++)
    cr_expect_eq(decide(i, CMTA_ACCEPT), CMTA_E_STALE);
  client_close(&client, false);
}
