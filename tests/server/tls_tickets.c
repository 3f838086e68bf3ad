/* SPDX-License-Identifier: MIT */

/* Clients that come back with a ticket. */

#include "secure.h"

#include <criterion/criterion.h>
#include <string.h>

static struct world world;
static struct client client;
static struct secure secure;
static const struct identity *server, *authority, *member;
static struct cmta_tls_config config;
static SSL_SESSION *ticket;
static int version; /* that clients speak at most */

static void begin(void) {
  secure_begin();
  world_init(&world);
  secure_note(&world);
  server = secure_issue("server.example", EC, NULL);
  config = secure_config(&server, 1);
  version = TLS1_3_VERSION;
}

static void end(void) {
  SSL_SESSION_free(ticket);
  world_free(&world);
  secure_end();
}

TestSuite(tls_tickets, .init = begin, .fini = end, .timeout = 30);

/* Each client begins with the ticket of the one before. */
static void open_client(int listener, const char *name) {
  client_connect(&client, &world, listener);
  secure_init(&secure, &client);
  SSL_CTX_set_max_proto_version(secure.context, version);
  if (name)
    SSL_set_tlsext_host_name(secure_ssl(&secure), name);
  if (ticket)
    SSL_set_session(secure_ssl(&secure), ticket);
}

/* With TLS 1.3 a ticket comes behind the handshake: with the greeting at the latest. */
static bool come(int listener, const char *name) {
  open_client(listener, name);
  cr_assert(secure_connect(&secure));
  client_expect(&client, "220 ");
  client_say(&client, "NOOP", "250 ");
  bool reused = SSL_session_reused(secure.ssl);
  SSL_SESSION_free(ticket);
  ticket = SSL_get1_session(secure.ssl);
  secure_notify(&secure);
  secure_close(&secure, false);
  return reused;
}

static int listen_with(struct cmta_tls *tls) {
  return secure_listen(&world, tls, CMTA_TLS_IMPLICIT);
}

/* ---- Whether they count ---- */

Test(tls_tickets, lead_back) {
  int listener = listen_with(secure_rules_of(&config));
  cr_assert_not(come(listener, NULL));
  cr_assert(come(listener, NULL));
  cr_assert(come(listener, NULL), "again, with the new one");
}

Test(tls_tickets, lead_back_by_tls_1_2) {
  version = TLS1_2_VERSION;
  int listener = listen_with(secure_rules_of(&config));
  cr_assert_not(come(listener, NULL));
  cr_assert(come(listener, NULL));
}

Test(tls_tickets, lead_back_to_another_listener_with_the_same_rules) {
  struct cmta_tls *tls = secure_rules_of(&config);
  cr_assert_not(come(listen_with(tls), NULL));
  cr_assert(come(listen_with(tls), NULL));
}

static void expect_no_tickets(void) {
  config.tickets = false;
  int listener = listen_with(secure_rules_of(&config));
  cr_assert_not(come(listener, NULL));
  cr_assert_not(SSL_SESSION_has_ticket(ticket));
  cr_assert_not(come(listener, NULL));
}

Test(tls_tickets, can_be_switched_off) { expect_no_tickets(); }

Test(tls_tickets, can_be_switched_off_for_tls_1_2) {
  version = TLS1_2_VERSION;
  expect_no_tickets();
}

Test(tls_tickets, of_other_rules_are_worth_nothing) {
  cr_assert_not(come(listen_with(secure_rules_of(&config)), NULL));
  cr_assert_not(come(listen_with(secure_rules_of(&config)), NULL));
}

Test(tls_tickets, of_before_a_reload_are_worth_nothing) {
  struct cmta_tls *tls = secure_rules_of(&config);
  int listener = listen_with(tls);
  cr_assert_not(come(listener, NULL));
  cr_assert_eq(cmta_tls_reload(tls, NULL, 0), 0);
  cr_assert_not(come(listener, NULL));
}

/* ---- What they say ---- */

Test(tls_tickets, keep_what_is_known_of_a_client) {
  authority = secure_issue("Authority", EC, NULL);
  member = secure_issue("member.example", EC, authority);
  config.client_certificate = CMTA_CLIENT_CERTIFICATE_REQUIRED;
  config.client_authorities = authority->file;
  int listener = listen_with(secure_rules_of(&config));
  client_connect(&client, &world, listener);
  secure_init(&secure, &client);
  SSL_use_certificate(secure_ssl(&secure), member->certificate);
  SSL_use_PrivateKey(secure.ssl, member->key);
  cr_assert(secure_connect(&secure));
  client_expect(&client, "220 ");
  ticket = SSL_get1_session(secure.ssl);
  secure_notify(&secure);
  secure_close(&secure, false);
  cr_assert(come(listener, NULL));
  cr_assert_str_eq(noted.subject, "CN=member.example");
  cr_assert(noted.verified);
}

/* ---- Whom the callback has chosen ---- */

static struct cmta_tls *choose(void *user, const char *name) {
  return strcmp(name, "strict.example") == 0 ? user : NULL;
}

/* A listener whose callback gives those that ask for strict.example rules with which they must have
 * a certificate. */
static int listen_with_choice(void) {
  struct cmta_tls_config strict = config;
  authority = secure_issue("Authority", EC, NULL);
  strict.client_certificate = CMTA_CLIENT_CERTIFICATE_REQUIRED;
  strict.client_authorities = authority->file;
  config.choose = choose;
  config.user = secure_rules_of(&strict);
  return listen_with(secure_rules_of(&config));
}

/* A client that has shown no certificate has a ticket, and asks for another name with it. */
static void expect_no_way_round(const char *name) {
  int listener = listen_with_choice();
  cr_assert_not(come(listener, name));
  open_client(listener, "strict.example");
  (void)secure_connect(&secure);
  client_expect_end(&client);
  secure_close(&secure, false);
  cr_assert_eq(world.opened, 1, "strict.example must not be had without a certificate");
}

Test(tls_tickets, do_not_lead_round_the_rules_of_another_name) {
  expect_no_way_round("server.example");
}

Test(tls_tickets, without_a_name_do_not_lead_round_the_rules_of_one) { expect_no_way_round(NULL); }

/* With TLS 1.2 the name belongs to the session, and the client's new word for it does not count. */
Test(tls_tickets, of_tls_1_2_are_for_the_name_that_they_were_given_for) {
  version = TLS1_2_VERSION;
  int listener = listen_with_choice();
  cr_assert_not(come(listener, "server.example"));
  (void)come(listener, "strict.example");
  cr_assert_str_eq(noted.server_name, "server.example");
}

Test(tls_tickets, do_not_lead_back_to_rules_that_the_callback_chose) {
  config.user = secure_rules_of(&config);
  config.choose = choose;
  int listener = listen_with(secure_rules_of(&config));
  cr_assert_not(come(listener, "strict.example"));
  cr_assert_not(come(listener, "strict.example"));
  cr_assert_not(come(listener, "server.example"));
}

Test(tls_tickets, lead_back_to_other_names_of_the_same_rules) {
  const struct identity *both[] = {server, secure_issue("second.example", EC, NULL)};
  config = secure_config(both, 2);
  int listener = listen_with(secure_rules_of(&config));
  cr_assert_not(come(listener, "second.example"));
  cr_assert(come(listener, "second.example"));
  cr_assert(come(listener, "server.example"));
}
