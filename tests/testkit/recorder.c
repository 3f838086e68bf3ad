/* SPDX-License-Identifier: MIT */

/* Transcripts: what is in them, how they are written, and which are kept. */

#include "lines.h"
#include "raw.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct cmta_kit_config config;
static struct cmta_kit *kit;
static struct cmta_recorder *recorder;
static struct raw raw;

static void begin(void) {
  cmta_kit_config_init(&config);
  cr_assert_eq(cmta_kit_start(&kit, &config), 0);
  recorder = cmta_kit_recorder(kit);
}

static void end(void) { cmta_kit_stop(kit); }

TestSuite(recorder, .init = begin, .fini = end, .timeout = 30);

/* Says QUIT; the connection has ended when this returns. */
static void quit(uint64_t connections) {
  raw_say(&raw, "QUIT", "221 ");
  raw_expect_end(&raw);
  cr_assert_eq(cmta_recorder_wait_closed(recorder, connections, 10), (int)connections);
}

/* A transcript without its times, which are real here. */
static char *new_text(uint64_t connection, enum cmta_transcript_form form) {
  char *text = cmta_recorder_text(recorder, connection, form);
  cr_assert_not_null(text);
  return text;
}

static void expect_lines(uint64_t connection, const char *const *lines) {
  lines_expect(recorder, connection, lines);
}

Test(recorder, shows_a_connection_in_order) {
  raw_greet(&raw, cmta_kit_port(kit));
  raw_begin_data(&raw);
  raw_say(&raw, "Date: today\r\nFrom: me\r\n\r\nx\r\n.", "250 ");
  quit(1);
  expect_lines(1, (const char *const[]){
                      "*  connected from 127.0.0.1:", "S  220 localhost ESMTP cmta",
                      "C  EHLO client.example", "S  250-localhost", "...",
                      "C  MAIL FROM:<a@client.example>", "S  250 ", "C  RCPT TO:<b@server.example>",
                      "S  250 ", "C  DATA", "S  354 ", "C  (message of 31 octets)", "S  250 ",
                      "C  QUIT", "S  221 ", "*  closed: quit", NULL});
}

Test(recorder, shows_faults_where_they_happen) {
  cmta_kit_fault(kit, "noop nth 2: reply 450 4.0.0 \"No\"");
  raw_connect(&raw, cmta_kit_port(kit));
  raw_expect(&raw, "220 ");
  raw_say(&raw, "NOOP", "250 ");
  raw_say(&raw, "NOOP", "450 ");
  quit(1);
  expect_lines(1, (const char *const[]){"*  connected", "S  220", "C  NOOP", "S  250", "C  NOOP",
                                        "*  fault: noop nth 2: reply 450 4.0.0 No", "S  450",
                                        "C  QUIT", "S  221", "*  closed: quit", NULL});
}

Test(recorder, shows_chunks_with_their_octets) {
  raw_greet(&raw, cmta_kit_port(kit));
  raw_send(&raw, "BDAT 5\r\nabc\r\n");
  raw_expect(&raw, "503 ");
  raw_send(&raw, "MAIL FROM:<>\r\nRCPT TO:<b@s.example>\r\nBDAT 20\r\nDate: a\r\nFrom: b\r\n\r\n"
                 "BDAT 0 LAST\r\n");
  for (int i = 0; i < 4; i++)
    raw_expect(&raw, "250 ");
  quit(1);
  expect_lines(1, (const char *const[]){"*",
                                        "S",
                                        "C  EHLO",
                                        "...",
                                        "C  BDAT 5",
                                        "C  (message of 5 octets)",
                                        "S  503",
                                        "C  MAIL",
                                        "S  250",
                                        "C  RCPT",
                                        "S  250",
                                        "C  BDAT 20",
                                        "C  (message of 20 octets)",
                                        "S  250",
                                        "C  BDAT 0 LAST",
                                        "S  250",
                                        "C  QUIT",
                                        "S  221",
                                        "*  closed",
                                        NULL});
}

Test(recorder, shows_as_much_of_a_message_as_has_come) {
  raw_greet(&raw, cmta_kit_port(kit));
  raw_begin_data(&raw);
  raw_send(&raw, "Date: a\r\n");
  raw_close(&raw);
  cr_assert_eq(cmta_recorder_wait_closed(recorder, 1, 10), 1);
  expect_lines(1, (const char *const[]){"*", "...", "S  354", "C  (message of 9 octets)",
                                        "*  closed: hangup", NULL});
}

Test(recorder, makes_visible_what_clients_say) {
  raw_connect(&raw, cmta_kit_port(kit));
  raw_expect(&raw, "220 ");
  raw_say(&raw, "NOOP \x1b[1m\\\xc2\x9b\xff\xc3\xa4\xe2\x80\xae\xd8\x9c\xf3\xa0\x81\x81", "50");
  quit(1);
  expect_lines(1, (const char *const[]){
                      "*", "S  220",
                      "C  NOOP \\x1b[1m\\\\\\xc2\\x9b\\xff\xc3\xa4\\xe2\\x80\\xae\\xd8\\x9c"
                      "\\xf3\\xa0\\x81\\x81",
                      "S", "C  QUIT", "S", "*", NULL});
}

Test(recorder, writes_json) {
  raw_connect(&raw, cmta_kit_port(kit));
  raw_expect(&raw, "220 ");
  raw_say(&raw, "NOOP \"\\\x01", "50");
  quit(1);
  char *text = new_text(1, CMTA_TRANSCRIPT_JSON);
  cr_expect_not_null(strstr(text, ",\"kind\":\"client\",\"tls\":false,\"octets\":10,\"text\":"
                                  "\"NOOP \\\"\\\\\\\\\\\\x01\"}\n"),
                     "%s", text);
  cr_expect_eq(strncmp(text, "{\"connection\":1,\"seconds\":0.0", 29), 0, "%s", text);
  cr_expect_not_null(
      strstr(text, "\"kind\":\"closed\",\"tls\":false,\"octets\":0,\"text\":\"quit\"}\n"));
  free(text);
}

static void compare_secret(void *context, const struct cmta_event *event) {
  unsigned *found = context;
  if (!strstr(event->text, "[secret]"))
    return;
  ++*found;
  cr_expect_eq(event->octets, strlen(event->text) + 2, "%s", event->text);
}

Test(recorder, counts_of_a_secret_what_is_shown_alone) {
  raw_connect(&raw, cmta_kit_port(kit));
  raw_expect(&raw, "220 ");
  raw_say(&raw, "AUTH PLAIN AGFsaWNlAHNlY3JldA==", "50");
  quit(1);
  unsigned found = 0;
  cmta_recorder_show(cmta_kit_recorder(kit), 1, compare_secret, &found);
  cr_expect_eq(found, 1);
}

static void count(void *context, const struct cmta_event *event) {
  unsigned *counts = context;
  counts[event->kind]++;
}

Test(recorder, shows_each_event) {
  unsigned counts[CMTA_EVENT_LEFT_OUT + 1] = {0};
  raw_connect(&raw, cmta_kit_port(kit));
  raw_expect(&raw, "220 ");
  quit(1);
  cr_expect_eq(cmta_recorder_show(recorder, 1, count, counts), 5);
  cr_expect_eq(counts[CMTA_EVENT_CONNECTED], 1);
  cr_expect_eq(counts[CMTA_EVENT_CLIENT], 1);
  cr_expect_eq(counts[CMTA_EVENT_SERVER], 2);
  cr_expect_eq(counts[CMTA_EVENT_CLOSED], 1);
  cr_expect_eq(cmta_recorder_show(recorder, 2, count, counts), CMTA_E_ARGUMENT);
  cr_expect_null(cmta_recorder_text(recorder, 2, CMTA_TRANSCRIPT_TEXT));
}

Test(recorder, keeps_what_has_not_ended) {
  cr_expect_eq(cmta_recorder_first(recorder), 1);
  cr_expect_eq(cmta_recorder_end(recorder), 1);
  struct raw other;
  raw_greet(&other, cmta_kit_port(kit));
  raw_greet(&raw, cmta_kit_port(kit));
  cr_expect_eq(cmta_recorder_end(recorder), 3);
  quit(1);
  cmta_recorder_clear(recorder);
  cr_expect_eq(cmta_recorder_first(recorder), 1);
  cr_expect_eq(cmta_recorder_end(recorder), 3);
  cr_expect_null(cmta_recorder_text(recorder, 2, CMTA_TRANSCRIPT_TEXT));
  raw = other;
  quit(2);
  cmta_recorder_clear(recorder);
  cr_expect_eq(cmta_recorder_first(recorder), 3);
}

Test(recorder, says_how_much_it_has_left_out) {
  enum { EACH = 500, TIMES = 12 };
  struct raw *client = &raw;
  unsigned counts[CMTA_EVENT_LEFT_OUT + 1] = {0};
  raw_greet(client, cmta_kit_port(kit));
  for (int i = 0; i < TIMES; i++) {
    char lines[EACH * 6 + 1] = "";
    for (int j = 0; j < EACH; j++)
      memcpy(lines + j * 6, "RSET\r\n", 7);
    raw_send(client, lines);
    for (int j = 0; j < EACH; j++)
      raw_expect(client, "250 ");
  }
  quit(1);
  cr_expect_eq(cmta_recorder_show(recorder, 1, count, counts), 10002);
  cr_expect_eq(counts[CMTA_EVENT_LEFT_OUT], 1);
  cr_expect_eq(counts[CMTA_EVENT_CLOSED], 1);
}

Test(recorder, waits_no_longer_than_it_is_told) {
  cr_expect_eq(cmta_recorder_wait_closed(recorder, 1, 0), CMTA_E_TIMEOUT);
  cr_expect_eq(cmta_recorder_wait_closed(recorder, 0, 0), 0);
}

static void note(void *context, uint64_t connection) { *(uint64_t *)context = connection; }

Test(recorder, tells_when_a_connection_has_ended) {
  uint64_t noted = 0;
  cmta_recorder_on_closed(recorder, note, &noted);
  raw_greet(&raw, cmta_kit_port(kit));
  quit(1);
  cmta_kit_stop(kit);
  cr_expect_eq(noted, 1);
  cr_assert_eq(cmta_kit_start(&kit, NULL), 0);
}

Test(recorder, shows_handshakes_that_fail) {
  cmta_kit_stop(kit);
  config.tls_mode = CMTA_TLS_OFFERED;
  cr_assert_eq(cmta_kit_start(&kit, &config), 0);
  recorder = cmta_kit_recorder(kit);
  raw_greet(&raw, cmta_kit_port(kit));
  raw_say(&raw, "STARTTLS", "220 ");
  raw_send(&raw, "no handshake\r\n");
  cr_assert_eq(cmta_recorder_wait_closed(recorder, 1, 10), 1);
  raw_close(&raw);
  expect_lines(1, (const char *const[]){"*", "...", "C  STARTTLS", "S  220", "*  TLS: failed",
                                        "*  closed: tls", NULL});
}

/* ---- A server of our own ---- */

static void *run(void *server) {
  cmta_server_run(server, false);
  return NULL;
}

static void stop(struct cmta_server *server, void *context) {
  (void)context;
  cmta_server_stop(server, NULL, NULL);
}

/* A server whose recorder, which nobody tells of connections, keeps two. */
struct own {
  struct cmta_server *server;
  uint16_t port;
  pthread_t thread;
};

static void own_begin(struct own *own) {
  cr_assert_eq(cmta_recorder_new(&recorder, 2), 0);
  cr_assert_eq(cmta_server_new(&own->server, NULL, NULL, NULL, NULL), 0);
  cr_assert_eq(cmta_recorder_add_to(recorder, own->server), 1);
  cr_assert_eq(cmta_server_listen(own->server, "127.0.0.1:0"), 0);
  cr_assert_eq(cmta_server_listener(own->server, 0, NULL, &own->port), 0);
  cr_assert_eq(pthread_create(&own->thread, NULL, run, own->server), 0);
}

static void own_end(struct own *own) {
  cr_assert_eq(cmta_server_call(own->server, stop, NULL), 0);
  pthread_join(own->thread, NULL);
  cmta_server_free(own->server);
  cmta_recorder_free(recorder);
}

Test(recorder, keeps_the_last_of_many) {
  struct own own;
  own_begin(&own);
  for (uint64_t i = 1; i <= 4; i++) {
    raw_greet(&raw, own.port);
    quit(i);
  }
  cr_expect_eq(cmta_recorder_first(recorder), 3);
  cr_expect_eq(cmta_recorder_end(recorder), 5);
  own_end(&own);
}

Test(recorder, leaves_forgotten_what_it_had_no_room_for) {
  struct own own;
  struct raw first;
  own_begin(&own);
  raw_greet(&first, own.port);
  for (uint64_t i = 1; i <= 2; i++) {
    raw_greet(&raw, own.port);
    quit(i);
  }
  cmta_recorder_clear(recorder);
  raw_say(&first, "NOOP", "250 ");
  cr_expect_null(cmta_recorder_text(recorder, 1, CMTA_TRANSCRIPT_TEXT));
  cr_expect_eq(cmta_recorder_first(recorder), 4);
  raw_close(&first);
  own_end(&own);
}

Test(recorder, is_for_one_server) {
  struct cmta_recorder *own;
  struct cmta_server *server;
  cr_assert_eq(cmta_recorder_new(&own, 2), 0);
  cr_assert_eq(cmta_server_new(&server, NULL, NULL, NULL, NULL), 0);
  cr_expect_eq(cmta_recorder_add_to(own, server), 1);
  cr_expect_eq(cmta_recorder_add_to(own, server), CMTA_E_STATE);
  cmta_server_free(server);
  cmta_recorder_free(own);
  cmta_recorder_free(NULL);
  cr_expect_eq(cmta_recorder_new(NULL, 0), CMTA_E_ARGUMENT);
}
