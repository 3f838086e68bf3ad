/* SPDX-License-Identifier: MIT */

/* Transcripts from the moment when a connection is there to its very end. */

#include "lines.h"
#include "raw.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct raw raw;

/* ---- Of a kit ---- */

static struct cmta_kit *begin_tls(void) {
  struct cmta_kit_config config;
  struct cmta_kit *kit;
  cmta_kit_config_init(&config);
  config.tls_mode = CMTA_TLS_IMPLICIT;
  cr_assert_eq(cmta_kit_start(&kit, &config), 0);
  return kit;
}

/* How many connections have ended when so many should have. */
static int wait_closed(struct cmta_kit *kit, uint64_t connections) {
  return cmta_recorder_wait_closed(cmta_kit_recorder(kit), connections, 10);
}

Test(ends, a_handshake_that_fails_before_the_greeting_is_recorded, .timeout = 30) {
  struct cmta_kit *kit = begin_tls();
  raw_connect(&raw, cmta_kit_port(kit));
  raw_send(&raw, "EHLO client.example\r\n");
  cr_expect_eq(wait_closed(kit, 1), 1);
  lines_expect(cmta_kit_recorder(kit), 1,
               (const char *const[]){"*  connected from 127.0.0.1:", "*  TLS: failed",
                                     "*  closed: tls", NULL});
  raw_close(&raw);
  cmta_kit_stop(kit);
}

Test(ends, one_without_a_greeting_is_forgotten_between_two_tests, .timeout = 30) {
  struct cmta_kit *kit = begin_tls();
  raw_connect(&raw, cmta_kit_port(kit));
  raw_close(&raw);
  cr_expect_eq(wait_closed(kit, 1), 1);
  cr_expect_eq(cmta_recorder_first(cmta_kit_recorder(kit)), 1);
  cmta_kit_clear(kit);
  cr_expect_eq(cmta_recorder_first(cmta_kit_recorder(kit)), 2);
  cmta_kit_stop(kit);
}

Test(ends, one_that_a_fault_closes_at_once_ends_behind_it, .timeout = 30) {
  struct cmta_kit *kit = raw_kit("accept: close", false);
  raw_connect(&raw, cmta_kit_port(kit));
  raw_expect_end(&raw);
  cr_expect_eq(wait_closed(kit, 1), 1);
  lines_expect(cmta_kit_recorder(kit), 1,
               (const char *const[]){"*  connected from 127.0.0.1:", "*  fault: accept: close",
                                     "*  closed: verdict", NULL});
  cmta_kit_stop(kit);
}

/* A connection that says NOOP and EXPN, meets the fault and stays as long as it may. */
static void expect_reason(const char *fault, const char *reason) {
  struct cmta_kit *kit = raw_kit(fault, false);
  raw_connect(&raw, cmta_kit_port(kit));
  cr_assert_eq(cmta_kit_advance(kit, 0), 0);
  (void)send(raw.fd, "NOOP\r\nEXPN list\r\n", 17, MSG_NOSIGNAL);
  cr_assert_eq(cmta_kit_advance(kit, 0), 0);
  raw_close(&raw);
  cr_assert_eq(cmta_kit_advance(kit, 400), 0);
  cr_expect_eq(wait_closed(kit, 1), 1, "%s", fault);
  lines_expect(cmta_kit_recorder(kit), 1,
               (const char *const[]){"*  connected", "...", reason, NULL});
  cmta_kit_stop(kit);
}

Test(ends, those_that_a_fault_brings_about_are_a_verdict, .timeout = 30) {
  static const char *const faults[] = {
      "accept: close",     "accept: reset", "accept: reply 421", "accept: reply 450",
      "accept: reply 550", "accept: cut 4", "connect: cut 0",    "noop: cut 0",
      "noop: cut 2",       "noop: close",   "noop: reset",       "noop: reply 421",
      "expn: close",       "expn: reset",   "expn: reply 421",   "expn: cut 1",
  };
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
    expect_reason(faults[i], "*  closed: verdict");
}

Test(ends, those_that_the_client_brings_about_are_a_hangup, .timeout = 30) {
  static const char *const faults[] = {"noop: stall", "noop: half-close", "noop: delay 0"};
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
    expect_reason(faults[i], "*  closed: hangup");
}

Test(ends, one_beyond_the_limit_is_in_no_transcript, .timeout = 30) {
  struct cmta_kit_config config;
  struct cmta_config server;
  struct cmta_kit *kit;
  struct raw other;
  cmta_kit_config_init(&config);
  cmta_config_init(&server);
  server.max_connections = 1;
  config.config = &server;
  cr_assert_eq(cmta_kit_start(&kit, &config), 0);
  raw_greet(&raw, cmta_kit_port(kit));
  raw_connect(&other, cmta_kit_port(kit));
  raw_expect(&other, "421 ");
  raw_expect_end(&other);
  cr_expect_eq(cmta_recorder_end(cmta_kit_recorder(kit)), 2);
  raw_close(&raw);
  cmta_kit_stop(kit);
}

/* ---- What was never sent ---- */

/* A client that says NOOP, meets the faults and goes. Where an answer is held back, that is noticed
 * when the client's time is up. */
static struct cmta_kit *leave_at_noop(const char *fault, const char *another) {
  struct cmta_kit *kit = raw_kit(fault, false);
  if (another)
    cmta_kit_fault(kit, another);
  raw_connect(&raw, cmta_kit_port(kit));
  raw_expect(&raw, "220 ");
  raw_send(&raw, "NOOP\r\n");
  cr_assert_eq(cmta_kit_advance(kit, 0), 0);
  raw_close(&raw);
  cr_assert_eq(cmta_kit_advance(kit, 400), 0);
  cr_expect_eq(wait_closed(kit, 1), 1);
  return kit;
}

Test(ends, a_reply_that_a_client_did_not_wait_for_was_not_sent, .timeout = 30) {
  struct cmta_kit *kit = leave_at_noop("noop: delay 1000", NULL);
  lines_expect(cmta_kit_recorder(kit), 1,
               (const char *const[]){"*", "S  220", "C  NOOP", "*  fault", "S  250 2.0.0 Ok",
                                     "S  421 4.4.2 localhost timeout, closing connection",
                                     "*  not sent: 63 octets", "*  closed: timeout", NULL});
  cmta_kit_stop(kit);
}

Test(ends, of_a_reply_in_other_words_those_were_not_sent, .timeout = 30) {
  struct cmta_kit *kit = leave_at_noop("noop: delay 1000", "noop: garbage what?");
  lines_expect(cmta_kit_recorder(kit), 1,
               (const char *const[]){"*", "S  220", "C  NOOP", "*  fault", "*  fault", "S  what?",
                                     "S  421 4.4.2 localhost timeout, closing connection",
                                     "*  not sent: 56 octets", "*  closed: timeout", NULL});
  cmta_kit_stop(kit);
}

/* Longer words than the session's have gone out when those would have. */
Test(ends, other_words_that_have_gone_out_were_sent, .timeout = 30) {
  struct cmta_kit *kit = raw_kit(
      "noop: garbage more and more and more and more and more and more and more of them", false);
  raw_connect(&raw, cmta_kit_port(kit));
  raw_expect(&raw, "220 ");
  raw_say(&raw, "NOOP", "more ");
  raw_close(&raw);
  cr_expect_eq(wait_closed(kit, 1), 1);
  lines_expect(cmta_kit_recorder(kit), 1,
               (const char *const[]){"*", "S  220", "C  NOOP", "*  fault", "S  more",
                                     "*  closed: hangup", NULL});
  cmta_kit_stop(kit);
}

Test(ends, a_reply_that_is_not_there_is_none_that_was_not_sent, .timeout = 30) {
  static const char *const faults[] = {"noop: stall", "noop: reset"};
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    struct cmta_kit *kit = leave_at_noop(faults[i], NULL);
    lines_expect(cmta_kit_recorder(kit), 1,
                 (const char *const[]){"*", "S  220", "C  NOOP", "*  fault", "*  closed: ", NULL});
    cmta_kit_stop(kit);
  }
}

/* ---- Of a server of our own ---- */

static struct cmta_server *server;
static struct cmta_recorder *recorder;
static pthread_t thread;
static uint16_t port;
static int told;

static void on_accepted(struct cmta_session *session, void *user) {
  cmta_recorder_accepted(user, session);
}

static void on_gone(struct cmta_session *session, void *user) { cmta_recorder_gone(user, session); }

static void on_closed(void *context, uint64_t connection) {
  (void)context, (void)connection;
  told++;
}

static void *run(void *context) {
  (void)context;
  cmta_server_run(server, false);
  return NULL;
}

static void stop(struct cmta_server *self, void *context) {
  (void)context;
  cmta_server_stop(self, NULL, NULL);
}

static void make_server_at(const char *address, const char *proxy_from) {
  struct cmta_config config;
  struct cmta_listen listen;
  cmta_config_init(&config);
  config.accepted = on_accepted;
  config.gone = on_gone;
  config.virtual_time = true;
  cr_assert_eq(cmta_recorder_new(&recorder, 0), 0);
  cr_assert_eq(cmta_server_new(&server, NULL, &config, NULL, recorder), 0);
  cr_assert_geq(cmta_recorder_add_to(recorder, server), 0);
  cmta_recorder_on_closed(recorder, on_closed, NULL);
  cmta_listen_init(&listen);
  listen.address = address;
  listen.proxy_from = proxy_from;
  cr_assert_eq(cmta_server_listen_with(server, &listen), 0);
  cr_assert_eq(cmta_server_listener(server, 0, NULL, &port), 0);
}

static void make_server(const char *proxy_from) { make_server_at("127.0.0.1:0", proxy_from); }

static void begin(void) {
  make_server("127.0.0.1");
  cr_assert_eq(pthread_create(&thread, NULL, run, NULL), 0);
}

static void end(void) {
  cr_assert_eq(cmta_server_call(server, stop, NULL), 0);
  pthread_join(thread, NULL);
  cmta_server_free(server);
  cmta_recorder_free(recorder);
}

Test(ends, a_wrong_proxy_header_is_a_connection_that_ends, .init = begin, .fini = end,
     .timeout = 30) {
  raw_connect(&raw, port);
  raw_send(&raw, "EHLO client.example\r\n");
  cr_expect_eq(cmta_recorder_wait_closed(recorder, 1, 10), 1);
  lines_expect(recorder, 1,
               (const char *const[]){"*  connected from 127.0.0.1:", "*  closed: protocol", NULL});
  raw_close(&raw);
}

Test(ends, behind_a_proxy_both_peers_are_shown, .init = begin, .fini = end, .timeout = 30) {
  raw_connect(&raw, port);
  raw_send(&raw, "PROXY TCP4 192.0.2.1 192.0.2.2 4711 25\r\n");
  raw_expect(&raw, "220 ");
  raw_close(&raw);
  cr_expect_eq(cmta_recorder_wait_closed(recorder, 1, 10), 1);
  lines_expect(recorder, 1,
               (const char *const[]){"*  connected from 127.0.0.1:", "*  speaks for 192.0.2.1:4711",
                                     "S  220", "*  closed", NULL});
}

static void forget(void *context, uint64_t connection) {
  on_closed(context, connection);
  cmta_recorder_clear(context);
}

/* The session's own end comes behind that of the connection. */
Test(ends, a_session_that_is_freed_while_it_runs_ends_once, .timeout = 30) {
  make_server(NULL);
  raw_connect(&raw, port);
  cr_assert_eq(cmta_server_advance(server, 0), 0);
  raw_expect(&raw, "220 ");
  cmta_server_free(server);
  raw_close(&raw);
  lines_expect(recorder, 1,
               (const char *const[]){"*  connected", "S  220", "*  closed: freed", NULL});
  cr_expect_eq(told, 1);
  cr_expect_eq(cmta_recorder_wait_closed(recorder, 0, 0), 1);
  cmta_recorder_free(recorder);
}

Test(ends, what_is_forgotten_at_the_end_does_not_come_back, .timeout = 30) {
  make_server(NULL);
  cmta_recorder_on_closed(recorder, forget, recorder);
  raw_connect(&raw, port);
  cr_assert_eq(cmta_server_advance(server, 0), 0);
  cmta_server_free(server);
  raw_close(&raw);
  cr_expect_eq(told, 1);
  cr_expect_eq(cmta_recorder_first(recorder), 2);
  cmta_recorder_free(recorder);
}

/* ---- By a Unix socket ---- */

/* One without a name of its own, that leaves at once. */
static void visit(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strcpy(address.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
  cr_assert_eq(cmta_server_advance(server, 0), 0);
  close(fd);
  cr_assert_eq(cmta_server_advance(server, 0), 0);
}

Test(ends, a_client_of_a_unix_socket_is_said_to_be_one, .timeout = 30) {
  char folder[] = "/tmp/cmta-ends-XXXXXX", path[sizeof folder + sizeof "/socket"];
  cr_assert_not_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/socket", folder);
  make_server_at(path, NULL);
  visit(path);
  lines_expect(recorder, 1,
               (const char *const[]){"*  connected from a Unix socket", "S  220",
                                     "*  closed: hangup", NULL});
  cmta_server_free(server);
  cmta_recorder_free(recorder);
  rmdir(folder);
}
