/* SPDX-License-Identifier: MIT */

/* Which certificate a client gets, by the name that it asks for; OCSP responses; reload. */

#include "secure.h"

#include <criterion/criterion.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

static struct world world;
static struct client client;
static struct secure secure;
static const struct identity *first, *second;

static void begin(void) {
  secure_begin();
  world_init(&world);
  secure_note(&world);
  first = secure_issue("first.example *.wild.example", EC, NULL);
  second = secure_issue("second.example 192.0.2.1", EC, NULL);
}

static void end(void) {
  world_free(&world);
  secure_end();
}

TestSuite(tls_names, .init = begin, .fini = end, .timeout = 30);

static int listen_with(const struct cmta_tls_config *config) {
  return secure_listen(&world, secure_rules_of(config), CMTA_TLS_IMPLICIT);
}

/* A client that asks for a name, or for none. */
static void open_client(int listener, const char *name) {
  client_connect(&client, &world, listener);
  secure_init(&secure, &client);
  if (name)
    SSL_set_tlsext_host_name(secure_ssl(&secure), name);
}

static void expect_certificate(const struct identity *identity) {
  cr_assert(secure_connect(&secure));
  cr_assert_eq(X509_cmp(SSL_get0_peer_certificate(secure.ssl), identity->certificate), 0);
}

static void ask_for(int listener, const char *name, const struct identity *expected) {
  open_client(listener, name);
  expect_certificate(expected);
  secure_close(&secure, false);
}

/* ---- Names ---- */

Test(tls_names, choose_the_certificate) {
  const struct identity *both[] = {first, second};
  const struct cmta_tls_config config = secure_config(both, 2);
  int listener = listen_with(&config);
  ask_for(listener, "second.example", second);
  ask_for(listener, "first.example", first);
  ask_for(listener, "SECOND.example", second);
  ask_for(listener, "a.wild.example", first);
  ask_for(listener, "192.0.2.1", second);
}

Test(tls_names, unknown_or_missing_lead_to_the_first_certificate) {
  const struct identity *both[] = {first, second};
  const struct cmta_tls_config config = secure_config(both, 2);
  int listener = listen_with(&config);
  ask_for(listener, NULL, first);
  ask_for(listener, "third.example", first);
  ask_for(listener, "a.b.wild.example", first);
  ask_for(listener, "example", first);
}

Test(tls_names, with_a_dot_at_their_end_are_the_same_names) {
  const struct identity *both[] = {first, second};
  const struct cmta_tls_config config = secure_config(both, 2);
  int listener = listen_with(&config);
  ask_for(listener, "second.example.", second);
  ask_for(listener, "second.example..", first);
  ask_for(listener, ".", first);
}

/* The client takes only one kind of signature. */
static void ask_with(int listener, const char *name, const char *signatures,
                     const struct identity *expected) {
  open_client(listener, name);
  SSL_set1_sigalgs_list(secure.ssl ? secure.ssl : secure_ssl(&secure), signatures);
  expect_certificate(expected);
  secure_close(&secure, false);
}

Test(tls_names, may_have_certificates_of_several_kinds_of_keys) {
  const struct identity *rsa = secure_issue("first.example *.wild.example", RSA_2048, NULL);
  const struct identity *both[] = {first, rsa};
  const struct cmta_tls_config config = secure_config(both, 2);
  int listener = listen_with(&config);
  ask_with(listener, "first.example", "ECDSA+SHA256", first);
  ask_with(listener, "first.example", "RSA-PSS+SHA256", rsa);
  ask_with(listener, NULL, "RSA-PSS+SHA256", rsa);
}

Test(tls_names, of_others_are_not_shown_for_the_kind_of_their_keys) {
  const struct identity *address = secure_issue("192.0.2.7", EC, NULL);
  const struct identity *rsa = secure_issue("rsa.example", RSA_2048, NULL);
  const struct identity *both[] = {address, rsa};
  const struct cmta_tls_config config = secure_config(both, 2);
  int listener = listen_with(&config);
  open_client(listener, "192.0.2.7");
  SSL_set1_sigalgs_list(secure_ssl(&secure), "RSA-PSS+SHA256");
  cr_assert_not(secure_connect(&secure), "that name has no such certificate");
  secure_close(&secure, false);
}

/* ---- The callback ---- */

static char asked[64];

static struct cmta_tls *choose(void *user, const char *name) {
  snprintf(asked, sizeof asked, "%s", name);
  return strcmp(name, "third.example") == 0 ? user : NULL;
}

Test(tls_names, are_shown_to_the_callback_which_may_choose_other_rules) {
  const struct identity *third = secure_issue("third.example", EC, NULL);
  struct cmta_tls_config config = secure_config(&first, 1);
  config.choose = choose;
  config.user = secure_rules(third);
  int listener = listen_with(&config);
  ask_for(listener, "third.example", third);
  cr_assert_str_eq(asked, "third.example");
  ask_for(listener, "third.example.", third);
  cr_assert_str_eq(asked, "third.example", "without its dot");
  ask_for(listener, "first.example", first);
  cr_assert_str_eq(asked, "first.example");
  asked[0] = '\0';
  ask_for(listener, NULL, first);
  cr_assert_str_eq(asked, "", "there was no name to ask about");
}

Test(tls_names, chosen_by_the_callback_bring_their_rules_for_clients) {
  struct cmta_tls_config strict = secure_config(&second, 1);
  struct cmta_tls_config config = secure_config(&first, 1);
  strict.client_certificate = CMTA_CLIENT_CERTIFICATE_REQUIRED;
  strict.client_authorities = first->file;
  config.maximum = CMTA_TLS_1_2;
  config.choose = choose;
  config.user = secure_rules_of(&strict);
  int listener = listen_with(&config);
  open_client(listener, "third.example");
  cr_assert_not(secure_connect(&secure));
  secure_close(&secure, false);
  ask_for(listener, "first.example", first);
}

/* ---- OCSP ---- */

/* Whether the client was shown what is in a file; NULL: nothing. */
static bool was_shown(const struct secure *of, const char *staple) {
  const unsigned char *response;
  char octets[8192];
  long length = SSL_get_tlsext_status_ocsp_resp(of->ssl, &response);
  if (!staple)
    return length <= 0;
  FILE *file = fopen(staple, "r");
  size_t expected = fread(octets, 1, sizeof octets, file);
  fclose(file);
  return length == (long)expected && memcmp(response, octets, expected) == 0;
}

Test(tls_names, with_a_staple_show_it_to_clients_that_ask) {
  const char *staple = secure_staple(second, 0);
  const struct cmta_certificate certificates[] = {{.certificate = first->file},
                                                  {.certificate = second->file, .staple = staple}};
  struct cmta_tls_config config = secure_config(NULL, 0);
  config.certificates = certificates;
  config.certificate_count = 2;
  int listener = listen_with(&config);
  open_client(listener, "second.example");
  SSL_set_tlsext_status_type(secure.ssl, TLSEXT_STATUSTYPE_ocsp);
  expect_certificate(second);
  cr_assert(was_shown(&secure, staple));
  secure_close(&secure, false);
  open_client(listener, "second.example");
  expect_certificate(second);
  cr_assert(was_shown(&secure, NULL), "a client that does not ask");
  secure_close(&secure, false);
  open_client(listener, "first.example");
  SSL_set_tlsext_status_type(secure.ssl, TLSEXT_STATUSTYPE_ocsp);
  expect_certificate(first);
  cr_assert(was_shown(&secure, NULL), "a certificate without one");
  secure_close(&secure, false);
}

/* ---- Reload ---- */

static void copy_file(const char *from, const char *to) {
  char bytes[8192];
  FILE *in = fopen(from, "r"), *out = fopen(to, "w");
  size_t count = fread(bytes, 1, sizeof bytes, in);
  cr_assert_eq(fwrite(bytes, 1, count, out), count);
  fclose(in);
  fclose(out);
}

static struct cmta_tls *rules_of_file(const char *path) {
  const struct cmta_certificate certificate = {.certificate = path};
  struct cmta_tls_config config = secure_config(NULL, 0);
  config.certificates = &certificate;
  config.certificate_count = 1;
  return secure_rules_of(&config);
}

Test(tls_names, new_in_the_file_count_after_a_reload_and_open_connections_go_on) {
  const char *path = secure_path("live.pem");
  struct client old;
  struct secure old_secure;
  copy_file(first->file, path);
  struct cmta_tls *tls = rules_of_file(path);
  int listener = secure_listen(&world, tls, CMTA_TLS_IMPLICIT);
  client_connect(&old, &world, listener);
  secure_init(&old_secure, &old);
  cr_assert(secure_connect(&old_secure));
  client_expect(&old, "220 ");
  copy_file(second->file, path);
  ask_for(listener, NULL, first);
  cr_assert_eq(cmta_tls_reload(tls, NULL, 0), 0);
  ask_for(listener, NULL, second);
  client_say(&old, "NOOP", "250 ");
  secure_close(&old_secure, false);
}

Test(tls_names, of_a_connection_in_handshake_are_those_from_before_the_reload) {
  const char *path = secure_path("live.pem");
  copy_file(first->file, path);
  struct cmta_tls *tls = rules_of_file(path);
  int listener = secure_listen(&world, tls, CMTA_TLS_IMPLICIT);
  open_client(listener, NULL);
  ev_run(world.loop, EVRUN_NOWAIT);
  copy_file(second->file, path);
  cr_assert_eq(cmta_tls_reload(tls, NULL, 0), 0);
  expect_certificate(first);
  secure_close(&secure, false);
}

Test(tls_names, in_a_broken_file_leave_all_as_it_was) {
  char why[256] = "";
  const char *path = secure_path("live.pem");
  copy_file(first->file, path);
  struct cmta_tls *tls = rules_of_file(path);
  int listener = secure_listen(&world, tls, CMTA_TLS_IMPLICIT);
  const char *pem = cmta_tls_certificate(tls);
  fclose(fopen(path, "w"));
  cr_assert_eq(cmta_tls_reload(tls, why, sizeof why), CMTA_E_TLS);
  cr_assert_not_null(strstr(why, path));
  cr_assert_eq(cmta_tls_certificate(tls), pem);
  ask_for(listener, NULL, first);
}

/* ---- Validity ---- */

Test(tls_names, of_each_certificate_are_good_for_a_time_that_is_told) {
  const struct identity *both[] = {first, second};
  const struct cmta_tls_config config = secure_config(both, 2);
  const struct cmta_tls *tls = secure_rules_of(&config);
  int64_t from, until;
  for (size_t i = 0; i < 2; i++) {
    cr_assert_eq(cmta_tls_validity(tls, i, &from, &until), 0);
    cr_assert_eq(X509_cmp_time(X509_get0_notBefore(both[i]->certificate), &(time_t){from - 1}), 1);
    cr_assert_eq(X509_cmp_time(X509_get0_notBefore(both[i]->certificate), &(time_t){from}), -1);
    cr_assert_eq(X509_cmp_time(X509_get0_notAfter(both[i]->certificate), &(time_t){until - 1}), 1);
    cr_assert_eq(X509_cmp_time(X509_get0_notAfter(both[i]->certificate), &(time_t){until}), -1);
    cr_assert_eq(cmta_tls_validity(tls, i, NULL, NULL), 0);
  }
  cr_assert_eq(cmta_tls_validity(tls, 2, &from, &until), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_tls_validity(NULL, 0, &from, &until), CMTA_E_ARGUMENT);
}

/* ---- Self-signed ---- */

static X509 *certificate_of(const struct cmta_tls *tls) {
  BIO *bio = BIO_new_mem_buf(cmta_tls_certificate(tls), -1);
  X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
  BIO_free(bio);
  return certificate;
}

Test(tls_names, of_a_self_signed_certificate_are_those_asked_for) {
  struct cmta_tls_config config = secure_config(NULL, 0);
  config.self_signed = " localhost mail.example 127.0.0.1 ::1 ";
  struct cmta_tls *tls = secure_rules_of(&config);
  X509 *certificate = certificate_of(tls);
  cr_assert_eq(X509_check_host(certificate, "localhost", 0, 0, NULL), 1);
  cr_assert_eq(X509_check_host(certificate, "mail.example", 0, 0, NULL), 1);
  cr_assert_eq(X509_check_host(certificate, "other.example", 0, 0, NULL), 0);
  cr_assert_eq(X509_check_ip_asc(certificate, "127.0.0.1", 0), 1);
  cr_assert_eq(X509_check_ip_asc(certificate, "::1", 0), 1);
  X509_free(certificate);
}

/* As a client does that was given the certificate. */
Test(tls_names, of_a_self_signed_certificate_are_verified_by_whoever_trusts_it) {
  struct cmta_tls_config config = secure_config(NULL, 0);
  config.self_signed = "localhost";
  struct cmta_tls *tls = secure_rules_of(&config);
  open_client(secure_listen(&world, tls, CMTA_TLS_IMPLICIT), NULL);
  X509 *certificate = certificate_of(tls);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(secure.context), certificate);
  X509_free(certificate);
  SSL_CTX_set_verify(secure.context, SSL_VERIFY_PEER, NULL);
  SSL_set1_host(secure_ssl(&secure), "localhost");
  cr_assert(secure_connect(&secure));
  secure_close(&secure, false);
}

Test(tls_names, of_a_self_signed_certificate_stay_after_a_reload) {
  struct cmta_tls_config config = secure_config(NULL, 0);
  config.self_signed = "localhost";
  struct cmta_tls *tls = secure_rules_of(&config);
  X509 *before = certificate_of(tls);
  cr_assert_eq(cmta_tls_reload(tls, NULL, 0), 0);
  X509 *after = certificate_of(tls);
  cr_assert_eq(X509_cmp(before, after), 0);
  X509_free(before);
  X509_free(after);
}

Test(tls_names, of_a_self_signed_certificate_may_be_long) {
  char name[254];
  struct cmta_tls_config config = secure_config(NULL, 0);
  memset(name, 'a', sizeof name - 1);
  for (size_t i = 50; i < sizeof name - 1; i += 50)
    name[i] = '.';
  name[sizeof name - 1] = '\0';
  config.self_signed = name;
  X509 *certificate = certificate_of(secure_rules_of(&config));
  cr_assert_eq(X509_check_host(certificate, name, 0, 0, NULL), 1);
  X509_free(certificate);
}

Test(tls_names, that_cannot_be_are_told) {
  char why[256] = "";
  struct cmta_tls *tls;
  struct cmta_tls_config config = secure_config(NULL, 0);
  config.self_signed = "a,IP:192.0.2.1";
  cr_assert_eq(cmta_tls_new(&tls, &config, why, sizeof why), CMTA_E_TLS);
  cr_assert_not_null(strstr(why, config.self_signed));
  config.self_signed = "  ";
  cr_assert_eq(cmta_tls_new(&tls, &config, why, sizeof why), CMTA_E_TLS);
}
