/* SPDX-License-Identifier: MIT */

/* Certificates of clients: not asked for, asked for, required. */

#include "secure.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

static struct world world;
static struct client client;
static struct secure secure;
static const struct identity *server, *authority, *member, *stranger;
static struct cmta_tls_config config;

static void begin(void) {
  secure_begin();
  world_init(&world);
  secure_note(&world);
  server = secure_issue("server.example", EC, NULL);
  authority = secure_issue("Authority", EC, NULL);
  member = secure_issue("member.example", EC, authority);
  stranger = secure_issue("stranger.example", EC, secure_issue("Other", EC, NULL));
  config = secure_config(&server, 1);
  config.client_authorities = authority->file;
}

static void end(void) {
  secure_free(&secure);
  world_free(&world);
  secure_end();
}

TestSuite(tls_clients, .init = begin, .fini = end, .timeout = 30);

static void open_client(enum cmta_client_certificate rule, const struct identity *identity) {
  config.client_certificate = rule;
  int listener = secure_listen(&world, secure_rules_of(&config), CMTA_TLS_IMPLICIT);
  client_connect(&client, &world, listener);
  secure_init(&secure, &client);
  if (identity)
    cr_assert(SSL_use_certificate(secure_ssl(&secure), identity->certificate) &&
              SSL_use_PrivateKey(secure.ssl, identity->key));
}

/* The certificate's fingerprint as hooks see it. */
static const char *fingerprint_of(const struct identity *identity) {
  static char text[65];
  unsigned char digest[32];
  X509_digest(identity->certificate, EVP_sha256(), digest, NULL);
  for (size_t i = 0; i < sizeof digest; i++)
    snprintf(text + 2 * i, 3, "%02x", digest[i]);
  return text;
}

static void expect_noted(const struct identity *identity, const char *subject, bool verified) {
  cr_assert(secure_connect(&secure));
  client_expect(&client, "220 ");
  client_say(&client, "NOOP", "250 ");
  cr_assert_str_eq(noted.subject, subject);
  cr_assert_str_eq(noted.fingerprint, identity ? fingerprint_of(identity) : "");
  cr_assert_eq(noted.verified, verified);
  client_close(&client, false);
}

/* With TLS 1.3 the client is done before the server has seen its certificate. */
static void expect_refusal(int alert) {
  if (secure_connect(&secure))
    while (client.read(&client, client.input, sizeof client.input) < 0 && errno == EAGAIN)
      client_wait_for(&client, EV_READ);
  cr_assert_eq(ERR_GET_REASON(secure.error), alert, "%s", ERR_reason_error_string(secure.error));
  client_close(&client, false);
  secure_run_empty(&world);
  cr_assert_eq(world.opened, 0);
}

/* ---- Not asked for ---- */

Test(tls_clients, that_are_not_asked_show_nothing) {
  config.client_authorities = NULL;
  open_client(CMTA_CLIENT_CERTIFICATE_NONE, member);
  expect_noted(NULL, "", false);
}

/* ---- Asked for ---- */

Test(tls_clients, that_are_asked_need_not_have_a_certificate) {
  open_client(CMTA_CLIENT_CERTIFICATE_ASKED, NULL);
  expect_noted(NULL, "", false);
}

Test(tls_clients, that_are_asked_are_verified) {
  open_client(CMTA_CLIENT_CERTIFICATE_ASKED, member);
  expect_noted(member, "CN=member.example", true);
}

Test(tls_clients, that_are_asked_may_be_of_another_authority_and_are_not_verified) {
  open_client(CMTA_CLIENT_CERTIFICATE_ASKED, stranger);
  expect_noted(stranger, "CN=stranger.example", false);
}

Test(tls_clients, that_are_asked_may_have_signed_themselves_and_are_not_verified) {
  const struct identity *self = secure_issue("self.example", EC, NULL);
  open_client(CMTA_CLIENT_CERTIFICATE_ASKED, self);
  expect_noted(self, "CN=self.example", false);
}

Test(tls_clients, are_not_verified_where_there_is_no_authority) {
  config.client_authorities = NULL;
  open_client(CMTA_CLIENT_CERTIFICATE_ASKED, member);
  expect_noted(member, "CN=member.example", false);
}

Test(tls_clients, are_told_the_names_of_the_authorities) {
  open_client(CMTA_CLIENT_CERTIFICATE_ASKED, NULL);
  cr_assert(secure_connect(&secure));
  const STACK_OF(X509_NAME) *names = SSL_get0_peer_CA_list(secure.ssl);
  cr_assert_eq(sk_X509_NAME_num(names), 1);
  cr_assert_eq(
      X509_NAME_cmp(sk_X509_NAME_value(names, 0), X509_get_subject_name(authority->certificate)),
      0);
  client_close(&client, false);
}

Test(tls_clients, by_tls_1_2_are_verified_as_well) {
  config.maximum = CMTA_TLS_1_2;
  open_client(CMTA_CLIENT_CERTIFICATE_ASKED, member);
  expect_noted(member, "CN=member.example", true);
}

/* ---- Required ---- */

Test(tls_clients, with_the_certificate_required_are_taken) {
  open_client(CMTA_CLIENT_CERTIFICATE_REQUIRED, member);
  expect_noted(member, "CN=member.example", true);
}

Test(tls_clients, without_the_certificate_required_get_an_alert_that_says_so) {
  open_client(CMTA_CLIENT_CERTIFICATE_REQUIRED, NULL);
  expect_refusal(SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED);
}

Test(tls_clients, of_another_authority_get_an_alert_that_says_so) {
  open_client(CMTA_CLIENT_CERTIFICATE_REQUIRED, stranger);
  expect_refusal(SSL_R_TLSV1_ALERT_UNKNOWN_CA);
}

Test(tls_clients, that_have_signed_themselves_get_an_alert_that_says_so) {
  open_client(CMTA_CLIENT_CERTIFICATE_REQUIRED, secure_issue("self.example", EC, NULL));
  expect_refusal(SSL_R_TLSV1_ALERT_UNKNOWN_CA);
}

Test(tls_clients, refused_behind_starttls_end_for_reason_tls) {
  config.client_certificate = CMTA_CLIENT_CERTIFICATE_REQUIRED;
  config.maximum = CMTA_TLS_1_2;
  int listener = secure_listen(&world, secure_rules_of(&config), CMTA_TLS_OFFERED);
  client_connect(&client, &world, listener);
  secure_init(&secure, &client);
  client_expect(&client, "220 ");
  client_say(&client, "EHLO client.example", "250");
  client_say(&client, "STARTTLS", "220 ");
  cr_assert_not(secure_connect(&secure));
  client_close(&client, false);
  world_run_empty(&world);
  cr_assert_eq(world.reason, CMTA_CLOSED_TLS);
}
