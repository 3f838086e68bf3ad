/* SPDX-License-Identifier: MIT */

/* Secrets do not stay behind: not in blocks that are given back, not in buffers, and in no trace.
 */

#include "oracle.h"
#include "watch.h"

#include "server/connection.h"

#include <criterion/criterion.h>
#include <gsasl.h>
#include <stdio.h>
#include <string.h>

#define SECRET "correct-horse-battery-staple"

static struct oracle oracle;
static unsigned traced; /* lines with a secret */
static char base64[256];

/* What the server gives GNU SASL, which wipes nothing of it; clients here call other functions. */
static unsigned given; /* texts with a secret */

typedef int step(Gsasl_session *session, const char *input, size_t length, char **output,
                 size_t *output_length);
step __real_gsasl_step, __wrap_gsasl_step;
int __wrap_gsasl_step(Gsasl_session *session, const char *input, size_t length, char **output,
                      size_t *output_length) {
  given += input && watch_finds(input, length);
  return __real_gsasl_step(session, input, length, output, output_length);
}

typedef int set_raw(Gsasl_session *session, Gsasl_property property, const char *text,
                    size_t length);
set_raw __real_gsasl_property_set_raw, __wrap_gsasl_property_set_raw;
int __wrap_gsasl_property_set_raw(Gsasl_session *session, Gsasl_property property, const char *text,
                                  size_t length) {
  given += watch_finds(text, length);
  return __real_gsasl_property_set_raw(session, property, text, length);
}

static void on_trace(struct cmta_session *session, void *user, enum cmta_direction direction,
                     struct cmta_slice line) {
  (void)session, (void)user, (void)direction;
  traced += watch_finds(line.at, line.length);
}

static void begin(void) {
  login_prepare();
  world.hooks.trace = on_trace;
  world.settings.mechanisms = "SCRAM-SHA-256 OAUTHBEARER XOAUTH2 PLAIN LOGIN CRAM-MD5";
  world.settings.allocator = watch_allocator(world.settings.allocator);
  login_make();
  oracle = oracle_new();
  oracle.secret = oracle_password(SECRET);
}

TestSuite(secret, .init = begin, .fini = login_end, .timeout = 30);

/* What the response looks like on its way. */
static void watch_response(const char *response, size_t length) {
  char *text;
  cr_assert_eq(gsasl_base64_to(response, length, &text, NULL), GSASL_OK);
  snprintf(base64, sizeof base64, "%.*s", (int)strlen(text) - 4, text);
  gsasl_free(text);
  watch_for(SECRET, base64);
}

static void expect_nothing_left(void) {
  peer_say(&peer, "NOOP", "250 ");
  cr_assert_eq(traced, 0, "it was traced");
  cr_assert_eq(given, 0, "GNU SASL was given it");
  cr_assert_eq(watch_leaks(), 0, "%u blocks were given back with it", watch_leaks());
  cr_assert_eq(watch_held(), 0, "%u blocks still hold it", watch_held());
  cr_assert(!watch_finds(world.server->received, RECEIVE_SIZE), "what came in last holds it");
}

/* In one line with AUTH. */
static void say(const char *mechanism, const char *response, size_t length, const char *reply) {
  watch_response(response, length);
  login_start(mechanism, response, length);
  peer_expect(&peer, reply);
  if (strncmp(reply, "334 ", 4) == 0)
    peer_say(&peer, "", "535 ");
  expect_nothing_left();
}

static void open_with(enum cmta_auth_result answer) {
  oracle.verify = answer;
  oracle_add(&oracle);
  login_open();
}

/* Once a client is logged in nothing that it says can be a secret, and nothing is wiped. */
Test(secret, can_be_seen_by_the_watch) {
  static const char response[] = "\0alice\0" SECRET;
  open_with(CMTA_AUTH_OK);
  login_plain("", "alice", "other", "235 ");
  watch_response(response, sizeof response - 1);
  char line[300];
  snprintf(line, sizeof line, "NOOP %s\r\n", base64);
  peer_send(&peer, line);
  peer_expect(&peer, "250 ");
  cr_assert_eq(traced, 1);
  cr_assert(watch_finds(world.server->received, RECEIVE_SIZE));
  peer_leave(&peer);
}

Test(secret, of_plain_is_gone_after_success) {
  open_with(CMTA_AUTH_OK);
  say("PLAIN", "\0alice\0" SECRET, 7 + strlen(SECRET), "235 ");
  peer_leave(&peer);
}

Test(secret, of_plain_is_gone_after_a_refusal) {
  open_with(CMTA_AUTH_WRONG);
  say("PLAIN", "\0alice\0" SECRET, 7 + strlen(SECRET), "535 ");
  peer_leave(&peer);
}

Test(secret, of_plain_is_gone_after_an_error) {
  open_with(CMTA_AUTH_UNAVAILABLE);
  say("PLAIN", "\0alice\0" SECRET, 7 + strlen(SECRET), "454 ");
  peer_leave(&peer);
}

Test(secret, of_plain_is_gone_where_it_is_malformed) {
  open_with(CMTA_AUTH_OK);
  say("PLAIN", "\0alice\0" SECRET "\0x", 9 + strlen(SECRET), "501 ");
  peer_leave(&peer);
}

Test(secret, of_plain_is_gone_where_it_was_looked_up) {
  oracle.verifies = false;
  open_with(CMTA_AUTH_OK);
  say("PLAIN", "\0alice\0" SECRET, 7 + strlen(SECRET), "235 ");
  peer_leave(&peer);
}

Test(secret, of_oauthbearer_is_gone_after_success) {
  static const char response[] = "n,a=alice,\1auth=Bearer " SECRET "\1\1";
  open_with(CMTA_AUTH_OK);
  say("OAUTHBEARER", response, sizeof response - 1, "235 ");
  peer_leave(&peer);
}

Test(secret, of_xoauth2_is_gone_after_a_refusal) {
  static const char response[] = "user=alice\1auth=Bearer " SECRET "\1\1";
  open_with(CMTA_AUTH_WRONG);
  say("XOAUTH2", response, sizeof response - 1, "334 ");
  peer_leave(&peer);
}

Test(secret, of_login_is_gone_after_success) {
  open_with(CMTA_AUTH_OK);
  watch_response(SECRET, strlen(SECRET));
  login_expect("LOGIN", "alice", SECRET, "235 ");
  expect_nothing_left();
  peer_leave(&peer);
}

Test(secret, that_scram_was_told_is_gone_after_success) {
  open_with(CMTA_AUTH_OK);
  watch_for(SECRET, NULL);
  login_expect("SCRAM-SHA-256", "alice", SECRET, "235 ");
  expect_nothing_left();
  peer_leave(&peer);
}

Test(secret, that_scram_was_told_is_gone_after_a_refusal) {
  open_with(CMTA_AUTH_OK);
  watch_for(SECRET, NULL);
  login_expect("SCRAM-SHA-256", "alice", "hidden", "535 ");
  expect_nothing_left();
  peer_leave(&peer);
}

Test(secret, that_cram_md5_was_told_is_gone_after_success) {
  open_with(CMTA_AUTH_OK);
  watch_for(SECRET, NULL);
  login_expect("CRAM-MD5", "alice", SECRET, "235 ");
  cr_assert_eq(given, 1, "it can be given in no other way");
  given = 0;
  expect_nothing_left();
  peer_leave(&peer);
}

/* ---- Answers on their way ---- */

Test(secret, that_a_ticket_brought_is_gone) {
  struct cmta_secret known = oracle_password(SECRET);
  oracle.takes_ticket = true;
  oracle.verifies = false;
  oracle.look_up = CMTA_AUTH_LATER;
  open_with(CMTA_AUTH_OK);
  watch_response("\0alice\0" SECRET, 7 + strlen(SECRET));
  login_start("PLAIN", "\0alice\0" SECRET, 7 + strlen(SECRET));
  while (!oracle.session)
    ev_run(world.loop, EVRUN_ONCE);
  oracle.secret = (struct cmta_secret){.hash = NULL};
  cr_assert_eq(cmta_ticket_auth(world.server, oracle.ticket, CMTA_AUTH_OK, &known), 0);
  peer_expect(&peer, "235 ");
  expect_nothing_left();
  peer_leave(&peer);
}

/* The client goes before the answer is there. */
Test(secret, is_gone_where_the_question_was_cancelled) {
  open_with(CMTA_AUTH_LATER);
  watch_response("\0alice\0" SECRET, 7 + strlen(SECRET));
  login_start("PLAIN", "\0alice\0" SECRET, 7 + strlen(SECRET));
  while (!oracle.session)
    ev_run(world.loop, EVRUN_ONCE);
  peer_leave(&peer);
  cr_assert_eq(watch_leaks(), 0);
  cr_assert_eq(watch_held(), 0);
  cr_assert_eq(traced, 0);
}

/* A response that came with the next commands waits in a buffer of its connection. */
Test(secret, is_gone_where_it_was_pipelined_behind_a_question) {
  char text[512];
  open_with(CMTA_AUTH_OK);
  watch_response("\0alice\0" SECRET, 7 + strlen(SECRET));
  char *whole;
  cr_assert_eq(gsasl_base64_to("\0alice\0" SECRET, 7 + strlen(SECRET), &whole, NULL), GSASL_OK);
  snprintf(text, sizeof text, "NOOP\r\nAUTH PLAIN %s\r\n", whole);
  gsasl_free(whole);
  world.late = NOOP;
  peer_send(&peer, text);
  world_run_until_asked(&world);
  world.late = 0;
  world_decide(&world, CMTA_ACCEPT);
  peer_expect(&peer, "250 ");
  peer_expect(&peer, "235 ");
  expect_nothing_left();
  peer_leave(&peer);
}
