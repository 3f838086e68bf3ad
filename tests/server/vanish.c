/* SPDX-License-Identifier: MIT */

/* Clients that go away without a word, at each point, by FIN and by RST. */

#include "harness.h"

#include <criterion/criterion.h>
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

static void go_in_question(unsigned question, const char *said, bool reset) {
  unsigned before = world.closed;
  world.late = question;
  client_connect(&client, &world, 0);
  client_send(&client, said);
  world_run_until_asked(&world);
  client_close(&client, reset);
  world_run_empty(&world);
  cr_assert_eq(world.closed, before + 1, "question %u", question);
  cr_assert_null(world.open);
}

/* By FIN only where the client has taken all replies and nothing of it waits: else the kernel makes
 * it a reset. */
Test(vanish, while_a_question_is_open_it_is_cancelled) {
  static const struct {
    enum question question;
    const char *said;
  } rows[] = {{CONNECT, ""},
              {HELLO, GREETED},
              {MAIL, MAILED},
              {RCPT, ADDRESSED},
              {DATA, SENDING},
              {CHUNK, SENDING "line\r\n"},
              {MESSAGE, SENDING "line\r\n.\r\n"}};
  world_listen_any(&world);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    go_in_question(rows[i].question, rows[i].said, false);
    go_in_question(rows[i].question, rows[i].said, true);
  }
}

/* Its bytes are in the way: the end behind them is seen when they have been run. */
Test(vanish, behind_bytes_that_wait_is_noticed_after_the_answer) {
  world.late = NOOP;
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  client_send(&client, "NOOP\r\n");
  world_run_until_asked(&world);
  client_send(&client, "RSET\r\n");
  client_close(&client, false);
  ev_run(world.loop, EVRUN_ONCE);
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
  world.late = NOOP;
  world.settings.decision_timeout = 1;
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  client_send(&client, "NOOP\r\n");
  world_run_until_asked(&world);
  client_send(&client, "RSET\r\n");
  client_close(&client, true);
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
