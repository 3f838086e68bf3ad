/* SPDX-License-Identifier: MIT */

/* Failures: their delay, their number. Time passes when a test says so. */

#include "hours.h"
#include "oracle.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static struct oracle oracle;

static void begin(void) {
  login_prepare();
  world.config.auth_failure_delay = 5;
  login_make();
}

static void begin_virtual(void) {
  login_prepare();
  world.config.auth_failure_delay = 5;
  world.config.virtual_time = true;
  login_make();
}

static void begin_limited(void) {
  login_prepare();
  world.settings.max_auth_failures = 2;
  login_make();
  login_add_users();
}

TestSuite(delay, .init = begin, .fini = login_end, .timeout = 30);
TestSuite(failures, .init = begin_limited, .fini = login_end, .timeout = 30);

static void open_with(struct oracle made) {
  oracle = made;
  oracle_add(&oracle);
  login_open();
}

/* The server has done all that it can do now. */
static void settle(void) {
  for (int i = 0; i < 20; i++)
    ev_run(world.loop, EVRUN_NOWAIT);
}

/* Whether the server has said something. */
static bool is_heard(void) {
  char octet;
  settle();
  return recv(peer.client.fd, &octet, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

static void expect_silence(void) { cr_assert(!is_heard()); }

static void start_plain(const char *user, const char *password) {
  char text[128];
  int length = snprintf(text, sizeof text, "%c%s%c%s", 0, user, 0, password);
  login_start("PLAIN", text, (size_t)length);
}

/* 5 seconds, and not 4. */
static void expect_after_delay(const char *beginning) {
  expect_silence();
  hours_pass(4.);
  expect_silence();
  hours_pass(1.1);
  cr_assert(is_heard());
  peer_expect(&peer, beginning);
}

/* ---- When it comes ---- */

Test(delay, passes_in_virtual_time, .init = begin_virtual) {
  login_add_users();
  login_open();
  start_plain("alice", "hidden");
  expect_silence();
  cr_assert_eq(cmta_server_advance(world.server, 4.9), 0);
  expect_silence();
  cr_assert_eq(cmta_server_advance(world.server, 0.1), 0);
  peer_expect(&peer, "535 5.7.8 ");
  peer_leave(&peer);
}

Test(delay, of_a_wrong_password_is_the_setting) {
  login_add_users();
  login_open();
  start_plain("alice", "hidden");
  expect_after_delay("535 5.7.8 ");
  peer_leave(&peer);
}

Test(delay, of_an_unknown_user_is_the_same) {
  login_add_users();
  login_open();
  start_plain("mallory", "hidden");
  expect_after_delay("535 5.7.8 ");
  peer_leave(&peer);
}

Test(delay, of_a_malformed_response_is_the_same) {
  login_add_users();
  login_open();
  login_start("PLAIN", "nonsense", 8);
  expect_after_delay("501 5.5.2 ");
  peer_leave(&peer);
}

Test(delay, is_none_for_success) {
  login_add_users();
  login_open();
  start_plain("alice", "secret");
  peer_expect(&peer, "235 ");
  peer_leave(&peer);
}

Test(delay, is_none_for_what_cannot_be_said_now) {
  open_with(oracle_verifier(CMTA_AUTH_UNAVAILABLE));
  start_plain("alice", "secret");
  peer_expect(&peer, "454 ");
  peer_leave(&peer);
}

Test(delay, counts_from_the_last_word_though_the_answer_was_late) {
  open_with(oracle_verifier(CMTA_AUTH_LATER));
  start_plain("alice", "secret");
  while (!oracle.verified)
    ev_run(world.loop, EVRUN_ONCE);
  hours_pass(3.);
  settle();
  cr_assert_eq(cmta_auth_answer(oracle.session, CMTA_AUTH_WRONG, NULL), 0);
  expect_silence();
  hours_pass(1.9);
  expect_silence();
  hours_pass(0.2);
  peer_expect(&peer, "535 ");
  peer_leave(&peer);
}

Test(delay, is_over_when_the_answer_took_longer) {
  open_with(oracle_verifier(CMTA_AUTH_LATER));
  start_plain("alice", "secret");
  while (!oracle.verified)
    ev_run(world.loop, EVRUN_ONCE);
  hours_pass(6.);
  settle();
  expect_silence();
  cr_assert_eq(cmta_auth_answer(oracle.session, CMTA_AUTH_WRONG, NULL), 0);
  peer_expect(&peer, "535 ");
  peer_leave(&peer);
}

Test(delay, does_not_hold_up_a_late_success) {
  open_with(oracle_verifier(CMTA_AUTH_LATER));
  start_plain("alice", "secret");
  while (!oracle.verified)
    ev_run(world.loop, EVRUN_ONCE);
  cr_assert_eq(cmta_auth_answer(oracle.session, CMTA_AUTH_OK, NULL), 0);
  peer_expect(&peer, "235 ");
  peer_leave(&peer);
}

Test(delay, does_not_mind_that_the_time_of_day_is_set) {
  open_with(oracle_verifier(CMTA_AUTH_LATER));
  start_plain("alice", "secret");
  while (!oracle.verified)
    ev_run(world.loop, EVRUN_ONCE);
  hours_set(-7200.);
  settle();
  cr_assert_eq(cmta_auth_answer(oracle.session, CMTA_AUTH_WRONG, NULL), 0);
  expect_after_delay("535 ");
  peer_leave(&peer);
}

/* The client has its answer, and the server does not wait for it. */
static void expect_stop(const char *reply) {
  cr_assert(is_heard());
  peer_expect(&peer, reply);
  peer_expect(&peer, "421 ");
  peer_leave(&peer);
}

Test(delay, does_not_hold_up_a_stop) {
  login_add_users();
  login_open();
  start_plain("alice", "hidden");
  expect_silence();
  cmta_server_stop(world.server, NULL, NULL);
  expect_stop("535 5.7.8 ");
}

Test(delay, of_a_malformed_response_does_not_hold_up_a_stop) {
  login_add_users();
  login_open();
  login_start("PLAIN", "nonsense", 8);
  expect_silence();
  cmta_server_stop(world.server, NULL, NULL);
  expect_stop("501 5.5.2 ");
}

Test(delay, is_none_for_a_late_refusal_while_the_server_stops) {
  open_with(oracle_verifier(CMTA_AUTH_LATER));
  start_plain("alice", "secret");
  while (!oracle.verified)
    ev_run(world.loop, EVRUN_ONCE);
  cmta_server_stop(world.server, NULL, NULL);
  expect_silence();
  cr_assert_eq(cmta_auth_answer(oracle.session, CMTA_AUTH_WRONG, NULL), 0);
  expect_stop("535 5.7.8 ");
}

Test(delay, of_scram_comes_after_the_proof) {
  login_add_users();
  login_open();
  login_start("SCRAM-SHA-256", "n,,n=alice,r=nonce", 18);
  const char *first = login_challenge(peer_hear(&peer));
  char last[512];
  int length = snprintf(last, sizeof last, "c=biws,%.*s,p=%s", (int)strcspn(first, ","), first,
                        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
  login_respond(last, (size_t)length);
  expect_after_delay("535 ");
  peer_leave(&peer);
}

Test(delay, of_a_token_comes_after_the_acknowledgement) {
  login_add_users();
  login_open();
  login_start("XOAUTH2", "user=alice\1auth=Bearer hidden\1\1", 31);
  peer_expect(&peer, "334 ");
  hours_pass(60.);
  settle();
  login_respond("", 0);
  expect_after_delay("535 ");
  peer_leave(&peer);
}

/* ---- What happens meanwhile ---- */

Test(delay, holds_up_what_was_pipelined_behind) {
  login_add_users();
  login_open();
  start_plain("alice", "hidden");
  peer_send(&peer, "QUIT\r\n");
  expect_after_delay("535 ");
  peer_expect(&peer, "221 ");
  peer_expect_end(&peer);
  peer_leave(&peer);
}

Test(delay, may_be_left_by_the_client) {
  login_add_users();
  login_open();
  start_plain("alice", "hidden");
  expect_silence();
  peer_leave(&peer);
}

Test(delay, may_be_left_by_the_client_with_a_reset) {
  login_add_users();
  login_open();
  start_plain("alice", "hidden");
  expect_silence();
  client_close(&peer.client, true);
  world_run_empty(&world);
}

Test(delay, may_be_ended_by_the_end_of_the_server) {
  login_add_users();
  login_open();
  start_plain("alice", "hidden");
  expect_silence();
  peer_close(&peer);
}

/* Whoever answers for an authenticator answers nothing any more. */
Test(delay, cannot_be_cut_short_by_a_second_answer) {
  struct oracle late = oracle_verifier(CMTA_AUTH_LATER);
  late.takes_ticket = true;
  open_with(late);
  start_plain("alice", "secret");
  while (!oracle.verified)
    ev_run(world.loop, EVRUN_ONCE);
  cr_assert_eq(cmta_ticket_auth(world.server, oracle.ticket, CMTA_AUTH_WRONG, NULL), 0);
  expect_silence();
  cr_assert_eq(cmta_auth_answer(oracle.session, CMTA_AUTH_OK, NULL), CMTA_E_STATE);
  cr_assert_eq(cmta_ticket_auth(world.server, oracle.ticket, CMTA_AUTH_OK, NULL), CMTA_E_STALE);
  cr_assert_eq(oracle.cancelled, 0);
  expect_after_delay("535 ");
  peer_leave(&peer);
}

/* ---- Their number ---- */

Test(failures, beyond_their_number_end_the_session) {
  login_open();
  login_expect("PLAIN", "alice", "hidden", "535 ");
  login_expect("SCRAM-SHA-256", "mallory", "hidden", "421 ");
  peer_expect_end(&peer);
  peer_leave(&peer);
}

Test(failures, are_counted_for_tokens_too) {
  login_open();
  for (int i = 0; i < 2; i++) {
    login_start("XOAUTH2", "user=alice\1auth=Bearer hidden\1\1", 31);
    peer_expect(&peer, "334 ");
    login_respond("", 0);
    peer_expect(&peer, i ? "421 " : "535 ");
  }
  peer_expect_end(&peer);
  peer_leave(&peer);
}
