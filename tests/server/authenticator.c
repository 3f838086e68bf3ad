/* SPDX-License-Identifier: MIT */

/* What authenticators are asked, and what their answers come to. */

#include "oracle.h"

#include <criterion/criterion.h>
#include <string.h>

static struct oracle first, second;

TestSuite(authenticator, .init = login_begin, .fini = login_end, .timeout = 30);

static void open_with(struct oracle oracle) {
  first = oracle;
  oracle_add(&first);
  login_open();
}

static void open_with_both(struct oracle one, struct oracle other) {
  first = one, second = other;
  oracle_add(&first);
  oracle_add(&second);
  login_open();
}

static void say_token(const char *beginning) {
  login_start("XOAUTH2", "user=alice\1auth=Bearer secret\1\1", 31);
  peer_expect(&peer, beginning);
}

/* ---- What is asked ---- */

Test(authenticator, verifies_a_password_where_it_can) {
  open_with(oracle_new());
  login_expect("PLAIN", "alice", "secret", "235 ");
  cr_assert_eq(first.verified, 1);
  cr_assert_eq(first.looked_up, 0);
  cr_assert_eq(first.kind, CMTA_CREDENTIAL_PASSWORD);
  cr_assert_str_eq(first.mechanism, "PLAIN");
  cr_assert_str_eq(first.user, "alice");
  cr_assert_str_eq(first.authorization, "");
  cr_assert_str_eq(first.password, "secret");
  peer_leave(&peer);
}

Test(authenticator, verifies_what_login_was_told) {
  open_with(oracle_new());
  login_expect("LOGIN", "alice", "secret", "235 ");
  cr_assert_str_eq(first.mechanism, "LOGIN");
  cr_assert_str_eq(first.user, "alice");
  cr_assert_str_eq(first.password, "secret");
  peer_leave(&peer);
}

Test(authenticator, verifies_a_token) {
  open_with(oracle_new());
  say_token("235 ");
  cr_assert_eq(first.kind, CMTA_CREDENTIAL_TOKEN);
  cr_assert_str_eq(first.mechanism, "XOAUTH2");
  cr_assert_str_eq(first.user, "alice");
  cr_assert_str_eq(first.password, "secret");
  peer_leave(&peer);
}

Test(authenticator, looks_up_for_scram) {
  open_with(oracle_new());
  login_expect("SCRAM-SHA-256", "alice", "secret", "235 ");
  cr_assert_eq(first.verified, 0);
  cr_assert_eq(first.looked_up, 1);
  cr_assert_str_eq(first.mechanism, "SCRAM-SHA-256");
  cr_assert_str_eq(first.user, "alice");
  cr_assert_str_eq(first.password, "");
  peer_leave(&peer);
}

Test(authenticator, looks_up_for_plain_where_it_cannot_verify) {
  open_with(oracle_keeper(CMTA_AUTH_OK));
  login_expect("PLAIN", "alice", "hidden", "535 ");
  login_expect("PLAIN", "alice", "secret", "235 ");
  cr_assert_eq(first.looked_up, 2);
  cr_assert_str_eq(first.mechanism, "PLAIN");
  peer_leave(&peer);
}

Test(authenticator, looks_up_for_plain_where_it_verifies_other_kinds_alone) {
  struct oracle oracle = oracle_new();
  oracle.kinds = CMTA_CREDENTIAL_TOKEN;
  open_with(oracle);
  login_expect("PLAIN", "alice", "hidden", "535 ");
  login_expect("PLAIN", "alice", "secret", "235 ");
  cr_assert_eq(first.looked_up, 2);
  cr_assert_eq(first.verified, 0);
  cr_assert_str_eq(first.password, "", "a password is shown to who looks up");
  peer_leave(&peer);
}

/* ---- Answers ---- */

Test(authenticator, that_verifies_and_says_ok_lets_in) {
  open_with(oracle_verifier(CMTA_AUTH_OK));
  login_expect("PLAIN", "alice", "anything", "235 2.7.0 ");
  peer_leave(&peer);
}

Test(authenticator, that_verifies_and_says_wrong_refuses) {
  open_with(oracle_verifier(CMTA_AUTH_WRONG));
  login_expect("PLAIN", "alice", "secret", "535 5.7.8 ");
  peer_leave(&peer);
}

Test(authenticator, that_cannot_say_is_454) {
  open_with_both(oracle_verifier(CMTA_AUTH_UNAVAILABLE), oracle_new());
  login_expect("PLAIN", "alice", "secret", "454 4.7.0 ");
  cr_assert_eq(second.verified, 0);
  peer_leave(&peer);
}

Test(authenticator, that_looks_up_and_says_wrong_refuses_the_right_password) {
  open_with(oracle_keeper(CMTA_AUTH_WRONG));
  login_expect("PLAIN", "alice", "secret", "535 ");
  login_expect("SCRAM-SHA-1", "alice", "secret", "535 ");
  peer_leave(&peer);
}

Test(authenticator, that_cannot_look_up_is_454) {
  open_with(oracle_keeper(CMTA_AUTH_UNAVAILABLE));
  login_expect("SCRAM-SHA-256", "alice", "secret", "454 ");
  login_expect("PLAIN", "alice", "secret", "454 ");
  peer_leave(&peer);
}

Test(authenticator, that_answers_what_is_no_answer_is_454) {
  open_with(oracle_verifier((enum cmta_auth_result)17));
  login_expect("PLAIN", "alice", "secret", "454 ");
  peer_leave(&peer);
}

/* ---- What cannot be looked up ---- */

static void expect_454(struct cmta_secret secret) {
  struct oracle oracle = oracle_keeper(CMTA_AUTH_OK);
  oracle.secret = secret;
  open_with(oracle);
  login_expect("PLAIN", "alice", "secret", "454 ");
  login_expect("SCRAM-SHA-256", "alice", "secret", "454 ");
  peer_leave(&peer);
}

static const char octets[32];

static struct cmta_secret keys(void) {
  return (struct cmta_secret){.hash = "SHA-256",
                              .iterations = 4096,
                              .salt = {octets, 16},
                              .stored_key = {octets, 32},
                              .server_key = {octets, 32}};
}

Test(authenticator, that_finds_nothing_is_454) { expect_454((struct cmta_secret){.hash = NULL}); }

Test(authenticator, that_finds_a_hash_that_is_none_is_454) {
  struct cmta_secret secret = keys();
  secret.hash = "MD5";
  expect_454(secret);
}

Test(authenticator, that_finds_no_salt_is_454) {
  struct cmta_secret secret = keys();
  secret.salt.length = 0;
  expect_454(secret);
}

Test(authenticator, that_finds_a_salt_that_is_nowhere_is_454) {
  struct cmta_secret secret = keys();
  secret.salt.at = NULL;
  expect_454(secret);
}

Test(authenticator, that_finds_a_key_that_is_nowhere_is_454) {
  struct cmta_secret secret = keys();
  secret.stored_key.at = NULL;
  expect_454(secret);
}

Test(authenticator, that_finds_keys_of_another_length_is_454) {
  struct cmta_secret secret = keys();
  secret.server_key.length = 20;
  expect_454(secret);
}

Test(authenticator, that_finds_no_iteration_count_is_454) {
  struct cmta_secret secret = keys();
  secret.iterations = 0;
  expect_454(secret);
}

/* ---- Chains ---- */

Test(authenticator, behind_one_that_does_not_know_the_user_is_asked) {
  open_with_both(oracle_ignorant(), oracle_new());
  login_expect("PLAIN", "alice", "secret", "235 ");
  cr_assert_eq(first.verified, 1);
  cr_assert_eq(second.verified, 1);
  peer_leave(&peer);
}

Test(authenticator, behind_one_that_does_not_know_the_user_is_asked_to_look_up) {
  open_with_both(oracle_ignorant(), oracle_new());
  login_expect("SCRAM-SHA-1", "alice", "secret", "235 ");
  cr_assert_eq(first.looked_up, 1);
  cr_assert_eq(second.looked_up, 1);
  peer_leave(&peer);
}

Test(authenticator, behind_one_that_says_wrong_is_not_asked) {
  open_with_both(oracle_verifier(CMTA_AUTH_WRONG), oracle_new());
  login_expect("PLAIN", "alice", "secret", "535 ");
  cr_assert_eq(second.verified, 0);
  peer_leave(&peer);
}

Test(authenticator, behind_one_that_looked_up_wrong_is_not_asked) {
  open_with_both(oracle_keeper(CMTA_AUTH_WRONG), oracle_new());
  login_expect("SCRAM-SHA-256", "alice", "secret", "535 ");
  cr_assert_eq(second.looked_up, 0);
  peer_leave(&peer);
}

Test(authenticator, behind_one_that_knows_the_user_is_not_asked) {
  open_with_both(oracle_new(), oracle_new());
  login_expect("SCRAM-SHA-256", "alice", "secret", "235 ");
  cr_assert_eq(second.looked_up, 0);
  peer_leave(&peer);
}

Test(authenticator, that_knows_nobody_refuses_with_all_others) {
  open_with_both(oracle_ignorant(), oracle_ignorant());
  login_expect("PLAIN", "alice", "secret", "535 ");
  login_expect("SCRAM-SHA-256", "alice", "secret", "535 ");
  say_token("334 ");
  login_respond("", 0);
  peer_expect(&peer, "535 ");
  peer_leave(&peer);
}

Test(authenticator, that_cannot_be_asked_about_a_kind_is_left_out) {
  struct oracle oracle = oracle_verifier(CMTA_AUTH_OK);
  oracle.kinds = CMTA_CREDENTIAL_PASSWORD;
  open_with_both(oracle, oracle_verifier(CMTA_AUTH_OK));
  say_token("235 ");
  cr_assert_eq(first.verified, 0);
  cr_assert_eq(second.verified, 1);
  peer_leave(&peer);
}
