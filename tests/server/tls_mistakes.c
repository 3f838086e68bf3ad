/* SPDX-License-Identifier: MIT */

/* Rules and files that cannot be: each is refused by cmta_tls_new(), which says in one line what is
 * wrong, and with what. */

#include "secure.h"

#include <criterion/criterion.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const struct identity *server, *other;
static struct cmta_certificate certificate;
static struct cmta_tls_config config;
static char why[512];

static void begin(void) {
  secure_begin();
  server = secure_issue("server.example", EC, NULL);
  other = secure_issue("server.example", EC, NULL);
  config = secure_config(NULL, 0);
  certificate = (struct cmta_certificate){.certificate = server->file};
  config.certificates = &certificate;
  config.certificate_count = 1;
}

TestSuite(tls_mistakes, .init = begin, .fini = secure_end, .timeout = 30);

/* All that is said is `about: said`; about: a file or a field. */
static void expect(int error, const char *about, const char *said) {
  char expected[512];
  struct cmta_tls *tls = NULL;
  snprintf(expected, sizeof expected, "%s: %s", about, said);
  cr_assert_eq(cmta_tls_new(&tls, &config, why, sizeof why), error, "%s", why);
  cr_assert_str_eq(why, expected);
  cr_assert_eq(cmta_tls_new(&tls, &config, NULL, 0), error);
  cr_assert_null(tls);
}

/* ---- Fields ---- */

static void expect_argument(const char *about, const char *said) {
  expect(CMTA_E_ARGUMENT, about, said);
}

Test(tls_mistakes, without_a_place_or_a_config_are_told) {
  struct cmta_tls *tls;
  cr_assert_eq(cmta_tls_new(NULL, &config, why, sizeof why), CMTA_E_ARGUMENT);
  cr_assert_str_eq(why, "tls: NULL");
  cr_assert_eq(cmta_tls_new(&tls, NULL, why, sizeof why), CMTA_E_ARGUMENT);
  cr_assert_str_eq(why, "config: NULL");
  cr_assert_eq(cmta_tls_reload(NULL, why, sizeof why), CMTA_E_ARGUMENT);
  cr_assert_str_eq(why, "tls: NULL");
}

Test(tls_mistakes, in_the_size_are_told) {
  static const char said[] = "`size` is not what cmta_tls_config_init() makes it";
  config.size++;
  expect_argument("config", said);
  config.size = 0;
  expect_argument("config", said);
}

Test(tls_mistakes, in_the_table_of_certificates_are_told) {
  config.certificates = NULL;
  expect_argument("certificates", "NULL, but `certificate_count` is not 0");
  config.certificate_count = 0;
  expect_argument("certificates", "there is none, and no `self_signed` either");
  config.certificate_count = 1;
  config.certificates = &certificate;
  certificate.certificate = NULL;
  expect_argument("certificates", "one of them names no file with a certificate");
}

Test(tls_mistakes, of_certificates_beside_one_that_is_made_are_told) {
  config.self_signed = "localhost";
  expect_argument("self_signed", "a certificate is made only where `certificates` has none");
}

Test(tls_mistakes, in_versions_are_told) {
  config.minimum = CMTA_TLS_1_3;
  config.maximum = CMTA_TLS_1_2;
  expect_argument("minimum", "a version above `maximum`");
  config.maximum = (enum cmta_tls_version)4;
  expect_argument("maximum", "no version of enum cmta_tls_version");
  config.minimum = (enum cmta_tls_version)4;
  expect_argument("minimum", "no version of enum cmta_tls_version");
}

Test(tls_mistakes, in_what_is_asked_of_clients_are_told) {
  config.client_certificate = CMTA_CLIENT_CERTIFICATE_REQUIRED;
  expect_argument("client_certificate", "REQUIRED lets nobody in without `client_authorities`");
  config.client_certificate = (enum cmta_client_certificate)3;
  expect_argument("client_certificate", "no value of enum cmta_client_certificate");
  config.client_certificate = CMTA_CLIENT_CERTIFICATE_NONE;
  config.client_authorities = other->file;
  expect_argument("client_authorities", "of no use while `client_certificate` asks for none");
}

Test(tls_mistakes, in_protocols_are_told) {
  char name[257];
  memset(name, 'a', sizeof name);
  name[256] = '\0';
  config.alpn = "  ";
  expect_argument("alpn", "no name in it");
  config.alpn = name;
  expect_argument("alpn", "a name of more than 255 octets");
}

Test(tls_mistakes, in_names_that_a_certificate_is_made_for_are_told) {
  config.certificate_count = 0;
  config.self_signed = "a,IP:192.0.2.1";
  expect(CMTA_E_TLS, "self_signed", "no certificate can be made for the names \"a,IP:192.0.2.1\"");
  config.self_signed = "  ";
  expect(CMTA_E_TLS, "self_signed", "no certificate can be made for the names \"  \"");
}

/* ---- Lists of names ---- */

Test(tls_mistakes, in_ciphers_are_told) {
  config.ciphers = "NO-SUCH-CIPHER";
  expect(CMTA_E_TLS, "ciphers", "OpenSSL knows no cipher up to TLS 1.2 \"NO-SUCH-CIPHER\"");
  config.ciphers = "HIGH:ECDHE+TYPO:!aNULL";
  expect(CMTA_E_TLS, "ciphers", "OpenSSL knows no cipher up to TLS 1.2 \"ECDHE+TYPO\"");
  config.ciphers = "AES:!AES";
  expect(CMTA_E_TLS, "ciphers", "nothing is left of \"AES:!AES\"");
}

Test(tls_mistakes, are_none_where_ciphers_that_nobody_has_are_kept_out) {
  struct cmta_tls *tls;
  config.ciphers = "HIGH:!NO-SUCH-CIPHER:-RC4:+SHA1:@STRENGTH:@SECLEVEL=1";
  cr_assert_eq(cmta_tls_new(&tls, &config, why, sizeof why), 0, "%s", why);
  cr_assert_str_eq(why, "");
  cmta_tls_free(tls);
}

Test(tls_mistakes, in_suites_are_told) {
  config.suites = "TLS_AES_128_GCM_SHA256:NO_SUCH_SUITE";
  expect(CMTA_E_TLS, "suites", "OpenSSL knows no suite of TLS 1.3 \"NO_SUCH_SUITE\"");
}

Test(tls_mistakes, in_groups_are_told) {
  config.groups = "P-256:no-such-group";
  expect(CMTA_E_TLS, "groups", "OpenSSL knows no group \"no-such-group\"");
}

/* ---- Files ---- */

/* In the certificate's file itself. */
static void expect_in(const char *file, const char *said) {
  certificate.certificate = file;
  expect(CMTA_E_TLS, file, said);
}

static void expect_of_key(const char *file, const char *said) {
  certificate.key = file;
  expect(CMTA_E_TLS, file, said);
}

Test(tls_mistakes, in_paths_are_told) {
  expect_in("/no/such/file.pem", "No such file or directory");
  expect_in("/dev/null", "no regular file");
  expect_in("/", "a directory, no regular file");
  certificate.certificate = server->file;
  expect_of_key("/no/such/file.key", "No such file or directory");
  expect_of_key("/", "a directory, no regular file");
}

/* Nobody writes: one that waited for a writer would wait for ever. */
Test(tls_mistakes, with_pipes_are_told_without_waiting) {
  static const char said[] = "a pipe, no regular file, which could be read again";
  const char *path = secure_path("pipe");
  cr_assert_eq(mkfifo(path, 0600), 0);
  expect_in(path, said);
  certificate.certificate = server->file;
  expect_of_key(path, said);
  certificate.key = NULL;
  certificate.staple = path;
  expect(CMTA_E_TLS, path, said);
  certificate.staple = NULL;
  config.client_certificate = CMTA_CLIENT_CERTIFICATE_ASKED;
  config.client_authorities = path;
  expect(CMTA_E_TLS, path, said);
}

Test(tls_mistakes, in_paths_with_line_breaks_are_one_line) {
  certificate.certificate = "/no/such\nfile.pem";
  expect(CMTA_E_TLS, "/no/such?file.pem", "No such file or directory");
}

Test(tls_mistakes, of_files_without_a_certificate_are_told) {
  expect_in(secure_file("empty.pem", ""), "no PEM certificate in it");
  const char *key = strstr(secure_text_of(server), "-----BEGIN PRIVATE KEY");
  expect_in(secure_file("only.key", key), "no PEM certificate in it");
}

Test(tls_mistakes, of_broken_certificates_are_told) {
  char text[16384];
  expect_in(secure_file("first.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n"),
            "certificate 1 of it is damaged");
  snprintf(text, sizeof text, "%s-----BEGIN CERTIFICATE-----\n%%%%%%\n-----END CERTIFICATE-----\n",
           secure_text_of(server));
  expect_in(secure_file("second.pem", text), "certificate 2 of it is damaged");
}

/* ---- Keys ---- */

/* A file with the certificate alone. */
static const char *without_key(void) {
  char text[8192];
  snprintf(text, sizeof text, "%s", secure_text_of(server));
  *strstr(text, "-----BEGIN PRIVATE KEY") = '\0';
  return secure_file("alone.pem", text);
}

Test(tls_mistakes, of_files_without_a_key_are_told) {
  const char *alone = without_key();
  expect_of_key(alone, "no PEM private key in it");
  certificate.key = NULL;
  expect_in(alone, "no PEM private key in it, and no other file is named for it");
}

Test(tls_mistakes, of_broken_keys_are_told) {
  expect_of_key(
      secure_file("broken.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
      "its private key is damaged, or of a kind that OpenSSL does not know");
}

Test(tls_mistakes, of_keys_of_other_certificates_are_told) {
  char said[256];
  snprintf(said, sizeof said, "its private key is not that of the first certificate in %s",
           server->file);
  expect_of_key(other->file, said);
  expect_of_key(secure_issue("server.example", RSA_2048, NULL)->file, said);
}

static const char *locked_key(bool traditional) {
  const char *path = secure_path(traditional ? "old.key" : "locked.key");
  FILE *file = fopen(path, "w");
  char phrase[] = "secret";
  int length = (int)strlen(phrase);
  unsigned char *bytes = (unsigned char *)phrase;
  BIO *bio = BIO_new_fp(file, BIO_CLOSE);
  if (traditional)
    cr_assert(PEM_write_bio_PrivateKey_traditional(bio, server->key, EVP_aes_128_cbc(), bytes,
                                                   length, NULL, NULL));
  else
    cr_assert(
        PEM_write_bio_PrivateKey(bio, server->key, EVP_aes_128_cbc(), bytes, length, NULL, NULL));
  BIO_free(bio);
  return path;
}

Test(tls_mistakes, of_keys_with_a_passphrase_are_told_without_asking) {
  static const char said[] = "its private key has a passphrase, for which nobody is asked";
  expect_of_key(locked_key(false), said);
  expect_of_key(locked_key(true), said);
}

Test(tls_mistakes, of_keys_that_are_too_weak_are_told) {
  config.ciphers = "DEFAULT:@SECLEVEL=5";
  expect(CMTA_E_TLS, server->file, "OpenSSL does not allow this certificate: ee key too small");
}

/* ---- Authorities ---- */

Test(tls_mistakes, of_authorities_are_told) {
  config.client_certificate = CMTA_CLIENT_CERTIFICATE_ASKED;
  config.client_authorities = "/no/such/authorities.pem";
  expect(CMTA_E_TLS, config.client_authorities, "No such file or directory");
  config.client_authorities = secure_file("authorities.pem", "nobody\n");
  expect(CMTA_E_TLS, config.client_authorities, "no PEM certificate in it");
}

/* ---- OCSP ---- */

static void expect_of_staple(const char *file, const char *said) {
  certificate.staple = file;
  expect(CMTA_E_TLS, file, said);
}

Test(tls_mistakes, of_files_that_are_no_staple_are_told) {
  static char octets[65537];
  memset(octets, 'x', sizeof octets - 1);
  expect_of_staple("/no/such/staple", "No such file or directory");
  expect_of_staple(secure_file("empty", ""), "no OCSP response in DER");
  expect_of_staple(secure_file("text", "response"), "no OCSP response in DER");
  expect_of_staple(server->file, "no OCSP response in DER");
  expect_of_staple(secure_file("large", octets), "too large");
}

Test(tls_mistakes, of_staples_with_something_behind_them_are_told) {
  const char *path = secure_staple(server, 0);
  FILE *file = fopen(path, "a");
  fputc('x', file);
  fclose(file);
  expect_of_staple(path, "no OCSP response in DER");
}

Test(tls_mistakes, of_staples_that_say_nothing_are_told) {
  expect_of_staple(secure_staple(server, 3),
                   "an OCSP response that says no more than that there is none");
}

Test(tls_mistakes, of_staples_about_another_certificate_are_told) {
  expect_of_staple(secure_staple(other, 0), "an OCSP response about another certificate");
}
