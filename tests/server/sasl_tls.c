/* SPDX-License-Identifier: MIT */

/* Mechanisms that need TLS: those bound to the connection (RFC 9266), and EXTERNAL. */

#include "login.h"
#include "own_certificate.h"

#include <criterion/criterion.h>

static char alice[CERTIFICATE_PATH], mallory[CERTIFICATE_PATH];

static void begin(void) {
  login_begin();
  login_add_users();
}

static void begin_with_certificates(void) {
  begin();
  certificate_make("alice", alice);
  certificate_make("mallory", mallory);
}

static void end_with_certificates(void) {
  certificate_drop(alice);
  certificate_drop(mallory);
  login_end();
}

TestSuite(bound, .init = begin, .fini = login_end, .timeout = 30);
TestSuite(external, .init = begin_with_certificates, .fini = end_with_certificates, .timeout = 30);

static void expect_bound(const char *mechanism, enum binding binding, const char *beginning) {
  const struct account account = {.user = "alice", .password = "secret", .binding = binding};
  const char *reply = login(mechanism, &account);
  cr_assert_eq(strncmp(reply, beginning, strlen(beginning)), 0, "%s: expected %s, got %s",
               mechanism, beginning, reply);
}

/* ---- Bound to the connection ---- */

Test(bound, scram_sha_1_plus_lets_in_who_is_at_the_same_connection) {
  login_open_secured(0);
  expect_bound("SCRAM-SHA-1-PLUS", BINDING_RIGHT, "235 ");
  peer_leave(&peer);
}

Test(bound, scram_sha_256_plus_lets_in_who_is_at_the_same_connection) {
  login_open_secured(0);
  expect_bound("SCRAM-SHA-256-PLUS", BINDING_RIGHT, "235 ");
  peer_leave(&peer);
}

Test(bound, scram_sha_1_plus_refuses_who_is_at_another_connection) {
  login_open_secured(0);
  expect_bound("SCRAM-SHA-1-PLUS", BINDING_WRONG, "535 ");
  peer_leave(&peer);
}

Test(bound, scram_sha_256_plus_refuses_who_is_at_another_connection) {
  login_open_secured(0);
  expect_bound("SCRAM-SHA-256-PLUS", BINDING_WRONG, "535 ");
  peer_leave(&peer);
}

Test(bound, a_wrong_password_is_refused_at_the_right_connection) {
  login_open_secured(0);
  login_expect("SCRAM-SHA-256-PLUS", "alice", "hidden", "535 ");
  login_expect("SCRAM-SHA-256-PLUS", "mallory", "secret", "535 ");
  peer_leave(&peer);
}

/* RFC 5802 section 6: the flag "n" or "y" has no place in a mechanism that binds. */
static void expect_unbound(const char *mechanism, const char *first, const char *beginning) {
  login_open_secured(0);
  login_start(mechanism, first, strlen(first));
  peer_expect(&peer, beginning);
  peer_leave(&peer);
}

Test(bound, a_client_that_binds_to_nothing_is_refused) {
  expect_unbound("SCRAM-SHA-256-PLUS", "n,,n=alice,r=nonce", "5");
}

Test(bound, a_client_that_believes_it_was_not_offered_is_refused) {
  expect_unbound("SCRAM-SHA-256-PLUS", "y,,n=alice,r=nonce", "5");
}

/* Somebody has taken the -PLUS out of the offer (RFC 5802 section 6). */
Test(bound, a_client_that_was_shown_a_shorter_offer_is_refused) {
  expect_unbound("SCRAM-SHA-256", "y,,n=alice,r=nonce", "5");
}

Test(bound, a_client_that_cannot_bind_may_use_the_other_form) {
  login_open_secured(0);
  expect_bound("SCRAM-SHA-256", BINDING_NONE, "235 ");
  peer_leave(&peer);
}

Test(bound, in_clear_a_client_that_could_bind_may_use_the_other_form) {
  login_open();
  login_start("SCRAM-SHA-256", "y,,n=alice,r=nonce", 18);
  peer_expect(&peer, "334 ");
  peer_leave(&peer);
}

Test(bound, tls_1_2_has_no_binding) {
  login_open_secured(TLS1_2_VERSION);
  cr_assert_null(strstr(peer.reply, "-PLUS"));
  peer_say(&peer, "AUTH SCRAM-SHA-256-PLUS", "504 ");
  expect_bound("SCRAM-SHA-256", BINDING_NONE, "235 ");
  peer_leave(&peer);
}

/* ---- EXTERNAL ---- */

static void external(const char *file, const char *authorization, const char *beginning) {
  login_open_with_certificate(alice, file);
  login_start("EXTERNAL", authorization, strlen(authorization));
  peer_expect(&peer, beginning);
  peer_leave(&peer);
}

Test(external, lets_in_who_shows_a_certificate_of_a_user) { external(alice, "", "235 "); }

Test(external, asks_who_says_nothing_with_auth) {
  login_open_with_certificate(alice, alice);
  login_start("EXTERNAL", NULL, 0);
  peer_expect(&peer, "334 \r\n");
  login_respond("", 0);
  peer_expect(&peer, "235 ");
  peer_leave(&peer);
}

Test(external, is_not_there_for_whom_no_authority_knows) { external(mallory, "", "504 "); }

Test(external, is_not_there_without_a_certificate) { external(NULL, "", "504 "); }

Test(external, refuses_whom_no_authenticator_knows) {
  login_open_with_certificate(mallory, mallory);
  login_start("EXTERNAL", "", 0);
  peer_expect(&peer, "535 ");
  peer_leave(&peer);
}
