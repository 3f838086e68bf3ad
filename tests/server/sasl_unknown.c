/* SPDX-License-Identifier: MIT */

/* Users whom nobody knows cannot be told from others. */

#include "oracle.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct oracle oracle;
static char shown[512], other[512]; /* what servers-first show behind the nonce */

static enum cmta_auth_result look_up(struct cmta_session *session, void *user,
                                     const struct cmta_credentials *claim,
                                     struct cmta_secret *secret) {
  (void)session;
  const struct cmta_secret *known = user;
  bool is_known = strcmp(claim->user, "alice") == 0;
  if (is_known)
    *secret = *known;
  else
    secret->iterations = known->iterations;
  return is_known ? CMTA_AUTH_OK : CMTA_AUTH_UNKNOWN;
}

TestSuite(unknown, .init = login_begin, .fini = login_end, .timeout = 30);

static void open_with(struct cmta_secret *known) {
  static const struct cmta_authenticator face = {.size = sizeof face, .look_up = look_up};
  cr_assert_eq(cmta_server_add_authenticator(world.server, &face, known), 0);
  login_open();
}

/* What SCRAM shows of a user, apart from the nonce; then gives it up. */
static void show(const char *mechanism, const char *user, char room[512]) {
  char text[512];
  int length = snprintf(text, sizeof text, "n,,n=%s,r=nonce", user);
  login_start(mechanism, text, (size_t)length);
  const char *first = login_challenge(peer_hear(&peer));
  cr_assert_eq(strncmp(first, "r=nonce", 7), 0);
  snprintf(room, 512, "%s", first + strcspn(first, ","));
  peer_say(&peer, "*", "501 ");
}

static size_t octets_of_salt(const char *text) {
  const char *salt = strstr(text, "s=");
  cr_assert_not_null(salt);
  return strcspn(salt, ",");
}

Test(unknown, user_has_the_same_salt_at_each_try) {
  login_add_users();
  login_open();
  show("SCRAM-SHA-256", "mallory", shown);
  show("SCRAM-SHA-256", "mallory", other);
  cr_assert_str_eq(shown, other);
  peer_leave(&peer);
}

Test(unknown, user_has_the_same_salt_at_another_connection) {
  login_add_users();
  login_open();
  show("SCRAM-SHA-1", "mallory", shown);
  peer_close(&peer);
  peer_connect(&peer, &world, 0);
  peer_greet(&peer);
  show("SCRAM-SHA-1", "mallory", other);
  cr_assert_str_eq(shown, other);
  peer_leave(&peer);
}

Test(unknown, users_have_different_salts) {
  login_add_users();
  login_open();
  show("SCRAM-SHA-256", "mallory", shown);
  show("SCRAM-SHA-256", "trudy", other);
  cr_assert_str_neq(shown, other);
  peer_leave(&peer);
}

/* Who has keys of one hash has its salt, and another is made for the other hash. */
Test(unknown, user_has_a_different_salt_for_each_hash) {
  login_add_users();
  login_open();
  for (int i = 0; i < 2; i++) {
    const char *user = i ? "alice" : "mallory";
    show("SCRAM-SHA-256", user, shown);
    show("SCRAM-SHA-1", user, other);
    cr_assert_str_neq(shown, other, "%s", user);
  }
  peer_leave(&peer);
}

Test(unknown, user_looks_like_one_whose_password_is_known_in_clear) {
  login_add_users();
  login_open();
  show("SCRAM-SHA-256", "alice", shown);
  show("SCRAM-SHA-256", "mallory", other);
  cr_assert_eq(strlen(shown), strlen(other));
  cr_assert_eq(octets_of_salt(shown), octets_of_salt(other));
  cr_assert_str_eq(strstr(shown, ",i="), strstr(other, ",i="));
  peer_leave(&peer);
}

Test(unknown, user_is_unlike_one_known_in_clear_in_no_try) {
  login_add_users();
  login_open();
  show("SCRAM-SHA-256", "alice", shown);
  show("SCRAM-SHA-256", "alice", other);
  cr_assert_str_eq(shown, other, "the salt of a password in clear changes");
  peer_leave(&peer);
}

static const char octets[32] = "0123456789abcdef0123456789abcde";

static struct cmta_secret keys = {.hash = "SHA-256",
                                  .iterations = 5432,
                                  .salt = {octets, 16},
                                  .stored_key = {octets, 32},
                                  .server_key = {octets, 32}};

Test(unknown, user_has_the_iteration_count_that_the_authenticator_says) {
  open_with(&keys);
  show("SCRAM-SHA-256", "alice", shown);
  show("SCRAM-SHA-256", "mallory", other);
  cr_assert_eq(strlen(shown), strlen(other));
  cr_assert_str_eq(strstr(shown, ",i="), ",i=5432");
  cr_assert_str_eq(strstr(other, ",i="), ",i=5432");
  peer_leave(&peer);
}

Test(unknown, user_has_10000_iterations_where_nobody_says) {
  open_with(&(struct cmta_secret){.password = {"secret", 6}});
  show("SCRAM-SHA-1", "mallory", shown);
  cr_assert_str_eq(strstr(shown, ",i="), ",i=10000");
  peer_leave(&peer);
}

/* The whole of it, until the end. */
static void hear_all(const char *mechanism, const char *user, char room[512]) {
  struct account account = {.user = user, .password = "wrong"};
  snprintf(room, 512, "%s", login(mechanism, &account));
}

static void expect_same(const char *mechanism) {
  login_open();
  hear_all(mechanism, "alice", shown);
  hear_all(mechanism, "mallory", other);
  cr_assert_str_eq(shown, other);
  cr_assert_eq(strncmp(shown, "535 5.7.8 ", 10), 0);
  peer_leave(&peer);
}

Test(unknown, user_hears_the_same_of_plain) {
  login_add_users();
  expect_same("PLAIN");
}

Test(unknown, user_hears_the_same_of_scram_sha_1) {
  login_add_users();
  expect_same("SCRAM-SHA-1");
}

Test(unknown, user_hears_the_same_of_scram_sha_256) {
  login_add_users();
  expect_same("SCRAM-SHA-256");
}

/* An emoji is not assigned in Unicode 3.2, which RFC 4013 knows: this cannot be prepared, so that
 * nobody can prove to know it. */
Test(unknown, user_hears_the_same_as_one_whose_password_cannot_be_prepared) {
  oracle = oracle_new();
  oracle.secret = oracle_password("\xf0\x9f\x98\x80");
  oracle_add(&oracle);
  login_open();
  login_expect("SCRAM-SHA-256", "alice", "secret", "535 5.7.8 ");
  peer_leave(&peer);
}

Test(unknown, user_takes_as_many_steps_as_one_whose_keys_have_another_hash) {
  keys.hash = "SHA-1";
  keys.stored_key.length = keys.server_key.length = 20;
  open_with(&keys);
  show("SCRAM-SHA-256", "alice", shown);
  show("SCRAM-SHA-256", "mallory", other);
  cr_assert_eq(strlen(shown), strlen(other));
  login_expect("SCRAM-SHA-256", "alice", "secret", "535 5.7.8 ");
  peer_leave(&peer);
}
