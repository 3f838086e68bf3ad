/* SPDX-License-Identifier: MIT */

/* Each mechanism against a list of users, in clear, by a client of GNU SASL. */

#include "login.h"

#include <criterion/criterion.h>

static void begin(void) {
  login_begin();
  login_add_users();
  world.settings.mechanisms = "SCRAM-SHA-256 SCRAM-SHA-1 PLAIN LOGIN CRAM-MD5";
}

/* CRAM-MD5 has to be named. */
static void begin_named(void) {
  login_prepare();
  world.settings.mechanisms = "CRAM-MD5";
  login_make();
  login_add_users();
}

TestSuite(sasl, .init = begin, .fini = login_end, .timeout = 30);
TestSuite(cram_md5, .init = begin_named, .fini = login_end, .timeout = 30);

/* The right password, the wrong one, nobody; nobody, wrong, and right still work afterwards. */
static void try_all(const char *mechanism) {
  login_open();
  login_expect(mechanism, "alice", "hidden", "535 5.7.8 ");
  login_expect(mechanism, "mallory", "secret", "535 5.7.8 ");
  login_expect(mechanism, "alice", "secret", "235 2.7.0 ");
  peer_say(&peer, "MAIL FROM:<alice@client.example>", "250 ");
  peer_leave(&peer);
}

Test(sasl, plain_lets_in_who_knows_the_password_alone) { try_all("PLAIN"); }

Test(sasl, login_lets_in_who_knows_the_password_alone) { try_all("LOGIN"); }

Test(sasl, scram_sha_1_lets_in_who_knows_the_password_alone) { try_all("SCRAM-SHA-1"); }

Test(sasl, scram_sha_256_lets_in_who_knows_the_password_alone) { try_all("SCRAM-SHA-256"); }

Test(cram_md5, lets_in_who_knows_the_password_alone) { try_all("CRAM-MD5"); }

/* Says nothing with AUTH. */
static void try_asked(const char *mechanism) {
  struct account account = {.user = "alice", .password = "secret", .asked = true};
  login_open();
  cr_assert_eq(strncmp(login(mechanism, &account), "235 ", 4), 0);
  peer_leave(&peer);
}

Test(sasl, plain_asks_who_says_nothing_with_auth) { try_asked("PLAIN"); }

Test(sasl, login_asks_who_says_nothing_with_auth) { try_asked("LOGIN"); }

Test(sasl, scram_sha_1_asks_who_says_nothing_with_auth) { try_asked("SCRAM-SHA-1"); }

Test(sasl, scram_sha_256_asks_who_says_nothing_with_auth) { try_asked("SCRAM-SHA-256"); }

Test(sasl, login_asks_in_the_words_that_clients_look_for) {
  login_open();
  login_start("LOGIN", NULL, 0);
  cr_assert_str_eq(login_challenge(peer_hear(&peer)), "Username:");
  login_respond("alice", 5);
  cr_assert_str_eq(login_challenge(peer_hear(&peer)), "Password:");
  login_respond("secret", 6);
  peer_expect(&peer, "235 ");
  peer_leave(&peer);
}
