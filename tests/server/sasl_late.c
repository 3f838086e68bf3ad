/* SPDX-License-Identifier: MIT */

/* Authenticators that answer later: on the loop's thread, and by tickets (those of other threads
 * are in auth_threads.c). */

#include "oracle.h"

#include "server/connection.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct oracle first, second;
static bool by_ticket; /* the answers go that way */
static struct cmta_secret secret;
static ev_timer answerer;
static enum cmta_auth_result result;

static void begin(void) {
  login_prepare();
  world.settings.mechanisms = "SCRAM-SHA-256 SCRAM-SHA-1 OAUTHBEARER XOAUTH2 PLAIN LOGIN CRAM-MD5";
  login_make();
}

TestSuite(late, .init = begin, .fini = login_end, .timeout = 30);

static int answer_now(struct oracle *oracle) {
  if (by_ticket)
    return cmta_ticket_auth(world.server, oracle->ticket, result, &secret);
  return cmta_auth_answer(oracle->session, result, &secret);
}

static struct oracle *asked(void) { return second.session ? &second : &first; }

/* Both have answered when both were asked. */
static void on_answer(struct ev_loop *loop, ev_timer *timer, int revents) {
  struct oracle *oracle = asked();
  (void)revents;
  if (oracle->session) {
    cr_assert_eq(answer_now(oracle), 0);
    oracle->session = NULL;
  }
  ev_timer_set(timer, 0., 0.);
  ev_timer_start(loop, timer);
}

static struct oracle later(bool tickets) {
  struct oracle oracle = oracle_new();
  oracle.verify = oracle.look_up = CMTA_AUTH_LATER;
  oracle.secret = (struct cmta_secret){.hash = NULL};
  oracle.takes_ticket = tickets;
  return oracle;
}

static void open_with(struct oracle oracle) {
  first = oracle;
  by_ticket = oracle.takes_ticket;
  oracle_add(&first);
  login_open();
}

static void wait_until_asked(struct oracle *oracle) {
  while (!oracle->session)
    ev_run(world.loop, EVRUN_ONCE);
}

/* ---- With each mechanism ---- */

static void try_late(const char *mechanism, bool tickets) {
  secret = oracle_password("secret");
  result = CMTA_AUTH_OK;
  open_with(later(tickets));
  ev_timer_init(&answerer, on_answer, 0., 0.);
  ev_timer_start(world.loop, &answerer);
  if (mechanism[0] == 'X') {
    login_start(mechanism, "user=alice\1auth=Bearer secret\1\1", 31);
    peer_expect(&peer, "235 ");
  } else {
    login_expect(mechanism, "alice", "secret", "235 ");
  }
  cr_assert_eq(first.verified + first.looked_up, 1);
  cr_assert_eq(first.cancelled, 0);
  ev_timer_stop(world.loop, &answerer);
  peer_leave(&peer);
}

Test(late, may_be_the_answer_to_plain) { try_late("PLAIN", false); }

Test(late, may_be_the_answer_to_login) { try_late("LOGIN", false); }

Test(late, may_be_the_answer_to_xoauth2) { try_late("XOAUTH2", false); }

Test(late, may_be_the_answer_to_cram_md5) { try_late("CRAM-MD5", false); }

Test(late, may_be_the_answer_to_scram_sha_1) { try_late("SCRAM-SHA-1", false); }

Test(late, may_be_the_answer_to_scram_sha_256) { try_late("SCRAM-SHA-256", false); }

Test(late, may_be_the_answer_to_plain_by_ticket) { try_late("PLAIN", true); }

Test(late, may_be_the_answer_to_login_by_ticket) { try_late("LOGIN", true); }

Test(late, may_be_the_answer_to_xoauth2_by_ticket) { try_late("XOAUTH2", true); }

Test(late, may_be_the_answer_to_cram_md5_by_ticket) { try_late("CRAM-MD5", true); }

Test(late, may_be_the_answer_to_scram_sha_1_by_ticket) { try_late("SCRAM-SHA-1", true); }

Test(late, may_be_the_answer_to_scram_sha_256_by_ticket) { try_late("SCRAM-SHA-256", true); }

/* ---- Each answer ---- */

/* ---- Who the client is ---- */

static void open_token(bool tickets) {
  open_with(later(tickets));
  login_start("XOAUTH2", "user=alice\1auth=Bearer secret\1\1", 31);
  wait_until_asked(&first);
  result = CMTA_AUTH_OK;
}

static void expect_who(bool tickets) {
  open_token(tickets);
  secret = (struct cmta_secret){.user = "bob", .authorization = "list"};
  cr_assert_eq(answer_now(&first), 0);
  peer_expect(&peer, "235 ");
  const struct cmta_identity *identity = cmta_session_identity(first.session);
  cr_assert_str_eq(identity->user, "bob");
  cr_assert_str_eq(identity->authorization, "list");
  peer_leave(&peer);
}

Test(late, can_say_who_was_verified) { expect_who(false); }

Test(late, can_say_who_was_verified_by_ticket) { expect_who(true); }

Test(late, cannot_say_that_somebody_without_a_name_was_verified) {
  open_token(true);
  secret = (struct cmta_secret){.user = ""};
  cr_assert_eq(answer_now(&first), CMTA_E_ARGUMENT);
  secret.user = NULL;
  cr_assert_eq(answer_now(&first), 0);
  peer_expect(&peer, "235 ");
  peer_leave(&peer);
}

Test(late, cannot_say_a_name_that_nobody_can_have) {
  static char endless[1026];
  const char *const names[] = {"bob\n", "\xff", endless};
  memset(endless, 'x', sizeof endless - 1);
  for (int tickets = 0; tickets < 2; tickets++) {
    open_token(tickets);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
      secret = (struct cmta_secret){.user = names[i]};
      cr_assert_eq(answer_now(&first), CMTA_E_ARGUMENT, "%zu", i);
      secret = (struct cmta_secret){.user = "bob", .authorization = names[i]};
      cr_assert_eq(answer_now(&first), CMTA_E_ARGUMENT, "%zu", i);
    }
    secret = (struct cmta_secret){.user = "bob"};
    cr_assert_eq(answer_now(&first), 0);
    peer_expect(&peer, "235 ");
    peer_leave(&peer);
    login_end();
    begin();
  }
}

static void expect_nobody(bool tickets) {
  open_with(later(tickets));
  login_start("OAUTHBEARER", "n,,\1auth=Bearer secret\1\1", 24);
  wait_until_asked(&first);
  result = CMTA_AUTH_OK;
  secret = (struct cmta_secret){.hash = NULL};
  cr_assert_eq(answer_now(&first), 0);
  peer_expect(&peer, "454 4.7.0 ");
  cr_assert_null(cmta_session_identity(first.session));
  peer_leave(&peer);
}

Test(late, that_says_nobody_where_the_claim_does_not_is_454) { expect_nobody(false); }

Test(late, that_says_nobody_where_the_claim_does_not_is_454_by_ticket) { expect_nobody(true); }

static void open_plain(bool tickets) {
  open_with(later(tickets));
  login_start("PLAIN", "\0alice\0secret", 13);
  wait_until_asked(&first);
  secret = (struct cmta_secret){.hash = NULL};
}

static void expect_answer(enum cmta_auth_result given, bool tickets, const char *beginning) {
  open_plain(tickets);
  result = given;
  cr_assert_eq(answer_now(&first), 0);
  peer_expect(&peer, beginning);
  peer_leave(&peer);
}

Test(late, wrong_is_535) { expect_answer(CMTA_AUTH_WRONG, false, "535 "); }

Test(late, unknown_is_535) { expect_answer(CMTA_AUTH_UNKNOWN, false, "535 "); }

Test(late, unavailable_is_454) { expect_answer(CMTA_AUTH_UNAVAILABLE, false, "454 "); }

Test(late, wrong_by_ticket_is_535) { expect_answer(CMTA_AUTH_WRONG, true, "535 "); }

Test(late, unknown_by_ticket_is_535) { expect_answer(CMTA_AUTH_UNKNOWN, true, "535 "); }

Test(late, unavailable_by_ticket_is_454) { expect_answer(CMTA_AUTH_UNAVAILABLE, true, "454 "); }

Test(late, may_say_who_it_is) {
  open_plain(false);
  cr_assert_eq(cmta_session_set_identity(first.session, "alice@server.example", NULL), 0);
  cr_assert_eq(cmta_auth_answer(first.session, CMTA_AUTH_OK, NULL), 0);
  peer_expect(&peer, "235 ");
  cr_assert_str_eq(cmta_session_identity(first.session)->user, "alice@server.example");
  peer_leave(&peer);
}

Test(late, cannot_be_that_nothing_was_looked_up) {
  static const struct cmta_secret nothing = {.may_act = true};
  first = oracle_keeper(CMTA_AUTH_LATER);
  first.takes_ticket = true;
  secret = oracle_password("secret");
  oracle_add(&first);
  login_open();
  login_start("PLAIN", "\0alice\0secret", 13);
  wait_until_asked(&first);
  cr_assert_eq(cmta_auth_answer(first.session, CMTA_AUTH_OK, NULL), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_auth_answer(first.session, CMTA_AUTH_OK, &nothing), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_ticket_auth(world.server, first.ticket, CMTA_AUTH_OK, NULL), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_ticket_auth(world.server, first.ticket, CMTA_AUTH_OK, &secret), 0);
  peer_expect(&peer, "235 ");
  peer_leave(&peer);
}

/* ---- Answers that cannot be ---- */

static const struct cmta_secret unsound = {.hash = "MD5"};

Test(late, cannot_be_later_again) {
  open_plain(true);
  cr_assert_eq(cmta_auth_answer(first.session, CMTA_AUTH_LATER, NULL), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_ticket_auth(world.server, first.ticket, CMTA_AUTH_LATER, NULL),
               CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_ticket_auth(world.server, first.ticket, CMTA_AUTH_OK, NULL), 0);
  peer_expect(&peer, "235 ");
  peer_leave(&peer);
}

Test(late, cannot_be_a_password_with_a_nul_or_iterations_without_end) {
  static const struct cmta_secret nul = {.password = {"pw\0x", 4}};
  static const struct cmta_secret endless = {.iterations = CMTA_SCRAM_MAX_ITERATIONS + 1};
  open_plain(true);
  cr_assert_eq(cmta_auth_answer(first.session, CMTA_AUTH_OK, &nul), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_ticket_auth(world.server, first.ticket, CMTA_AUTH_OK, &nul), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_auth_answer(first.session, CMTA_AUTH_UNKNOWN, &endless), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_ticket_auth(world.server, first.ticket, CMTA_AUTH_WRONG, &endless),
               CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_ticket_auth(world.server, first.ticket, CMTA_AUTH_WRONG, NULL), 0);
  peer_expect(&peer, "535 ");
  peer_leave(&peer);
}

Test(late, cannot_be_a_secret_that_is_none) {
  open_plain(true);
  cr_assert_eq(cmta_auth_answer(first.session, CMTA_AUTH_OK, &unsound), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_ticket_auth(world.server, first.ticket, CMTA_AUTH_OK, &unsound),
               CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_ticket_auth(NULL, first.ticket, CMTA_AUTH_OK, NULL), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_auth_answer(NULL, CMTA_AUTH_OK, NULL), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_ticket_auth(world.server, first.ticket, CMTA_AUTH_OK, NULL), 0);
  peer_expect(&peer, "235 ");
  peer_leave(&peer);
}

/* What goes with an answer that needs no secret is not looked at. */
Test(late, is_not_spoilt_by_a_secret_that_does_not_count) {
  open_plain(true);
  cr_assert_eq(cmta_ticket_auth(world.server, first.ticket, CMTA_AUTH_UNKNOWN, &unsound), 0);
  peer_expect(&peer, "535 ");
  peer_leave(&peer);
}

Test(late, is_given_once) {
  open_plain(false);
  cr_assert_eq(cmta_auth_answer(first.session, CMTA_AUTH_OK, NULL), 0);
  cr_assert_eq(cmta_auth_answer(first.session, CMTA_AUTH_OK, NULL), CMTA_E_STATE);
  peer_expect(&peer, "235 ");
  cr_assert_eq(cmta_auth_answer(first.session, CMTA_AUTH_OK, NULL), CMTA_E_STATE);
  peer_leave(&peer);
}

Test(late, is_given_once_by_ticket) {
  open_plain(true);
  cr_assert_eq(cmta_ticket_auth(world.server, first.ticket, CMTA_AUTH_OK, NULL), 0);
  cr_assert_eq(cmta_ticket_auth(world.server, first.ticket, CMTA_AUTH_OK, NULL), CMTA_E_STALE);
  peer_expect(&peer, "235 ");
  cr_assert_eq(cmta_ticket_auth(world.server, first.ticket, CMTA_AUTH_OK, NULL), CMTA_E_STALE);
  peer_leave(&peer);
}

Test(late, is_no_answer_to_a_ticket_that_knows_no_user) {
  open_plain(true);
  cr_assert_eq(cmta_ticket_answer(world.server, first.ticket, CMTA_ACCEPT, 0, NULL, NULL),
               CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_ticket_decide(world.server, first.ticket, CMTA_ACCEPT), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_ticket_auth(world.server, first.ticket, CMTA_AUTH_WRONG, NULL), 0);
  peer_expect(&peer, "535 ");
  peer_leave(&peer);
}

Test(late, is_stale_for_a_question_of_another_kind) {
  world.late = NOOP;
  login_open();
  struct cmta_ticket ticket;
  peer_send(&peer, "NOOP\r\n");
  world_run_until_asked(&world);
  cr_assert_eq(cmta_server_ticket(world.server, world.open, &ticket), 0);
  cr_assert_eq(cmta_ticket_auth(world.server, ticket, CMTA_AUTH_OK, NULL), CMTA_E_STALE);
  cr_assert_eq(cmta_auth_answer(world.open, CMTA_AUTH_OK, NULL), CMTA_E_STATE);
  cr_assert_eq(cmta_ticket_decide(world.server, ticket, CMTA_ACCEPT), 0);
  peer_expect(&peer, "250 ");
  peer_leave(&peer);
}

Test(late, needs_no_secret_that_outlives_the_call) {
  char password[] = "secret";
  first = oracle_keeper(CMTA_AUTH_LATER);
  first.takes_ticket = true;
  oracle_add(&first);
  login_open();
  login_start("PLAIN", "\0alice\0secret", 13);
  wait_until_asked(&first);
  struct cmta_secret borrowed = oracle_password(password);
  cr_assert_eq(cmta_ticket_auth(world.server, first.ticket, CMTA_AUTH_OK, &borrowed), 0);
  memset(password, 'x', sizeof password);
  peer_expect(&peer, "235 ");
  peer_leave(&peer);
}

/* ---- Two of them ---- */

static void open_two(void) {
  second = later(true);
  first = later(true);
  oracle_add(&first);
  oracle_add(&second);
  login_open();
  login_start("PLAIN", "\0alice\0secret", 13);
  wait_until_asked(&first);
}

Test(late, may_be_the_answers_of_two) {
  open_two();
  cr_assert_eq(cmta_auth_answer(first.session, CMTA_AUTH_UNKNOWN, NULL), 0);
  wait_until_asked(&second);
  cr_assert_eq(cmta_auth_answer(second.session, CMTA_AUTH_OK, NULL), 0);
  peer_expect(&peer, "235 ");
  cr_assert_eq(first.cancelled + second.cancelled, 0);
  peer_leave(&peer);
}

Test(late, may_be_the_answers_of_two_by_ticket) {
  open_two();
  cr_assert_eq(cmta_ticket_auth(world.server, first.ticket, CMTA_AUTH_UNKNOWN, NULL), 0);
  wait_until_asked(&second);
  cr_assert_eq(cmta_ticket_auth(world.server, first.ticket, CMTA_AUTH_OK, NULL), CMTA_E_STALE);
  cr_assert_eq(cmta_ticket_auth(world.server, second.ticket, CMTA_AUTH_WRONG, NULL), 0);
  peer_expect(&peer, "535 ");
  peer_leave(&peer);
}

/* One that takes a ticket, and then knows nobody at once. */
Test(late, of_one_is_not_given_by_the_ticket_of_another) {
  first = oracle_ignorant();
  first.takes_ticket = true;
  second = later(true);
  oracle_add(&first);
  oracle_add(&second);
  login_open();
  login_start("PLAIN", "\0alice\0secret", 13);
  wait_until_asked(&second);
  cr_assert_eq(cmta_ticket_auth(world.server, first.ticket, CMTA_AUTH_OK, NULL), CMTA_E_STALE);
  cr_assert_eq(cmta_ticket_auth(world.server, second.ticket, CMTA_AUTH_WRONG, NULL), 0);
  peer_expect(&peer, "535 ");
  peer_leave(&peer);
}

/* ---- Over before ---- */

Test(late, is_cancelled_when_the_client_goes) {
  open_plain(true);
  peer_leave(&peer);
  cr_assert_eq(first.cancelled, 1);
  cr_assert_eq(cmta_ticket_auth(world.server, first.ticket, CMTA_AUTH_OK, NULL), CMTA_E_STALE);
}

Test(late, is_cancelled_for_the_one_that_is_asked) {
  open_two();
  cr_assert_eq(cmta_auth_answer(first.session, CMTA_AUTH_UNKNOWN, NULL), 0);
  wait_until_asked(&second);
  peer_leave(&peer);
  cr_assert_eq(first.cancelled, 0);
  cr_assert_eq(second.cancelled, 1);
}

Test(late, is_cancelled_when_the_time_is_up) {
  open_plain(true);
  connection_expire(world.server->connections);
  peer_expect(&peer, "454 ");
  cr_assert_eq(first.cancelled, 1);
  cr_assert_eq(cmta_ticket_auth(world.server, first.ticket, CMTA_AUTH_OK, NULL), CMTA_E_STALE);
  cr_assert_eq(cmta_auth_answer(first.session, CMTA_AUTH_OK, NULL), CMTA_E_STATE);
  peer_leave(&peer);
}

Test(late, is_cancelled_when_the_server_is_freed) {
  open_plain(true);
  peer_close(&peer);
  cmta_server_free(world.server);
  world.server = NULL;
  cr_assert_eq(first.cancelled, 1);
  cr_assert_eq(first.released, 1);
}

Test(late, is_waited_for_when_the_server_stops) {
  open_plain(true);
  cmta_server_stop(world.server, NULL, NULL);
  cr_assert_eq(cmta_ticket_auth(world.server, first.ticket, CMTA_AUTH_OK, NULL), 0);
  peer_expect(&peer, "235 ");
  peer_expect(&peer, "421 ");
  peer_leave(&peer);
}
