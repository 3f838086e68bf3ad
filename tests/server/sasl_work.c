/* SPDX-License-Identifier: MIT */

/* Users whom nobody knows cost what others cost: counted in iterations, not in time. */

#include "login.h"
#include "work.h"

#include <criterion/criterion.h>
#include <string.h>

enum { ITERATIONS = 7000 };

static const char key[32];
static const struct cmta_secret keys = {.hash = "SHA-256",
                                        .iterations = ITERATIONS,
                                        .salt = {"salt", 4},
                                        .stored_key = {key, sizeof key},
                                        .server_key = {key, sizeof key}};

/* Knows alice, says WRONG of bob, and does not know mallory. */
static enum cmta_auth_result look_up(struct cmta_session *session, void *user,
                                     const struct cmta_credentials *claim,
                                     struct cmta_secret *secret) {
  (void)session, (void)user;
  secret->iterations = ITERATIONS;
  if (strcmp(claim->user, "bob") == 0)
    return CMTA_AUTH_WRONG;
  if (strcmp(claim->user, "alice") != 0)
    return CMTA_AUTH_UNKNOWN;
  *secret = keys;
  return CMTA_AUTH_OK;
}

static void begin(void) {
  static const struct cmta_authenticator face = {.size = sizeof face, .look_up = look_up};
  login_begin();
  cr_assert_eq(cmta_server_add_authenticator(world.server, &face, NULL), 0);
  login_open();
}

static void end(void) {
  peer_leave(&peer);
  login_end();
}

TestSuite(work, .init = begin, .fini = end, .timeout = 30);

static unsigned work_of(const char *mechanism, const char *user) {
  work_reset();
  login_expect(mechanism, user, "wrong", "535 ");
  return work_done();
}

static void expect_work(unsigned work) { cr_assert_eq(work, ITERATIONS, "%u", work); }

Test(work, of_a_wrong_password_is_that_of_its_keys) { expect_work(work_of("PLAIN", "alice")); }

Test(work, of_plain_is_the_same_for_an_unknown_user) { expect_work(work_of("PLAIN", "mallory")); }

Test(work, of_login_is_the_same_for_an_unknown_user) { expect_work(work_of("LOGIN", "mallory")); }

Test(work, of_plain_is_the_same_for_a_user_whom_the_authenticator_refuses) {
  expect_work(work_of("PLAIN", "bob"));
}

/* What SCRAM shows of the user's iterations. */
Test(work, that_scram_asks_of_the_client_is_the_same_for_a_user_whom_the_authenticator_refuses) {
  login_start("SCRAM-SHA-256", "n,,n=bob,r=nonce", strlen("n,,n=bob,r=nonce"));
  cr_assert_not_null(strstr(login_challenge(peer_hear(&peer)), ",i=7000"));
  peer_say(&peer, "*", "501 ");
}
