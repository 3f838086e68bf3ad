/* SPDX-License-Identifier: MIT */

/* Which mechanisms a client is offered: those that can be asked for on its connection. */

#include "oracle.h"
#include "own_certificate.h"

#include <criterion/criterion.h>
#include <string.h>

static struct oracle oracle;
static const char *at_connect, *at_hello, *at_secured; /* what hooks choose */

static enum cmta_verdict choose(struct cmta_session *session, const char *chosen) {
  if (chosen)
    cr_assert_eq(cmta_session_set_mechanisms(session, chosen), 0);
  return CMTA_ACCEPT;
}

static enum cmta_verdict on_connect(struct cmta_session *session, void *user) {
  (void)user;
  world.opened++;
  return choose(session, at_connect);
}

static enum cmta_verdict on_hello(struct cmta_session *session, void *user,
                                  struct cmta_slice name) {
  (void)user, (void)name;
  return choose(session, at_hello);
}

static enum cmta_verdict on_secured(struct cmta_session *session, void *user) {
  (void)user;
  return choose(session, at_secured);
}

static void begin(void) {
  login_prepare();
  world.hooks.connect = on_connect;
  world.hooks.hello = on_hello;
  world.hooks.secured = on_secured;
  world.settings.auth_in_clear = false;
}

TestSuite(offer, .init = begin, .fini = login_end, .timeout = 30);

static void make_with(struct oracle made) {
  login_make();
  oracle = made;
  oracle_add(&oracle);
}

/* The line of AUTH in the last reply to EHLO; NULL: there is none. */
static void expect_offer(const char *mechanisms) {
  const char *line = strstr(peer.reply, "AUTH ");
  if (!mechanisms) {
    cr_assert_null(line, "%s", peer.reply);
    return;
  }
  cr_assert_not_null(line, "%s", peer.reply);
  size_t length = strcspn(line + 5, "\r");
  cr_assert(length == strlen(mechanisms) && memcmp(line + 5, mechanisms, length) == 0,
            "expected %s, got %.*s", mechanisms, (int)length, line + 5);
}

/* ---- By the connection ---- */

Test(offer, in_clear_is_what_shows_no_secret) {
  make_with(oracle_new());
  login_open();
  expect_offer("SCRAM-SHA-256 SCRAM-SHA-1");
  peer_say(&peer, "AUTH PLAIN", "538 ");
  peer_say(&peer, "AUTH SCRAM-SHA-256-PLUS", "504 ");
  peer_say(&peer, "AUTH EXTERNAL", "504 ");
  peer_leave(&peer);
}

Test(offer, in_clear_is_all_where_the_setting_says_so) {
  world.settings.auth_in_clear = true;
  make_with(oracle_new());
  login_open();
  expect_offer("SCRAM-SHA-256 SCRAM-SHA-1 OAUTHBEARER XOAUTH2 PLAIN LOGIN");
  peer_leave(&peer);
}

Test(offer, with_tls_1_3_has_those_that_bind_first) {
  make_with(oracle_new());
  login_open_secured(0);
  expect_offer("SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-1 OAUTHBEARER XOAUTH2 "
               "PLAIN LOGIN");
  peer_leave(&peer);
}

Test(offer, with_tls_1_2_has_none_that_binds) {
  make_with(oracle_new());
  login_open_secured(TLS1_2_VERSION);
  expect_offer("SCRAM-SHA-256 SCRAM-SHA-1 OAUTHBEARER XOAUTH2 PLAIN LOGIN");
  peer_leave(&peer);
}

static void open_with_certificate(const char *name, const char *shown) {
  char authority[CERTIFICATE_PATH], own[CERTIFICATE_PATH];
  make_with(oracle_new());
  certificate_make(name, authority);
  certificate_make(shown, own);
  login_open_with_certificate(authority, strcmp(name, shown) == 0 ? authority : own);
  certificate_drop(authority);
  certificate_drop(own);
}

Test(offer, with_a_verified_certificate_has_external) {
  open_with_certificate("alice", "alice");
  expect_offer("SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-1 EXTERNAL OAUTHBEARER "
               "XOAUTH2 PLAIN LOGIN");
  peer_leave(&peer);
}

Test(offer, with_a_certificate_that_is_not_verified_has_no_external) {
  open_with_certificate("alice", "mallory");
  cr_assert_null(strstr(peer.reply, "EXTERNAL"));
  peer_leave(&peer);
}

/* ---- By who can be asked ---- */

Test(offer, of_one_that_verifies_passwords_alone_has_no_scram) {
  struct oracle made = oracle_verifier(CMTA_AUTH_OK);
  made.kinds = CMTA_CREDENTIAL_PASSWORD;
  world.settings.auth_in_clear = true;
  make_with(made);
  login_open();
  expect_offer("PLAIN LOGIN");
  peer_leave(&peer);
}

Test(offer, of_one_that_verifies_tokens_alone_has_these) {
  struct oracle made = oracle_verifier(CMTA_AUTH_OK);
  made.kinds = CMTA_CREDENTIAL_TOKEN;
  world.settings.auth_in_clear = true;
  make_with(made);
  login_open();
  expect_offer("OAUTHBEARER XOAUTH2");
  peer_leave(&peer);
}

Test(offer, of_one_that_looks_up_alone_has_passwords) {
  world.settings.auth_in_clear = true;
  make_with(oracle_keeper(CMTA_AUTH_OK));
  login_open();
  expect_offer("SCRAM-SHA-256 SCRAM-SHA-1 PLAIN LOGIN");
  peer_leave(&peer);
}

Test(offer, of_two_is_what_either_can_be_asked_for) {
  static struct oracle second;
  struct oracle made = oracle_verifier(CMTA_AUTH_OK);
  made.kinds = CMTA_CREDENTIAL_TOKEN;
  world.settings.auth_in_clear = true;
  make_with(made);
  second = oracle_keeper(CMTA_AUTH_OK);
  oracle_add(&second);
  login_open();
  expect_offer("SCRAM-SHA-256 SCRAM-SHA-1 OAUTHBEARER XOAUTH2 PLAIN LOGIN");
  peer_leave(&peer);
}

Test(offer, without_authenticators_is_none) {
  login_make();
  login_open();
  expect_offer(NULL);
  peer_say(&peer, "AUTH PLAIN", "502 ");
  peer_leave(&peer);
}

/* ---- By settings ---- */

Test(offer, has_the_order_of_the_setting) {
  world.settings.mechanisms = "SCRAM-SHA-1 SCRAM-SHA-256-PLUS CRAM-MD5 SCRAM-SHA-256 PLAIN";
  make_with(oracle_new());
  login_open_secured(0);
  expect_offer("SCRAM-SHA-1 SCRAM-SHA-256-PLUS CRAM-MD5 SCRAM-SHA-256 PLAIN");
  peer_leave(&peer);
}

Test(offer, leaves_out_what_the_setting_names_in_vain) {
  world.settings.mechanisms = "SCRAM-SHA-256-PLUS EXTERNAL SCRAM-SHA-256";
  make_with(oracle_new());
  login_open();
  expect_offer("SCRAM-SHA-256");
  peer_leave(&peer);
}

Test(offer, is_none_where_the_setting_is_empty) {
  world.settings.mechanisms = "";
  make_with(oracle_new());
  login_open();
  expect_offer(NULL);
  peer_say(&peer, "AUTH SCRAM-SHA-256", "502 ");
  peer_leave(&peer);
}

static int listen_with(const char *mechanisms) {
  struct cmta_listen listen;
  cmta_listen_init(&listen);
  listen.address = "127.0.0.1:0";
  listen.mechanisms = mechanisms;
  return cmta_server_listen_with(world.server, &listen);
}

Test(offer, of_a_listener_cannot_be_what_nobody_knows) {
  make_with(oracle_new());
  cr_assert_eq(listen_with("PLAIN X-OWN"), CMTA_E_ARGUMENT);
  cr_assert_eq(listen_with("SCRAM-SHA-1-PLU"), CMTA_E_ARGUMENT);
  cr_assert_eq(listen_with("PLAIN LOGIN PLAIN"), CMTA_E_ARGUMENT);
  cr_assert_geq(listen_with("PLAIN LOGIN CRAM-MD5"), 0);
}

Test(offer, of_a_setting_cannot_be_what_nobody_knows) {
  world.settings.mechanisms = "PLAIN X-OWN";
  make_with(oracle_new());
  cr_assert_eq(cmta_server_listen(world.server, "127.0.0.1:0"), CMTA_E_ARGUMENT);
  cr_assert_geq(listen_with("PLAIN"), 0, "a listener with its own does not need the setting's");
}

static enum cmta_verdict refuse(struct cmta_session *session, void *user,
                                const struct cmta_auth *auth) {
  (void)session, (void)user, (void)auth;
  return CMTA_REJECT;
}

Test(offer, may_be_what_a_later_hook_set_knows) {
  static const struct cmta_hooks more = {.size = sizeof more, .auth = refuse};
  make_with(oracle_new());
  cr_assert_geq(cmta_server_add(world.server, &more, NULL), 0);
  cr_assert_geq(listen_with("SCRAM-SHA-1 X-OWN"), 0);
  peer_connect(&peer, &world, 0);
  peer_greet(&peer);
  expect_offer("SCRAM-SHA-1 X-OWN");
  peer_leave(&peer);
}

/* The authenticators came after the listener, which could not know. */
Test(offer, is_never_what_nobody_knows) {
  login_make();
  cr_assert_geq(listen_with("X-OWN SCRAM-SHA-1"), 0);
  oracle = oracle_new();
  oracle_add(&oracle);
  peer_connect(&peer, &world, 0);
  peer_greet(&peer);
  expect_offer("SCRAM-SHA-1");
  peer_leave(&peer);
}

static void open_listener(const char *mechanisms) {
  cr_assert_eq(listen_with(mechanisms), 0);
  peer_connect(&peer, &world, 0);
  peer_greet(&peer);
}

Test(offer, is_that_of_the_listener_where_it_has_one) {
  world.settings.mechanisms = "SCRAM-SHA-256";
  make_with(oracle_new());
  open_listener("SCRAM-SHA-1 SCRAM-SHA-1-PLUS");
  expect_offer("SCRAM-SHA-1");
  peer_say(&peer, "AUTH SCRAM-SHA-256", "504 ");
  peer_leave(&peer);
}

Test(offer, is_none_where_that_of_the_listener_is_empty) {
  make_with(oracle_new());
  open_listener("");
  expect_offer(NULL);
  peer_leave(&peer);
}

/* ---- By hooks ---- */

Test(offer, may_be_chosen_at_connect) {
  at_connect = "SCRAM-SHA-1";
  make_with(oracle_new());
  login_open();
  expect_offer("SCRAM-SHA-1");
  login_expect("SCRAM-SHA-1", "alice", "secret", "235 ");
  peer_leave(&peer);
}

Test(offer, that_was_chosen_at_connect_holds_until_starttls) {
  at_connect = "SCRAM-SHA-1";
  world.settings.mechanisms = "SCRAM-SHA-256 PLAIN";
  make_with(oracle_new());
  login_open_secured(0);
  expect_offer("SCRAM-SHA-256 PLAIN");
  peer_leave(&peer);
}

Test(offer, may_be_chosen_when_tls_is_there) {
  at_secured = "PLAIN";
  make_with(oracle_new());
  login_open_secured(0);
  expect_offer("PLAIN");
  peer_leave(&peer);
}

Test(offer, may_be_chosen_at_hello) {
  at_hello = "SCRAM-SHA-256";
  make_with(oracle_new());
  login_open();
  expect_offer("SCRAM-SHA-256");
  peer_leave(&peer);
}

Test(offer, may_be_switched_off_at_connect) {
  at_connect = "";
  make_with(oracle_new());
  login_open();
  expect_offer(NULL);
  peer_say(&peer, "AUTH SCRAM-SHA-256", "502 ");
  peer_leave(&peer);
}

/* A hook may choose what its connection cannot have; it fails as any other. */
Test(offer, of_a_hook_that_cannot_be_had_lets_nobody_in) {
  at_connect = "SCRAM-SHA-256-PLUS EXTERNAL";
  make_with(oracle_new());
  login_open();
  expect_offer("SCRAM-SHA-256-PLUS EXTERNAL");
  login_start("SCRAM-SHA-256-PLUS", "p=tls-exporter,,n=alice,r=nonce", 31);
  peer_expect(&peer, "5");
  login_start("EXTERNAL", "", 0);
  peer_expect(&peer, "535 ");
  peer_leave(&peer);
}
