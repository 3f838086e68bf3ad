/* SPDX-License-Identifier: MIT */

/* Clients that go away without a word, at each point, by FIN and by RST. */

#include "harness.h"

#include "server/connection.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static struct world world;
static struct client client;

static void begin(void) { world_init(&world); }

static void end(void) { world_free(&world); }

TestSuite(vanish, .init = begin, .fini = end, .timeout = 30);

#define GREETED "EHLO c.example\r\n"
#define MAILED GREETED "MAIL FROM:<a@c.example>\r\n"
#define ADDRESSED MAILED "RCPT TO:<b@s.example>\r\n"
#define SENDING ADDRESSED "DATA\r\n"

/* What a client has said when it goes. */
static const char *const beginnings[] = {
    "",
    "EH",
    GREETED,
    GREETED "MAIL FR",
    MAILED,
    ADDRESSED,
    SENDING,
    SENDING "half a li",
    SENDING "line\r\n.",
    SENDING "line\r\n.\r",
};

/* Takes one reply for the greeting and each command that is complete. */
static void take_replies(const char *said) {
  size_t replies = 1;
  const char *data = strstr(said, "DATA\r\n");
  for (const char *line = strstr(said, "\r\n"); line && (!data || line <= data + 4);
       line = strstr(line + 2, "\r\n"))
    replies++;
  while (replies-- > 0)
    client_expect(&client, "");
}

static void go_after(const char *said, bool reset) {
  unsigned before = world.closed;
  client_connect(&client, &world, 0);
  client_send(&client, said);
  take_replies(said);
  client_close(&client, reset);
  world_run_empty(&world);
  cr_assert_eq(world.closed, before + 1, "after %s", said);
  cr_assert_eq(world.reason, CMTA_CLOSED_HANGUP, "after %s", said);
}

Test(vanish, each_phase_frees_everything_and_is_told_once) {
  world_listen_any(&world);
  for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
    go_after(beginnings[i], false);
    go_after(beginnings[i], true);
  }
  cr_assert_eq(world.messages, 0);
}

Test(vanish, before_the_server_has_accepted_is_harmless) {
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_close(&client, true);
  client_connect(&client, &world, 0);
  client_close(&client, false);
  world_run_empty(&world);
}

enum way { CLOSES, RESETS, HALF_CLOSES, WAYS };

static void go_away(enum way way) {
  if (way == HALF_CLOSES)
    shutdown(client.fd, SHUT_WR);
  else
    client_close(&client, way == RESETS);
}

/* A dialogue that asks each question, each with what a client says until it is asked. */
static const struct {
  enum question question;
  const char *said;
} dialogue[] = {{CONNECT, ""},
                {HELLO, GREETED},
                {MAIL, MAILED},
                {RCPT, ADDRESSED},
                {DATA, SENDING},
                {CHUNK, SENDING "line\r\n"},
                {MESSAGE, SENDING "line\r\n.\r\n"},
                {RSET, ADDRESSED "RSET\r\n"},
                {NOOP, ADDRESSED "NOOP\r\n"},
                {VRFY, "VRFY x\r\n"},
                {EXPN, "EXPN x\r\n"},
                {HELP, MAILED "HELP\r\n"}};

enum { QUESTIONS = sizeof dialogue / sizeof *dialogue };

/* Has row's question open, with all replies before it taken: else the kernel would make each end a
 * reset. */
static void open_question(size_t row, bool with_ticket, struct cmta_ticket *ticket) {
  world.late = dialogue[row].question;
  client_connect(&client, &world, 0);
  client_send(&client, dialogue[row].said);
  world_run_until_asked(&world);
  if (with_ticket)
    cr_assert_eq(cmta_server_ticket(world.server, world.open, ticket), 0);
}

static void go_in_question(size_t row, enum way way, bool with_ticket) {
  unsigned closed = world.closed, cancelled = world.cancelled;
  struct cmta_ticket ticket;
  open_question(row, with_ticket, &ticket);
  go_away(way);
  world_run_empty(&world);
  cr_assert_eq(world.cancelled, cancelled + 1, "row %zu, way %d", row, (int)way);
  cr_assert_eq(world.closed, closed + 1, "row %zu, way %d", row, (int)way);
  cr_assert_eq(world.reason, CMTA_CLOSED_HANGUP, "row %zu, way %d", row, (int)way);
  cr_assert_null(world.open);
  if (with_ticket)
    cr_assert_eq(cmta_ticket_answer(world.server, ticket, CMTA_ACCEPT, 0, NULL, NULL),
                 CMTA_E_STALE);
  if (way == HALF_CLOSES)
    client_close(&client, false);
}

Test(vanish, while_a_question_is_open_it_is_cancelled) {
  world_listen_any(&world);
  for (size_t row = 0; row < QUESTIONS; row++)
    for (int way = 0; way < WAYS; way++)
      go_in_question(row, (enum way)way, false);
}

Test(vanish, while_a_question_with_a_ticket_is_open_makes_it_stale) {
  world_listen_any(&world);
  for (size_t row = 0; row < QUESTIONS; row++)
    for (int way = 0; way < WAYS; way++)
      go_in_question(row, (enum way)way, true);
}

/* The answer is there and the end too; whichever the loop sees first. */
static void go_with_answer(size_t row, enum way way, bool by_ticket) {
  unsigned closed = world.closed;
  struct cmta_ticket ticket;
  open_question(row, by_ticket, &ticket);
  if (by_ticket)
    cr_assert_eq(cmta_ticket_answer(world.server, ticket, CMTA_REJECT, 0, NULL, NULL), 0);
  else
    world_decide(&world, CMTA_REJECT);
  go_away(way);
  world_run_empty(&world);
  cr_assert_eq(world.closed, closed + 1, "row %zu, way %d", row, (int)way);
  cr_assert_null(world.open);
  if (way == HALF_CLOSES)
    client_close(&client, false);
}

Test(vanish, just_when_the_answer_comes_frees_everything) {
  world_listen_any(&world);
  for (size_t row = 0; row < QUESTIONS; row++)
    for (int way = 0; way < WAYS; way++) {
      go_with_answer(row, (enum way)way, false);
      go_with_answer(row, (enum way)way, true);
    }
}

/* A client whose bytes wait behind the question, and that then ends its side in this way. */
static void leave_bytes_behind(bool reset) {
  world.late = NOOP;
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  client_send(&client, "NOOP\r\n");
  world_run_until_asked(&world);
  client_send(&client, "RSET\r\n");
  for (int i = 0; i < 3; i++)
    ev_run(world.loop, EVRUN_NOWAIT);
  client_close(&client, reset);
}

/* Its bytes are in the way: the end behind them is seen when they have been run. */
Test(vanish, behind_bytes_that_wait_is_noticed_after_the_answer) {
  leave_bytes_behind(false);
  cr_assert_eq(world.closed, 0);
  world_decide(&world, CMTA_ACCEPT);
  world_run_empty(&world);
  cr_assert_eq(world.closed, 1);
}

Test(vanish, in_a_later_question_is_noticed_though_bytes_waited_in_an_earlier_one) {
  world.late = NOOP;
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  client_send(&client, "NOOP\r\n");
  world_run_until_asked(&world);
  client_send(&client, "NOOP\r\n");
  for (int i = 0; i < 3; i++)
    ev_run(world.loop, EVRUN_NOWAIT);
  world_decide(&world, CMTA_ACCEPT);
  world.open = NULL;
  client_expect(&client, "250 ");
  world_run_until_asked(&world);
  client_close(&client, false);
  world_run_empty(&world);
  cr_assert_null(world.open);
}

Test(vanish, behind_bytes_that_wait_is_noticed_when_the_time_of_the_question_is_up) {
  world.settings.decision_timeout = 1;
  leave_bytes_behind(true);
  world_run_empty(&world);
  cr_assert_eq(world.closed, 1);
}

/* The time for the next look has come. */
static void look(void) {
  cr_assert(ev_is_active(&world.server->connections->look));
  ev_feed_event(world.loop, &world.server->connections->look, EV_TIMER);
  ev_run(world.loop, EVRUN_NOWAIT);
}

Test(vanish, by_a_reset_is_noticed_behind_bytes_that_wait) {
  leave_bytes_behind(true);
  look();
  cr_assert_eq(world.closed, 1);
}

Test(vanish, by_a_close_behind_bytes_that_wait_may_be_a_half_close) {
  leave_bytes_behind(false);
  look();
  cr_assert_eq(world.closed, 0);
  world_decide(&world, CMTA_ACCEPT);
  world_run_empty(&world);
  cr_assert_eq(world.closed, 1);
}

/* What a client sent before it closed counts: here a QUIT behind the question. */
Test(vanish, a_half_close_behind_a_question_lets_what_came_before_be_run) {
  world.late = NOOP;
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_send(&client, "NOOP\r\nQUIT\r\n");
  shutdown(client.fd, SHUT_WR);
  world_run_until_asked(&world);
  ev_run(world.loop, EVRUN_NOWAIT);
  world_decide(&world, CMTA_ACCEPT);
  client_expect(&client, "220 ");
  client_expect(&client, "250 ");
  client_expect(&client, "221 ");
  client_expect_end(&client);
  cr_assert_eq(world.reason, CMTA_CLOSED_QUIT);
  client_close(&client, false);
}

Test(vanish, with_replies_unsent_frees_everything) {
  static char noops[6 * 200000];
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  for (size_t i = 0; i < sizeof noops; i += 6)
    memcpy(noops + i, "NOOP\r\n", 6);
  (void)client_push(&client, noops, sizeof noops);
  client_close(&client, true);
  world_run_empty(&world);
  cr_assert_eq(world.reason, CMTA_CLOSED_HANGUP);
}

Test(vanish, the_server_may_be_freed_with_clients_in_each_phase) {
  static struct client many[sizeof beginnings / sizeof *beginnings];
  world_listen_any(&world);
  for (size_t i = 0; i < sizeof many / sizeof *many; i++) {
    client_connect(&many[i], &world, 0);
    client_send(&many[i], beginnings[i]);
    client_expect(&many[i], "220 ");
  }
  cmta_server_free(world.server);
  world.server = NULL;
  cr_assert_eq(world.closed, sizeof many / sizeof *many);
  cr_assert_eq(world.reason, CMTA_CLOSED_FREED);
  for (size_t i = 0; i < sizeof many / sizeof *many; i++)
    client_close(&many[i], false);
}
