/* SPDX-License-Identifier: MIT */

/* The application's hook `auth`, which is asked before the authenticators, at each step. */

#include "oracle.h"

#include <criterion/criterion.h>
#include <string.h>

static struct oracle oracle;
static enum cmta_verdict verdicts[4]; /* of the hook, a step each */
static unsigned steps;                /* that it has seen */
static bool says_who;                 /* whom it lets in */
static bool takes_ticket;
static struct cmta_ticket ticket;

static enum cmta_verdict on_auth(struct cmta_session *session, void *user,
                                 const struct cmta_auth *auth) {
  (void)user;
  steps++;
  if (strcmp(auth->mechanism, "X-OWN") == 0 && auth->response.length == 0)
    return cmta_auth_challenge(session, "who?", 4) == 0 ? CMTA_CHALLENGE : CMTA_TEMPFAIL;
  if (strcmp(auth->mechanism, "X-OWN") == 0)
    return cmta_session_set_identity(session, "somebody", NULL) == 0 ? CMTA_TAKE : CMTA_TEMPFAIL;
  if (takes_ticket)
    cr_assert_eq(cmta_server_ticket(world.server, session, &ticket), 0);
  world.open = session;
  if (says_who)
    cr_assert_eq(cmta_session_set_identity(session, "carol", NULL), 0);
  return verdicts[auth->step];
}

static void begin(void) {
  login_prepare();
  world.hooks.auth = on_auth;
  world.settings.mechanisms = "SCRAM-SHA-256 X-OWN X-NOBODYS PLAIN";
  login_make();
  oracle = oracle_new();
  oracle_add(&oracle);
}

TestSuite(hook, .init = begin, .fini = login_end, .timeout = 30);

Test(hook, that_accepts_leaves_it_to_the_authenticators) {
  login_open();
  login_expect("PLAIN", "alice", "secret", "235 ");
  cr_assert_eq(steps, 1);
  cr_assert_eq(oracle.verified, 1);
  peer_leave(&peer);
}

Test(hook, is_asked_at_each_step) {
  login_open();
  login_expect("SCRAM-SHA-256", "alice", "secret", "235 ");
  cr_assert_eq(steps, 3);
  peer_leave(&peer);
}

Test(hook, may_refuse_before_anybody_is_asked) {
  verdicts[0] = CMTA_REJECT;
  login_open();
  login_expect("PLAIN", "alice", "secret", "535 ");
  login_expect("SCRAM-SHA-256", "alice", "secret", "535 ");
  cr_assert_eq(oracle.verified + oracle.looked_up, 0);
  peer_leave(&peer);
}

Test(hook, may_refuse_at_the_second_step) {
  verdicts[1] = CMTA_REJECT;
  login_open();
  login_expect("SCRAM-SHA-256", "alice", "secret", "535 ");
  cr_assert_eq(steps, 2);
  login_expect("PLAIN", "alice", "secret", "235 ");
  peer_leave(&peer);
}

Test(hook, may_refuse_at_the_last_step) {
  verdicts[2] = CMTA_REJECT;
  login_open();
  login_expect("SCRAM-SHA-256", "alice", "secret", "535 ");
  peer_say(&peer, "NOOP", "250 ");
  cr_assert_null(cmta_session_identity(world.open));
  peer_leave(&peer);
}

Test(hook, may_answer_later_before_anybody_is_asked) {
  verdicts[0] = CMTA_LATER;
  login_open();
  login_start("PLAIN", "\0alice\0secret", 13);
  world_run_until_asked(&world);
  cr_assert_eq(oracle.verified, 0);
  cr_assert_eq(cmta_auth_answer(world.open, CMTA_AUTH_OK, NULL), CMTA_E_STATE);
  world_decide(&world, CMTA_ACCEPT);
  peer_expect(&peer, "235 ");
  cr_assert_eq(oracle.verified, 1);
  peer_leave(&peer);
}

Test(hook, may_take_the_question_and_nobody_else_is_asked) {
  verdicts[0] = CMTA_TAKE;
  says_who = true;
  login_open();
  login_start("PLAIN", "\0alice\0hidden", 13);
  peer_expect(&peer, "235 ");
  cr_assert_eq(oracle.verified, 0);
  peer_leave(&peer);
}

Test(hook, that_takes_the_question_and_says_nobody_is_454) {
  verdicts[0] = CMTA_TAKE;
  login_open();
  login_start("PLAIN", "\0alice\0hidden", 13);
  peer_expect(&peer, "454 4.7.0 ");
  cr_assert_null(cmta_session_identity(world.open));
  peer_leave(&peer);
}

Test(hook, may_have_a_mechanism_of_its_own_beside_the_authenticators) {
  login_open();
  cr_assert_not_null(strstr(peer.reply, "AUTH SCRAM-SHA-256 X-OWN X-NOBODYS PLAIN\r\n"));
  login_start("X-OWN", NULL, 0);
  cr_assert_str_eq(login_challenge(peer_hear(&peer)), "who?");
  login_respond("me", 2);
  peer_expect(&peer, "235 ");
  cr_assert_eq(oracle.verified, 0);
  peer_leave(&peer);
}

Test(hook, must_take_a_mechanism_of_its_own_or_it_is_refused) {
  login_open();
  login_start("X-NOBODYS", "me", 2);
  peer_expect(&peer, "535 ");
  peer_leave(&peer);
}

/* A ticket of the hook is for its own question. */
Test(hook, cannot_answer_for_an_authenticator_by_its_ticket) {
  takes_ticket = true;
  oracle.takes_ticket = true;
  oracle.verify = CMTA_AUTH_LATER;
  login_open();
  login_start("PLAIN", "\0alice\0secret", 13);
  while (!oracle.session)
    ev_run(world.loop, EVRUN_ONCE);
  cr_assert_eq(cmta_ticket_decide(world.server, ticket, CMTA_ACCEPT), CMTA_E_STALE);
  cr_assert_eq(cmta_ticket_auth(world.server, oracle.ticket, CMTA_AUTH_OK, NULL), 0);
  peer_expect(&peer, "235 ");
  peer_leave(&peer);
}
