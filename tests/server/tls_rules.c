/* SPDX-License-Identifier: MIT */

/* Versions, ciphers, groups, protocols: what the rules of a listener let clients have. */

#include "secure.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct world world;
static struct client client;
static struct secure secure;
static const struct identity *server;
static struct cmta_tls_config config;

static void begin(void) {
  secure_begin();
  world_init(&world);
  secure_note(&world);
  server = secure_issue("server.example", EC, NULL);
  config = secure_config(&server, 1);
}

static void end(void) {
  secure_free(&secure);
  world_free(&world);
  secure_end();
}

TestSuite(tls_rules, .init = begin, .fini = end, .timeout = 30);

/* A client of a listener with these rules, which has said nothing yet. */
static void open_client(void) {
  int listener = secure_listen(&world, secure_rules_of(&config), CMTA_TLS_IMPLICIT);
  client_connect(&client, &world, listener);
  secure_init(&secure, &client);
}

static void expect_tls(const char *version) {
  cr_assert(secure_connect(&secure));
  client_expect(&client, "220 ");
  client_say(&client, "NOOP", "250 ");
  cr_assert_str_eq(noted.version, version);
  client_close(&client, false);
}

/* The handshake fails, by an alert. */
static void expect_refusal(void) {
  cr_assert_not(secure_connect(&secure));
  cr_assert_eq(SSL_get_error(secure.ssl, -1), SSL_ERROR_SSL, "an alert says so");
  client_close(&client, false);
  secure_run_empty(&world);
  cr_assert_eq(world.opened, 0, "nobody was asked about a client without TLS");
}

/* ---- Versions ---- */

Test(tls_rules, tls_1_2_is_spoken) {
  open_client();
  SSL_CTX_set_max_proto_version(secure.context, TLS1_2_VERSION);
  expect_tls("TLSv1.2");
}

Test(tls_rules, tls_1_1_is_refused_unless_told_otherwise) {
  open_client();
  SSL_CTX_set_max_proto_version(secure.context, TLS1_1_VERSION);
  expect_refusal();
}

Test(tls_rules, tls_1_1_is_spoken_where_the_rules_say_so) {
  config.minimum = CMTA_TLS_1_1;
  config.ciphers = "DEFAULT:@SECLEVEL=0";
  open_client();
  SSL_CTX_set_min_proto_version(secure.context, TLS1_1_VERSION);
  SSL_CTX_set_max_proto_version(secure.context, TLS1_1_VERSION);
  expect_tls("TLSv1.1");
}

Test(tls_rules, a_minimum_is_a_minimum) {
  config.minimum = CMTA_TLS_1_3;
  open_client();
  SSL_CTX_set_max_proto_version(secure.context, TLS1_2_VERSION);
  expect_refusal();
}

Test(tls_rules, a_maximum_is_a_maximum) {
  config.maximum = CMTA_TLS_1_2;
  open_client();
  expect_tls("TLSv1.2");
}

/* ---- Ciphers, suites, groups ---- */

Test(tls_rules, ciphers_are_those_of_the_rules) {
  config.maximum = CMTA_TLS_1_2;
  config.ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305";
  open_client();
  cr_assert(secure_connect(&secure));
  cr_assert_str_eq(SSL_get_cipher_name(secure.ssl), config.ciphers);
  client_close(&client, false);
}

Test(tls_rules, a_client_without_one_of_the_ciphers_is_refused) {
  config.maximum = CMTA_TLS_1_2;
  config.ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305";
  open_client();
  SSL_CTX_set_cipher_list(secure.context, "ECDHE-ECDSA-AES128-GCM-SHA256");
  expect_refusal();
}

Test(tls_rules, suites_are_those_of_the_rules) {
  config.suites = "TLS_CHACHA20_POLY1305_SHA256";
  open_client();
  expect_tls("TLSv1.3");
  cr_assert_str_eq(noted.cipher, config.suites);
}

Test(tls_rules, groups_are_those_of_the_rules) {
  config.groups = "P-384";
  open_client();
  cr_assert(secure_connect(&secure));
  cr_assert_eq(SSL_get_negotiated_group(secure.ssl), NID_secp384r1);
  client_close(&client, false);
}

Test(tls_rules, a_client_without_one_of_the_groups_is_refused) {
  config.groups = "P-384";
  open_client();
  SSL_CTX_set1_groups_list(secure.context, "X25519");
  expect_refusal();
}

/* ---- ALPN ---- */

static void expect_alpn(const char *offered, unsigned length, const char *agreed) {
  config.alpn = "smtp other";
  open_client();
  if (offered)
    SSL_CTX_set_alpn_protos(secure.context, (const unsigned char *)offered, length);
  expect_tls("TLSv1.3");
  cr_assert_str_eq(noted.alpn, agreed);
}

Test(tls_rules, a_protocol_of_both_is_agreed_on) { expect_alpn("\5other\4http", 11, "other"); }

Test(tls_rules, the_best_protocol_of_the_server_wins) { expect_alpn("\5other\4smtp", 11, "smtp"); }

Test(tls_rules, a_client_that_names_no_protocol_is_taken) { expect_alpn(NULL, 0, ""); }

Test(tls_rules, a_client_that_names_only_others_is_refused) {
  config.alpn = "smtp";
  open_client();
  SSL_CTX_set_alpn_protos(secure.context, (const unsigned char *)"\4http", 5);
  expect_refusal();
}

/* ---- Files ---- */

Test(tls_rules, words_around_a_certificate_are_no_mistake) {
  char text[16384];
  snprintf(text, sizeof text, "Issued in a hurry\n%s\nand that was all\n", secure_text_of(server));
  const struct cmta_certificate certificate = {.certificate = secure_file("words.pem", text)};
  config.certificates = &certificate;
  cr_assert_not_null(secure_rules_of(&config));
}

Test(tls_rules, a_chain_goes_to_the_client_in_its_order) {
  const struct identity *root = secure_issue("Root", EC, NULL);
  const struct identity *leaf = secure_issue("leaf.example", EC, root);
  char text[16384];
  size_t length = (size_t)snprintf(text, sizeof text, "%s", secure_text_of(leaf));
  snprintf(text + length, sizeof text - length, "%s", secure_text_of(root));
  const struct cmta_certificate certificate = {.certificate = secure_file("chain.pem", text)};
  config.certificates = &certificate;
  open_client();
  cr_assert(secure_connect(&secure));
  STACK_OF(X509) *chain = SSL_get_peer_cert_chain(secure.ssl);
  cr_assert_eq(sk_X509_num(chain), 2);
  cr_assert_eq(X509_cmp(sk_X509_value(chain, 0), leaf->certificate), 0);
  cr_assert_eq(X509_cmp(sk_X509_value(chain, 1), root->certificate), 0);
  client_close(&client, false);
}
