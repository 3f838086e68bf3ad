/* SPDX-License-Identifier: MIT */

/*
 * What `foresee` is for: with a lookup for each recipient that takes one tick of the test's clock,
 * a pipelined group takes as long as one recipient, however its bytes come.
 */

#include "calls.h"
#include "harness.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Recipients of a group, and octets of each of its lines. */
enum { GROUP = 50, LINE = 25 };

/* A lookup service: what was asked before a tick is known after it. */
static struct {
  bool started[GROUP], known[GROUP];
  unsigned foreseen; /* commands told */
  unsigned answered; /* recipients */
  unsigned ticks;
  int open; /* the recipient whose question is open */
} lookups;

static struct world world;
static struct client client;

static void begin(void) {
  memset(&lookups, 0, sizeof lookups);
  world_init(&world);
}

static void end(void) { world_free(&world); }

TestSuite(foresee, .init = begin, .fini = end, .timeout = 30);

/* Recipients have their number as local part. */
static int number_of(const struct cmta_path *path) {
  char digits[8] = {0};
  memcpy(digits, path->local_part.at, path->local_part.length < 7 ? path->local_part.length : 7);
  return atoi(digits) % GROUP;
}

static void on_foresee(struct cmta_session *session, void *user,
                       const struct cmta_foreseen *command) {
  (void)session;
  (void)user;
  lookups.foreseen++;
  if (command->path)
    lookups.started[number_of(command->path)] = true;
}

static enum cmta_verdict on_rcpt(struct cmta_session *session, void *user,
                                 const struct cmta_path *path) {
  int number = number_of(path);
  (void)user;
  lookups.started[number] = true;
  if (lookups.known[number]) {
    lookups.answered++;
    return CMTA_ACCEPT;
  }
  lookups.open = number;
  world.open = session;
  return CMTA_LATER;
}

/* Time passes: all lookups are done, and the open question is answered if it waited for one. */
static void tick(void) {
  lookups.ticks++;
  for (int i = 0; i < GROUP; i++)
    lookups.known[i] |= lookups.started[i];
  if (!world.open)
    return;
  cr_assert(lookups.known[lookups.open]);
  lookups.answered++;
  world_decide(&world, CMTA_ACCEPT);
  world.open = NULL;
}

/* A client in a transaction; no RCPT was sent yet. */
static void meet(bool foresees) {
  world.hooks.rcpt = on_rcpt;
  if (foresees)
    world.hooks.foresee = on_foresee;
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  client_say(&client, "EHLO c.example", "250");
  client_say(&client, "MAIL FROM:<a@c.example>", "250 ");
}

static void write_group(char *text) {
  for (int i = 0; i < GROUP; i++)
    sprintf(text + (size_t)i * LINE, "RCPT TO:<%03d@s.example>\r\n", i);
}

static void run_until_foreseen(unsigned count) {
  while (lookups.foreseen < count)
    ev_run(world.loop, EVRUN_ONCE);
}

/* Lets time pass whenever a question is open, until all are answered. */
static void answer_group(void) {
  while (lookups.answered < GROUP) {
    bool waits = world.open;
    if (waits)
      tick();
    ev_run(world.loop, waits ? EVRUN_NOWAIT : EVRUN_ONCE);
  }
  for (int i = 0; i < GROUP; i++)
    client_expect(&client, "250 ");
}

Test(foresee, makes_a_group_as_quick_as_one_recipient) {
  char group[GROUP * LINE + 1];
  write_group(group);
  meet(true);
  client_send(&client, group);
  run_until_foreseen(GROUP - 1);
  answer_group();
  cr_assert_eq(lookups.ticks, 1);
  client_close(&client, false);
}

Test(foresee, without_it_each_recipient_takes_its_time) {
  char group[GROUP * LINE + 1];
  write_group(group);
  meet(false);
  client_send(&client, group);
  answer_group();
  cr_assert_eq(lookups.ticks, GROUP);
  client_close(&client, false);
}

/* The pieces end within lines; each is read while the question is open. */
Test(foresee, sees_a_group_that_comes_in_pieces) {
  enum { PIECE = 90 };
  char group[GROUP * LINE + 1], piece[PIECE + 1];
  write_group(group);
  meet(true);
  for (size_t sent = 0; sent < GROUP * LINE; sent += PIECE) {
    size_t there = sent + PIECE < GROUP * LINE ? sent + PIECE : GROUP * LINE;
    snprintf(piece, sizeof piece, "%s", group + sent);
    client_send(&client, piece);
    run_until_foreseen((unsigned)(there / LINE) - 1);
  }
  cr_assert_eq(lookups.foreseen, GROUP - 1);
  answer_group();
  cr_assert_eq(lookups.ticks, 1);
  cr_assert_eq(lookups.foreseen, GROUP - 1, "each is told once");
  client_close(&client, false);
}

Test(foresee, reads_no_more_than_a_block_ahead) {
  static char many[LINE * 40000 + 1];
  for (size_t i = 0; i + LINE < sizeof many; i += LINE)
    memcpy(many + i, "RCPT TO:<000@s.example>\r\n", LINE + 1);
  meet(true);
  (void)client_push(&client, many, sizeof many - 1);
  for (int i = 0; i < 10; i++)
    ev_run(world.loop, EVRUN_NOWAIT);
  cr_assert_geq(lookups.foreseen * LINE, 65536 - 2 * LINE);
  cr_assert_leq(lookups.foreseen * LINE, 65536);
  unsigned receives = calls.receives;
  for (int i = 0; i < 10; i++)
    ev_run(world.loop, EVRUN_NOWAIT);
  cr_assert_eq(calls.receives, receives, "the loop is kept busy");
  client_close(&client, true);
}

Test(foresee, reads_nothing_ahead_behind_the_end_of_a_group) {
  meet(true);
  client_send(&client, "RCPT TO:<000@s.example>\r\n");
  world_run_until_asked(&world);
  client_send(&client, "NOOP\r\n");
  run_until_foreseen(1);
  client_send(&client, "RCPT TO:<001@s.example>\r\n");
  for (int i = 0; i < 5; i++)
    ev_run(world.loop, EVRUN_NOWAIT);
  cr_assert_eq(lookups.foreseen, 1);
  tick();
  client_expect(&client, "250 ");
  client_expect(&client, "250 ");
  world_run_until_asked(&world);
  tick();
  client_expect(&client, "250 ");
  client_close(&client, false);
}

/* The first question wants nothing ahead, so that its bytes are only peeked at. */
Test(foresee, sees_what_came_while_an_earlier_question_was_open) {
  world.late = NOOP;
  meet(true);
  client_send(&client, "NOOP\r\nRCPT TO:<000@s.example>\r\n");
  world_run_until_asked(&world);
  client_send(&client, "RCPT TO:<001@s.example>\r\n");
  for (int i = 0; i < 5; i++)
    ev_run(world.loop, EVRUN_NOWAIT);
  cr_assert_eq(lookups.foreseen, 0);
  world_decide(&world, CMTA_ACCEPT);
  run_until_foreseen(1);
  tick();
  for (int i = 0; i < 3; i++)
    client_expect(&client, "250 ");
  client_close(&client, false);
}

/* The end of the client is read behind its commands, which still have their turn. */
Test(foresee, loses_nothing_of_a_client_that_has_ended_its_side) {
  meet(true);
  client_send(&client, "RCPT TO:<000@s.example>\r\n");
  world_run_until_asked(&world);
  client_send(&client, "RCPT TO:<001@s.example>\r\nQUIT\r\n");
  shutdown(client.fd, SHUT_WR);
  run_until_foreseen(2);
  for (int i = 0; i < 5; i++)
    ev_run(world.loop, EVRUN_NOWAIT);
  cr_assert_eq(world.closed, 0);
  tick();
  client_expect(&client, "250 ");
  client_expect(&client, "250 ");
  client_expect(&client, "221 ");
  client_expect_end(&client);
  cr_assert_eq(world.reason, CMTA_CLOSED_QUIT);
  cr_assert_eq(lookups.ticks, 1);
  client_close(&client, false);
}

Test(foresee, notices_a_client_that_goes_while_its_last_command_is_in_question) {
  meet(true);
  client_send(&client, "RCPT TO:<000@s.example>\r\nRCPT TO:<001@s.example>\r\n");
  run_until_foreseen(1);
  lookups.started[1] = false;
  tick();
  client_expect(&client, "250 ");
  world_run_until_asked(&world);
  client_close(&client, false);
  world_run_empty(&world);
  cr_assert_eq(world.reason, CMTA_CLOSED_HANGUP);
  cr_assert_eq(world.closed, 1);
}

Test(foresee, notices_a_reset_behind_what_was_foreseen) {
  meet(true);
  client_send(&client, "RCPT TO:<000@s.example>\r\nRCPT TO:<001@s.example>\r\n");
  run_until_foreseen(1);
  client_close(&client, true);
  world_run_empty(&world);
  cr_assert_eq(world.reason, CMTA_CLOSED_HANGUP);
}
