/* SPDX-License-Identifier: MIT */

/* Messages in chunks over a socket (RFC 3030), and listeners with manners of their own. */

#include "harness.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 64, LARGE = 100 * 1024, HUGE = 3 * 1024 * 1024 };

static struct world world;
static struct client client;
static char *text; /* lines, NUL behind them */
static size_t octets;
static unsigned compared; /* messages that were as they should be */

static enum cmta_verdict compare(struct cmta_session *session, void *user,
                                 const struct cmta_message *message) {
  struct cmta_slice data;
  (void)session;
  (void)user;
  compared += cmta_message_data(message, &data) == 0 && data.length == octets &&
              memcmp(data.at, text, octets) == 0;
  return CMTA_ACCEPT;
}

static void begin(void) { world_init(&world); }

static void end(void) {
  world_free(&world);
  free(text);
}

TestSuite(chunks, .init = begin, .fini = end, .timeout = 60);

static void make_text(size_t length) {
  octets = length;
  text = malloc(length + 1);
  for (size_t i = 0; i < length; i += LINE)
    sprintf(text + i, "%c%061zu\r\n", i % (10 * LINE) ? 'x' : '.', i);
  world.hooks.message = compare;
}

static void begin_transaction(int listener) {
  client_connect(&client, &world, listener);
  client_expect(&client, "220 ");
  client_say(&client, "EHLO client.example", "250");
  client_say(&client, "MAIL FROM:<a@client.example>", "250 ");
  client_say(&client, "RCPT TO:<b@server.example>", "250 ");
}

static void leave(void) {
  client_say(&client, "QUIT", "221 ");
  client_close(&client, false);
}

/* All of the text, in chunks of so many octets, each answered before the next. */
static void send_text(size_t size) {
  for (size_t at = 0; at < octets; at += size) {
    const size_t length = octets - at < size ? octets - at : size;
    char command[64], *behind = text + at + length, kept = *behind;
    snprintf(command, sizeof command, "BDAT %zu%s\r\n", length,
             at + length == octets ? " LAST" : "");
    client_send(&client, command);
    *behind = '\0';
    client_send(&client, text + at);
    *behind = kept;
    client_expect(&client, "250 ");
  }
}

Test(chunks, a_message_in_one_chunk_of_100_KiB_arrives_as_it_was_sent) {
  make_text(LARGE);
  world_listen_any(&world);
  begin_transaction(0);
  send_text(LARGE);
  cr_expect_eq(compared, 1);
  leave();
}

Test(chunks, a_message_in_chunks_cut_anywhere_arrives_as_it_was_sent) {
  make_text(LARGE);
  world_listen_any(&world);
  begin_transaction(0);
  send_text(1021);
  cr_expect_eq(compared, 1);
  leave();
}

Test(chunks, a_large_message_goes_to_a_file_and_arrives_as_it_was_sent) {
  make_text(HUGE);
  world.settings.max_message_memory = 10000;
  world_listen_any(&world);
  begin_transaction(0);
  send_text(1000000);
  cr_expect_eq(compared, 1);
  leave();
}

Test(chunks, octets_of_a_misplaced_chunk_are_dropped_and_run_no_command) {
  make_text(LARGE);
  for (size_t i = 0; i < LARGE; i += LINE)
    memcpy(text + i, "MAIL FROM:<evil@client.example>\r\n", 33);
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  client_say(&client, "EHLO client.example", "250");
  client_send(&client, "BDAT 102400 LAST\r\n");
  client_send(&client, text);
  client_expect(&client, "503 ");
  client_say(&client, "MAIL FROM:<a@client.example>", "250 ");
  leave();
}

Test(chunks, a_malformed_bdat_is_answered_and_the_connection_closed) {
  world_listen_any(&world);
  begin_transaction(0);
  client_say(&client, "BDAT -5", "521 ");
  client_expect_end(&client);
  client_close(&client, false);
  world_run_empty(&world);
  cr_expect_eq(world.reason, CMTA_CLOSED_PROTOCOL);
}

/* ---- Manners ---- */

static int listen_with(const struct cmta_manners *manners) {
  struct cmta_listen listen;
  cmta_listen_init(&listen);
  listen.address = "127.0.0.1:0";
  listen.manners = manners;
  return world_listen_with(&world, &listen);
}

/* What a listener answers to a message with a bare LF in it. */
static void send_bare(int listener, const char *reply) {
  begin_transaction(listener);
  client_say(&client, "DATA", "354 ");
  client_say(&client, "one\ntwo\r\n.", reply);
  leave();
}

Test(chunks, each_listener_has_manners_of_its_own_or_those_of_the_settings) {
  struct cmta_manners manners;
  cmta_manners_init(&manners);
  world.settings.manners.line_endings = CMTA_LINE_ENDINGS_KEEP;
  listen_with(NULL);
  listen_with(&manners);
  manners.line_endings = CMTA_LINE_ENDINGS_NORMALISE;
  listen_with(&manners);
  send_bare(0, "250 ");
  cr_expect_str_eq(world.last, "one\ntwo\r\n");
  send_bare(1, "550 ");
  send_bare(2, "250 ");
  cr_expect_str_eq(world.last, "one\r\ntwo\r\n");
}
