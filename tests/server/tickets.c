/* SPDX-License-Identifier: MIT */

/* One client whose questions are answered by tickets. */

#include "tickets.h"

#include <criterion/criterion.h>
#include <string.h>

struct world world;
struct client client;
struct cmta_ticket ticket;
struct noted noted;

void tickets_begin(void) {
  world_init(&world);
  memset(&noted, 0, sizeof noted);
}

void tickets_end(void) { world_free(&world); }

void meet(unsigned questions) {
  world.late = questions;
  if (!world.server)
    world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
}

int take(void) { return cmta_server_ticket(world.server, world.open, &ticket); }

void open_question(enum question question, const char *said) {
  meet(question);
  client_send(&client, said);
  world_run_until_asked(&world);
  cr_assert_eq(take(), 0);
}

void open_noop(void) { open_question(NOOP, "NOOP\r\n"); }

int answer(enum cmta_verdict verdict) {
  return cmta_ticket_answer(world.server, ticket, verdict, 0, NULL, NULL);
}

void leave(void) {
  client_close(&client, false);
  world_run_empty(&world);
}

enum cmta_verdict noop_takes(struct cmta_session *session, void *user, struct cmta_slice text) {
  (void)user, (void)text;
  noted.result = cmta_server_ticket(world.server, session, &noted.ticket);
  noted.calls++;
  return world.verdict;
}
