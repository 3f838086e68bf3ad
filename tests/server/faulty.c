/* SPDX-License-Identifier: MIT */

/* A server on whose connections something happens to replies, in virtual time. */

#include "faulty.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

struct world world;
struct client client;

static struct row {
  const char *line;
  struct cmta_wire wire;
} rows[8];
static size_t row_count;

static void apply(struct cmta_session *session, const char *line, size_t length) {
  for (size_t i = 0; i < row_count; i++) {
    size_t wanted = strlen(rows[i].line);
    bool hit = wanted ? length >= wanted && memcmp(line, rows[i].line, wanted) == 0 : length == 0;
    if (hit)
      cr_assert_eq(cmta_wire_set(session, &rows[i].wire), 0);
  }
}

static void on_trace(struct cmta_session *session, void *user, enum cmta_direction direction,
                     struct cmta_slice line) {
  (void)user;
  if (direction == CMTA_FROM_CLIENT)
    apply(session, line.at, line.length);
}

static void on_accepted(struct cmta_session *session, void *user) {
  (void)user;
  apply(session, "", 0);
}

void faulty_begin(void) {
  row_count = 0;
  world_init(&world);
  world.config.virtual_time = true;
  world.config.accepted = on_accepted;
  world.hooks.trace = on_trace;
}

void faulty_end(void) { world_free(&world); }

struct cmta_wire *faulty_at(const char *line) {
  struct row *row = &rows[row_count++];
  cr_assert_leq(row_count, sizeof rows / sizeof *rows);
  row->line = line;
  cmta_wire_init(&row->wire);
  return &row->wire;
}

void faulty_meet(void) {
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  faulty_pass(0);
}

void faulty_greet(void) {
  faulty_meet();
  client_expect(&client, "220 ");
  client_say(&client, "EHLO c", "250");
}

void faulty_leave(void) {
  client_close(&client, false);
  faulty_pass(0);
}

enum cmta_verdict faulty_stall_at_slice(struct cmta_session *session, void *user,
                                        struct cmta_slice bytes) {
  struct cmta_wire wire;
  (void)user, (void)bytes;
  cmta_wire_init(&wire);
  wire.stall = true;
  cr_assert_eq(cmta_wire_set(session, &wire), 0);
  cmta_wire_init(&wire);
  cr_assert_eq(cmta_wire_get(session, &wire), 0);
  cr_assert_eq(wire.cut, 0);
  cr_assert_eq(cmta_session_set_deadline(session, 0, CMTA_DROP), 0);
  return CMTA_LATER;
}

void faulty_stall_in_message(void) {
  world.hooks.chunk = faulty_stall_at_slice;
  faulty_greet();
  client_say(&client, "MAIL FROM:<a@c.example>", "250 ");
  client_say(&client, "RCPT TO:<b@s.example>", "250 ");
  client_send(&client, "DATA\r\nsome octets\r\n");
  client_expect(&client, "354 ");
  faulty_pass(0);
}

void faulty_pass(double seconds) { cr_assert_eq(cmta_server_advance(world.server, seconds), 0); }

/* Takes all that is there. */
static ssize_t take(void) {
  ssize_t count;
  faulty_pass(0);
  do {
    size_t room = sizeof client.input - client.length;
    count = client.read(&client, client.input + client.length, room);
    client.length += count > 0 ? (size_t)count : 0;
  } while (count > 0);
  return count;
}

void faulty_expect_silence(void) {
  ssize_t count = take();
  cr_assert_eq(client.length, 0, "heard %.*s", (int)client.length, client.input);
  cr_assert(count < 0 && errno == EAGAIN, "the connection ended");
}

void faulty_expect_octets(const char *octets) {
  (void)take();
  cr_assert(client.length == strlen(octets) && memcmp(client.input, octets, client.length) == 0,
            "expected %s, got %.*s", octets, (int)client.length, client.input);
  client.length = 0;
}

size_t faulty_count(void) {
  (void)take();
  size_t length = client.length;
  client.length = 0;
  return length;
}

void faulty_expect_reset(void) {
  ssize_t count = take();
  cr_assert_eq(client.length, 0, "heard %.*s", (int)client.length, client.input);
  cr_assert(count < 0 && errno == ECONNRESET);
}

void faulty_expect_gone(void) {
  faulty_pass(0);
  cr_assert_eq(cmta_server_connections(world.server), 0);
}
