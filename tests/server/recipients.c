/* SPDX-License-Identifier: MIT */

/* Tickets of many recipients of one message, answered by threads in any order. A plain program,
 * that the thread sanitizer can run too. */

#include "harness.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORKERS = 4, RECIPIENTS = 50, CLIENTS = 8 };

/* The questions of one message. */
struct round {
  struct cmta_ticket tickets[RECIPIENTS];
  unsigned order[RECIPIENTS]; /* in which they are answered */
  size_t count;
};

static struct world world;
static struct client client;
static struct round rounds[CLIENTS];
static size_t round_count, recipients;
static atomic_uint answered, stale;

/* ---- The loop's side ---- */

/* Recipients whose number divides by 7 are answered at once. */
static enum cmta_verdict on_message(struct cmta_session *session, void *user,
                                    const struct cmta_message *message) {
  (void)user;
  size_t recipient = cmta_session_recipient(session);
  cr_assert_eq(cmta_message_envelope(message)->forward_path_count, recipients);
  if (recipient == 0)
    round_count++;
  struct round *round = &rounds[round_count - 1];
  if (recipient % 7 == 3)
    return CMTA_REJECT;
  struct cmta_ticket again;
  cr_assert_eq(cmta_server_ticket(world.server, session, &round->tickets[recipient]), 0);
  cr_assert_eq(cmta_server_ticket(world.server, session, &again), 0);
  cr_assert_eq(again.generation, round->tickets[recipient].generation);
  round->count++;
  return CMTA_LATER;
}

static void begin(size_t count) {
  world_init(&world);
  world.settings.manners.lmtp = true;
  world.hooks.message = on_message;
  round_count = 0;
  recipients = count;
  answered = stale = 0;
  for (size_t i = 0; i < CLIENTS; i++)
    rounds[i] = (struct round){.count = 0};
  world_listen_any(&world);
}

/* ---- The workers' side ---- */

static atomic_size_t next_turn;

/* Each takes the next turn; with code and text, or without, by the number of the recipient. */
static void *work(void *context) {
  struct round *round = context;
  size_t turn;
  while ((turn = next_turn++) < recipients) {
    unsigned recipient = round->order[turn];
    struct cmta_ticket ticket = round->tickets[recipient];
    int error = recipient % 2 ? cmta_ticket_answer(world.server, ticket, CMTA_ACCEPT, 250, NULL,
                                                   "r%u", recipient)
                              : cmta_ticket_decide(world.server, ticket, CMTA_TEMPFAIL);
    answered += error == 0;
    stale += error == CMTA_E_STALE;
  }
  return NULL;
}

static void shuffle(struct round *round, unsigned seed) {
  for (unsigned i = 0; i < recipients; i++)
    round->order[i] = i;
  for (unsigned i = (unsigned)recipients - 1; i > 0; i--) {
    seed = seed * 1103515245u + 12345u;
    unsigned other = (seed >> 16) % (i + 1), kept = round->order[i];
    round->order[i] = round->order[other];
    round->order[other] = kept;
  }
}

static void answer_all(struct round *round, unsigned seed) {
  pthread_t workers[WORKERS];
  shuffle(round, seed);
  next_turn = 0;
  for (int i = 0; i < WORKERS; i++)
    cr_assert_eq(pthread_create(&workers[i], NULL, work, round), 0);
  for (int i = 0; i < WORKERS; i++)
    pthread_join(workers[i], NULL);
}

/* ---- The client ---- */

static void send_message(void) {
  char line[64];
  client_send(&client, "LHLO c.example\r\nMAIL FROM:<a@x.example>\r\n");
  client_expect(&client, "250-");
  client_expect(&client, "250 ");
  for (size_t i = 0; i < recipients; i++) {
    snprintf(line, sizeof line, "RCPT TO:<r%zu@x.example>", i);
    client_say(&client, line, "250 ");
  }
  client_say(&client, "DATA", "354 ");
  client_send(&client, "Hello\r\n.\r\n");
}

static void expect_replies(void) {
  char reply[64];
  for (size_t i = 0; i < recipients; i++) {
    const char *other = i % 7 == 3 ? "554 5.7.1 Message refused by policy\r\n"
                                   : "451 4.3.0 Temporary trouble here, try again later\r\n";
    snprintf(reply, sizeof reply, "250 2.6.0 r%zu\r\n", i);
    client_expect(&client, i % 2 && i % 7 != 3 ? reply : other);
  }
}

static void wait_for_questions(void) {
  while (round_count == 0 || cmta_server_connections(world.server) == 0)
    ev_run(world.loop, EVRUN_ONCE);
}

static void connect_and_send(void) {
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  send_message();
  wait_for_questions();
}

/* ---- What is claimed ---- */

static void answered_in_any_order_are_replied_to_in_their_own(void) {
  for (unsigned seed = 1; seed <= 5; seed++) {
    begin(RECIPIENTS);
    connect_and_send();
    size_t asked = rounds[0].count;
    answer_all(&rounds[0], seed);
    expect_replies();
    cr_assert_eq(answered, asked);
    cr_assert_eq(stale, RECIPIENTS - asked);
    client_say(&client, "QUIT", "221 ");
    client_close(&client, false);
    world_free(&world);
  }
}

static void whose_client_has_gone_are_stale(void) {
  begin(RECIPIENTS);
  connect_and_send();
  client_close(&client, true);
  world_run_empty(&world);
  answer_all(&rounds[0], 3);
  cr_assert_eq(answered, 0);
  cr_assert_eq(stale, RECIPIENTS);
  cr_assert_eq(world.cancelled, rounds[0].count);
  world_free(&world);
}

static void answered_while_the_client_goes_do_no_harm(void) {
  begin(RECIPIENTS);
  connect_and_send();
  pthread_t worker;
  shuffle(&rounds[0], 5);
  next_turn = 0;
  cr_assert_eq(pthread_create(&worker, NULL, work, &rounds[0]), 0);
  client_close(&client, true);
  world_run_empty(&world);
  pthread_join(worker, NULL);
  cr_assert_eq(answered + stale, RECIPIENTS);
  world_free(&world);
}

static const struct {
  const char *name;
  void (*run)(void);
} tests[] = {
    {"answered in any order are replied to in their own",
     answered_in_any_order_are_replied_to_in_their_own},
    {"whose client has gone are stale", whose_client_has_gone_are_stale},
    {"answered while the client goes do no harm", answered_while_the_client_goes_do_no_harm},
};

int main(void) {
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
    printf("recipients %s\n", tests[i].name);
    fflush(stdout);
    tests[i].run();
  }
}
