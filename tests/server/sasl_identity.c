/* SPDX-License-Identifier: MIT */

/* Who a client is afterwards, and as whom it may act. */

#include "oracle.h"
#include "own_certificate.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct oracle oracle;
static char file[CERTIFICATE_PATH];
static char seen[256]; /* "mechanism/user/authorization" of the session, or "nobody" */

static enum cmta_verdict on_noop(struct cmta_session *session, void *context,
                                 struct cmta_slice text) {
  const struct cmta_identity *identity = cmta_session_identity(session);
  (void)context, (void)text;
  if (identity)
    snprintf(seen, sizeof seen, "%s/%s/%s", identity->mechanism, identity->user,
             identity->authorization);
  else
    strcpy(seen, "nobody");
  return CMTA_ACCEPT;
}

static void begin(void) {
  login_prepare();
  world.hooks.noop = on_noop;
  login_make();
}

TestSuite(identity, .init = begin, .fini = login_end, .timeout = 30);

static void open_with(struct oracle made) {
  oracle = made;
  oracle_add(&oracle);
  login_open();
}

static void expect_identity(const char *identity) {
  peer_say(&peer, "NOOP", "250 ");
  cr_assert_str_eq(seen, identity);
}

static void expect_as(const char *mechanism_name, const char *other, const char *beginning) {
  const struct account account = {.user = "alice", .password = "secret", .authorization = other};
  const char *reply = login(mechanism_name, &account);
  cr_assert_eq(strncmp(reply, beginning, strlen(beginning)), 0, "expected %s, got %s", beginning,
               reply);
}

/* ---- Who it is ---- */

Test(identity, is_nobody_before) {
  open_with(oracle_new());
  expect_identity("nobody");
  peer_leave(&peer);
}

Test(identity, is_nobody_after_a_refusal) {
  open_with(oracle_new());
  login_expect("SCRAM-SHA-256", "alice", "hidden", "535 ");
  expect_identity("nobody");
  peer_leave(&peer);
}

Test(identity, is_that_of_plain) {
  open_with(oracle_new());
  login_expect("PLAIN", "alice", "secret", "235 ");
  expect_identity("PLAIN/alice/");
  peer_leave(&peer);
}

Test(identity, is_that_of_scram) {
  open_with(oracle_new());
  login_expect("SCRAM-SHA-1", "alice", "secret", "235 ");
  expect_identity("SCRAM-SHA-1/alice/");
  peer_leave(&peer);
}

/* The name is compared as RFC 4013 prepares it. */
Test(identity, is_prepared) {
  open_with(oracle_new());
  login_plain("", "al\xc2\xadi\xef\xbd\x83\x65", "secret", "235 ");
  cr_assert_str_eq(oracle.user, "alice");
  expect_identity("PLAIN/alice/");
  peer_leave(&peer);
}

Test(identity, is_what_the_authenticator_says) {
  struct oracle knowing = oracle_new();
  knowing.identity = "alice@server.example";
  open_with(knowing);
  login_start("OAUTHBEARER", "n,,\1auth=Bearer secret\1\1", 24);
  peer_expect(&peer, "235 ");
  cr_assert_str_eq(oracle.user, "");
  expect_identity("OAUTHBEARER/alice@server.example/");
  peer_leave(&peer);
}

Test(identity, that_nobody_has_said_is_none_and_the_answer_is_454) {
  open_with(oracle_new());
  login_start("OAUTHBEARER", "n,,\1auth=Bearer secret\1\1", 24);
  peer_expect(&peer, "454 4.7.0 ");
  cr_assert_eq(oracle.verified, 1);
  expect_identity("nobody");
  peer_leave(&peer);
}

Test(identity, of_a_token_of_the_list_is_its_entry) {
  login_add_users();
  login_open();
  login_start("OAUTHBEARER", "n,,\1auth=Bearer hidden\1\1", 24);
  peer_expect(&peer, "235 ");
  expect_identity("OAUTHBEARER/bob/");
  peer_leave(&peer);
}

/* RFC 7628 section 3.1 writes a comma and an equals sign otherwise. */
Test(identity, of_oauthbearer_is_decoded) {
  open_with(oracle_new());
  login_start("OAUTHBEARER", "n,a=a=2Cb=3Dc,\1auth=Bearer secret\1\1", 35);
  peer_expect(&peer, "235 ");
  expect_identity("OAUTHBEARER/a,b=c/");
  peer_leave(&peer);
}

Test(identity, is_not_what_an_authenticator_said_who_then_knew_nobody) {
  static struct oracle second;
  struct oracle liar = oracle_ignorant();
  liar.identity = "root";
  second = oracle_verifier(CMTA_AUTH_OK);
  oracle = liar;
  oracle_add(&oracle);
  oracle_add(&second);
  login_open();
  login_expect("PLAIN", "alice", "secret", "235 ");
  expect_identity("PLAIN/alice/");
  peer_leave(&peer);
}

Test(identity, is_forgotten_by_starttls) {
  oracle = oracle_new();
  oracle_add(&oracle);
  login_listen_secured();
  peer_greet(&peer);
  login_expect("PLAIN", "alice", "secret", "235 ");
  peer_say(&peer, "STARTTLS", "220 ");
  peer_secure(&peer, 0, NULL);
  expect_identity("nobody");
  peer_say(&peer, "EHLO client.example", "250");
  login_expect("PLAIN", "alice", "secret", "235 ");
  peer_leave(&peer);
}

Test(identity, may_be_proved_once) {
  open_with(oracle_new());
  login_expect("PLAIN", "alice", "secret", "235 ");
  login_plain("", "alice", "secret", "503 ");
  peer_leave(&peer);
}

/* ---- As whom ---- */

Test(identity, to_act_as_is_shown_to_who_verifies) {
  open_with(oracle_new());
  login_plain("bob", "alice", "secret", "235 ");
  cr_assert_str_eq(oracle.authorization, "bob");
  expect_identity("PLAIN/alice/bob");
  peer_leave(&peer);
}

Test(identity, to_act_as_is_shown_to_who_looks_up) {
  struct oracle allowing = oracle_new();
  allowing.secret.may_act = true;
  open_with(allowing);
  expect_as("SCRAM-SHA-256", "bob", "235 ");
  cr_assert_str_eq(oracle.authorization, "bob");
  expect_identity("SCRAM-SHA-256/alice/bob");
  peer_leave(&peer);
}

Test(identity, to_act_as_is_refused_in_scram_unless_allowed) {
  open_with(oracle_new());
  expect_as("SCRAM-SHA-256", "bob", "535 ");
  expect_identity("nobody");
  peer_leave(&peer);
}

Test(identity, to_act_as_is_refused_in_plain_unless_allowed) {
  open_with(oracle_keeper(CMTA_AUTH_OK));
  login_plain("bob", "alice", "secret", "535 ");
  peer_leave(&peer);
}

Test(identity, to_act_as_is_allowed_in_plain_where_it_was_looked_up) {
  struct oracle allowing = oracle_keeper(CMTA_AUTH_OK);
  allowing.secret.may_act = true;
  open_with(allowing);
  login_plain("bob", "alice", "secret", "235 ");
  expect_identity("PLAIN/alice/bob");
  peer_leave(&peer);
}

Test(identity, to_act_as_that_is_the_user_is_none) {
  open_with(oracle_keeper(CMTA_AUTH_OK));
  login_plain("alice", "alice", "secret", "235 ");
  cr_assert_str_eq(oracle.authorization, "");
  expect_identity("PLAIN/alice/");
  peer_leave(&peer);
}

Test(identity, to_act_as_that_is_the_user_is_none_in_scram) {
  open_with(oracle_new());
  expect_as("SCRAM-SHA-1", "alice", "235 ");
  expect_identity("SCRAM-SHA-1/alice/");
  peer_leave(&peer);
}

Test(identity, to_act_as_is_refused_by_the_list) {
  login_add_users();
  login_open();
  login_plain("bob", "alice", "secret", "535 ");
  expect_as("SCRAM-SHA-1", "bob", "535 ");
  peer_leave(&peer);
}

static void add_users_who_may_act(void) {
  static const char *const users[] = {"alice:secret", NULL};
  cr_assert_geq(cmta_server_add_users(world.server, users, true), 0);
}

Test(identity, to_act_as_is_allowed_by_a_list_whose_users_may) {
  add_users_who_may_act();
  login_open();
  login_plain("bob", "alice", "secret", "235 ");
  expect_identity("PLAIN/alice/bob");
  peer_leave(&peer);
}

Test(identity, to_act_as_is_allowed_in_scram_by_a_list_whose_users_may) {
  add_users_who_may_act();
  login_open();
  expect_as("SCRAM-SHA-1", "bob", "235 ");
  expect_identity("SCRAM-SHA-1/alice/bob");
  peer_leave(&peer);
}

/* ---- Certificates ---- */

static void say_external(const char *other, const char *beginning) {
  certificate_make("alice", file);
  login_open_with_certificate(file, file);
  certificate_drop(file);
  login_start("EXTERNAL", other, strlen(other));
  peer_expect(&peer, beginning);
}

Test(identity, of_a_certificate_is_its_subject) {
  oracle = oracle_new();
  oracle_add(&oracle);
  say_external("", "235 ");
  cr_assert_eq(oracle.kind, CMTA_CREDENTIAL_CERTIFICATE);
  cr_assert_str_eq(oracle.user, "CN=alice");
  cr_assert_str_eq(oracle.password, "");
  expect_identity("EXTERNAL/CN=alice/");
  peer_leave(&peer);
}

Test(identity, of_a_certificate_may_be_said_by_the_authenticator) {
  oracle = oracle_new();
  oracle.identity = "alice";
  oracle_add(&oracle);
  say_external("", "235 ");
  expect_identity("EXTERNAL/alice/");
  peer_leave(&peer);
}

Test(identity, to_act_as_is_shown_with_a_certificate) {
  oracle = oracle_new();
  oracle_add(&oracle);
  say_external("bob", "235 ");
  cr_assert_str_eq(oracle.authorization, "bob");
  expect_identity("EXTERNAL/CN=alice/bob");
  peer_leave(&peer);
}

Test(identity, of_a_certificate_of_the_list_is_its_entry) {
  login_add_users();
  say_external("alice", "235 ");
  expect_identity("EXTERNAL/alice/");
  peer_leave(&peer);
}

Test(identity, to_act_as_is_refused_by_the_list_with_a_certificate_too) {
  login_add_users();
  say_external("bob", "535 ");
  peer_leave(&peer);
}

Test(identity, to_act_as_is_allowed_with_a_certificate_by_a_list_whose_users_may) {
  add_users_who_may_act();
  say_external("bob", "235 ");
  expect_identity("EXTERNAL/alice/bob");
  peer_leave(&peer);
}
