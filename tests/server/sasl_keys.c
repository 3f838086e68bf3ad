/* SPDX-License-Identifier: MIT */

/* Keys in place of passwords, as RFC 5802 section 5 and RFC 7677 section 3 publish them: what the
 * user "user" with the password "pencil" has. */

#include "login.h"

#include <criterion/criterion.h>
#include <gsasl.h>
#include <openssl/hmac.h>

/* What a hash makes of the password; the keys are calculated, the proofs of the RFCs check them. */
struct keys {
  const char *hash;
  Gsasl_hash number;
  char salt[16], stored[32], server[32];
  size_t salt_length;
};

static struct keys keys;

static void make(const char *hash, Gsasl_hash number, const char *salt) {
  char salted[32], client[32], *octets;
  keys = (struct keys){.hash = hash, .number = number};
  cr_assert_eq(gsasl_base64_from(salt, strlen(salt), &octets, &keys.salt_length), GSASL_OK);
  memcpy(keys.salt, octets, keys.salt_length);
  gsasl_free(octets);
  cr_assert_eq(gsasl_scram_secrets_from_password(number, "pencil", 4096, keys.salt,
                                                 keys.salt_length, salted, client, keys.server,
                                                 keys.stored),
               GSASL_OK);
}

static void make_sha_1(void) { make("SHA-1", GSASL_HASH_SHA1, "QSXCR+Q6sek8bf92"); }

static void make_sha_256(void) { make("SHA-256", GSASL_HASH_SHA256, "W22ZaJ0SNY7soEsUEjb6gQ=="); }

static const char *in_clear; /* the password beside the keys, or NULL */

static enum cmta_auth_result look_up(struct cmta_session *session, void *user,
                                     const struct cmta_credentials *claim,
                                     struct cmta_secret *secret) {
  (void)session, (void)user;
  size_t length = gsasl_hash_length(keys.number);
  if (strcmp(claim->user, "user") != 0)
    return CMTA_AUTH_UNKNOWN;
  *secret = (struct cmta_secret){.hash = keys.hash,
                                 .iterations = 4096,
                                 .salt = {keys.salt, keys.salt_length},
                                 .stored_key = {keys.stored, length},
                                 .server_key = {keys.server, length}};
  if (in_clear)
    secret->password = (struct cmta_slice){in_clear, strlen(in_clear)};
  return CMTA_AUTH_OK;
}

static void begin(void) {
  static const struct cmta_authenticator keeper = {.size = sizeof keeper, .look_up = look_up};
  login_begin();
  cr_assert_eq(cmta_server_add_authenticator(world.server, &keeper, NULL), 0);
}

TestSuite(keys, .init = begin, .fini = login_end, .timeout = 30);

static void try_all(const char *mechanism) {
  login_open();
  login_expect(mechanism, "user", "pencils", "535 5.7.8 ");
  login_expect(mechanism, "nobody", "pencil", "535 5.7.8 ");
  login_expect(mechanism, "user", "pencil", "235 ");
  peer_leave(&peer);
}

Test(keys, of_sha_1_are_good_for_scram_sha_1) {
  make_sha_1();
  try_all("SCRAM-SHA-1");
}

Test(keys, of_sha_256_are_good_for_scram_sha_256) {
  make_sha_256();
  try_all("SCRAM-SHA-256");
}

Test(keys, of_sha_1_are_good_for_plain) {
  make_sha_1();
  try_all("PLAIN");
}

Test(keys, of_sha_256_are_good_for_login) {
  make_sha_256();
  try_all("LOGIN");
}

Test(keys, of_sha_1_are_of_no_use_for_scram_sha_256) {
  make_sha_1();
  login_open();
  login_expect("SCRAM-SHA-256", "user", "pencil", "535 ");
  peer_leave(&peer);
}

Test(keys, of_sha_256_are_of_no_use_for_scram_sha_1) {
  make_sha_256();
  login_open();
  login_expect("SCRAM-SHA-1", "user", "pencil", "535 ");
  peer_leave(&peer);
}

Test(keys, of_another_hash_do_not_hide_a_password_in_clear) {
  make_sha_1();
  in_clear = "pencil";
  try_all("SCRAM-SHA-256");
}

/* The server's nonce differs each time, so the proof of the RFC does not fit; salt and iteration
 * count are those that it shows. */
Test(keys, are_shown_with_salt_and_iteration_count_as_published) {
  make_sha_1();
  login_open();
  login_start("SCRAM-SHA-1", "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL", 36);
  const char *first = login_challenge(peer_hear(&peer));
  cr_assert_eq(strncmp(first, "r=fyko+d2lbbFgONRv9qkxdawL", 26), 0, "%s", first);
  cr_assert_not_null(strstr(first, ",s=QSXCR+Q6sek8bf92,i=4096"), "%s", first);
  peer_leave(&peer);
}

/* The ServerSignature of the published exchange is the HMAC of all that was said before. */
static void expect_signature(const char *said, const char *published) {
  char *signature, *text;
  size_t length = gsasl_hash_length(keys.number);
  const EVP_MD *hash = keys.number == GSASL_HASH_SHA1 ? EVP_sha1() : EVP_sha256();
  unsigned char made[32];
  signature = (char *)HMAC(hash, keys.server, (int)length, (const unsigned char *)said,
                           strlen(said), made, NULL);
  cr_assert_eq(gsasl_base64_to(signature, length, &text, NULL), GSASL_OK);
  cr_assert_str_eq(text, published);
  gsasl_free(text);
}

Test(keys, of_sha_1_are_those_of_rfc_5802) {
  make_sha_1();
  expect_signature("n=user,r=fyko+d2lbbFgONRv9qkxdawL,"
                   "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096,"
                   "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j",
                   "rmF9pqV8S7suAoZWja4dJRkFsKQ=");
}

Test(keys, of_sha_256_are_those_of_rfc_7677) {
  make_sha_256();
  expect_signature("n=user,r=rOprNGfwEbeRWgbNEkqO,"
                   "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                   "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
                   "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
                   "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}
