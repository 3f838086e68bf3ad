/* SPDX-License-Identifier: MIT */

/* Authenticators of a server: how they come and go. */

#include "oracle.h"

#include <criterion/criterion.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static struct oracle oracle;

TestSuite(authenticators, .init = login_begin, .fini = login_end, .timeout = 30);

static enum cmta_auth_result look_up(struct cmta_session *session, void *user,
                                     const struct cmta_credentials *claim,
                                     struct cmta_secret *secret) {
  (void)session, (void)user, (void)claim, (void)secret;
  return CMTA_AUTH_UNKNOWN;
}

static int add(const struct cmta_authenticator *face) {
  return cmta_server_add_authenticator(world.server, face, NULL);
}

Test(authenticators, are_numbered) {
  static const struct cmta_authenticator face = {.size = sizeof face, .look_up = look_up};
  cr_assert_eq(add(&face), 0);
  cr_assert_eq(add(&face), 1);
}

Test(authenticators, of_a_program_that_is_newer_are_refused) {
  struct cmta_authenticator face = {.size = sizeof face + sizeof(void *), .look_up = look_up};
  cr_assert_eq(add(&face), CMTA_E_ARGUMENT);
}

Test(authenticators, of_a_size_that_is_none_are_refused) {
  struct cmta_authenticator face = {.size = 0, .look_up = look_up};
  cr_assert_eq(add(&face), CMTA_E_ARGUMENT);
  face.size = sizeof face - 1;
  cr_assert_eq(add(&face), CMTA_E_ARGUMENT);
  cr_assert_eq(add(NULL), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_server_add_authenticator(NULL, &face, NULL), CMTA_E_ARGUMENT);
}

Test(authenticators, of_an_older_program_know_less) {
  struct cmta_authenticator face = {.size = offsetof(struct cmta_authenticator, cancelled),
                                    .look_up = look_up,
                                    .cancelled = (void (*)(struct cmta_session *, void *))abort,
                                    .release = (void (*)(void *))abort};
  cr_assert_eq(add(&face), 0);
}

Test(authenticators, with_a_kind_that_is_none_are_refused) {
  struct cmta_authenticator face = {.size = sizeof face, .look_up = look_up, .kinds = 8};
  cr_assert_eq(add(&face), CMTA_E_ARGUMENT);
}

static enum cmta_auth_result verify(struct cmta_session *session, void *user,
                                    const struct cmta_credentials *credentials) {
  (void)session, (void)user, (void)credentials;
  return CMTA_AUTH_UNKNOWN;
}

Test(authenticators, that_can_never_be_asked_are_refused) {
  struct cmta_authenticator face = {.size = sizeof face};
  cr_assert_eq(add(&face), CMTA_E_ARGUMENT);
  face.kinds = CMTA_CREDENTIAL_PASSWORD;
  cr_assert_eq(add(&face), CMTA_E_ARGUMENT);
  face = (struct cmta_authenticator){.size = sizeof face, .verify = verify, .look_up = look_up};
  cr_assert_eq(add(&face), CMTA_E_ARGUMENT);
  face.kinds = CMTA_CREDENTIAL_TOKEN;
  cr_assert_eq(add(&face), 0);
}

Test(authenticators, are_added_before_the_first_connection) {
  static const struct cmta_authenticator face = {.size = sizeof face, .look_up = look_up};
  static const char *const users[] = {"alice:secret", NULL};
  login_add_users();
  login_open();
  cr_assert_eq(add(&face), CMTA_E_STATE);
  cr_assert_eq(cmta_server_add_users(world.server, users, false), CMTA_E_STATE);
  peer_leave(&peer);
}

Test(authenticators, cannot_be_the_first_after_a_connection) {
  static const struct cmta_authenticator face = {.size = sizeof face, .look_up = look_up};
  login_open();
  cr_assert_eq(add(&face), CMTA_E_STATE);
  peer_leave(&peer);
}

Test(authenticators, are_released_once) {
  oracle = oracle_new();
  oracle_add(&oracle);
  login_open();
  login_expect("PLAIN", "alice", "secret", "235 ");
  peer_leave(&peer);
  cr_assert_eq(oracle.released, 0);
  cmta_server_free(world.server);
  world.server = NULL;
  cr_assert_eq(oracle.released, 1);
}

Test(authenticators, are_not_released_where_they_were_not_added) {
  static const struct cmta_authenticator face = {
      .size = sizeof face, .look_up = look_up, .release = (void (*)(void *))abort};
  world.starved = true;
  cr_assert_eq(add(&face), CMTA_E_MEMORY);
  world.starved = false;
}

Test(authenticators, may_be_many) {
  static struct oracle all[20];
  for (size_t i = 0; i < 20; i++) {
    all[i] = i < 19 ? oracle_ignorant() : oracle_new();
    oracle_add(&all[i]);
  }
  login_open();
  login_expect("SCRAM-SHA-1", "alice", "secret", "235 ");
  peer_leave(&peer);
}

/* ---- The list ---- */

static int add_user(const char *entry) {
  const char *const users[] = {entry, NULL};
  return cmta_server_add_users(world.server, users, false);
}

Test(authenticators, of_a_list_want_a_name_and_a_colon) {
  cr_assert_eq(add_user("alice"), CMTA_E_ARGUMENT);
  cr_assert_eq(add_user(":secret"), CMTA_E_ARGUMENT);
  cr_assert_eq(add_user(""), CMTA_E_ARGUMENT);
  cr_assert_eq(add_user(NULL), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_server_add_users(world.server, NULL, false), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_server_add_users(NULL, NULL, false), CMTA_E_ARGUMENT);
}

Test(authenticators, of_a_list_are_copied) {
  char entry[] = "alice:secret";
  cr_assert_eq(add_user(entry), 0);
  memset(entry, 'x', sizeof entry - 1);
  login_open();
  login_expect("PLAIN", "alice", "secret", "235 ");
  peer_leave(&peer);
}

Test(authenticators, of_a_list_know_whole_names) {
  cr_assert_eq(add_user("alice:se:cret"), 0);
  login_open();
  login_expect("PLAIN", "ali", "se:cret", "535 ");
  login_expect("PLAIN", "alice:se", "cret", "535 ");
  login_expect("PLAIN", "alice", "se", "535 ");
  login_expect("PLAIN", "alice", "se:cret", "235 ");
  peer_leave(&peer);
}

Test(authenticators, of_two_lists_are_a_chain) {
  cr_assert_eq(add_user("alice:secret"), 0);
  cr_assert_eq(add_user("bob:hidden"), 1);
  login_open();
  login_expect("PLAIN", "bob", "secret", "535 ");
  login_expect("SCRAM-SHA-256", "bob", "hidden", "235 ");
  peer_leave(&peer);
}
