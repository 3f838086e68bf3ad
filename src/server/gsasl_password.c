/* SPDX-License-Identifier: MIT */

/* What is made of passwords (RFC 5802 section 3), and whether one is the right one. */

#include "server/mechanism.h"

#include <gsasl.h>
#include <string.h>

/* Octets of the longest hash that is known, and of what gsasl wants room for. */
enum { HASH_ROOM = GSASL_HASH_MAX_SIZE };

/* Whether length octets are the same, in a time that tells nothing of them. */
static bool is_same(const char *one, const char *other, size_t length) {
  volatile unsigned char differs = 0;
  for (size_t i = 0; i < length; i++)
    differs |= (unsigned char)(one[i] ^ other[i]);
  return differs == 0;
}

/* Passwords of any length: how many octets the client's has is no secret to it. */
static bool is_same_password(struct cmta_slice right, struct cmta_slice password) {
  bool same_length = right.length == password.length;
  const char *compared = same_length ? right.at : password.at;
  return is_same(compared, password.at, password.length) && same_length;
}

static Gsasl_hash hash_of(const char *name) {
  return strcmp(name, "SHA-1") == 0 ? GSASL_HASH_SHA1 : GSASL_HASH_SHA256;
}

static bool matches_keys(const struct cmta_secret *secret, const char *password) {
  char salted[HASH_ROOM], client_key[HASH_ROOM], server_key[HASH_ROOM], stored_key[HASH_ROOM];
  Gsasl_hash hash = hash_of(secret->hash);
  int error = gsasl_scram_secrets_from_password(hash, password, secret->iterations, secret->salt.at,
                                                secret->salt.length, salted, client_key, server_key,
                                                stored_key);
  bool same = error == GSASL_OK && secret->stored_key.length == gsasl_hash_length(hash) &&
              is_same(secret->stored_key.at, stored_key, secret->stored_key.length);
  explicit_bzero(salted, sizeof salted);
  explicit_bzero(client_key, sizeof client_key);
  return same;
}

bool password_matches(const struct cmta_secret *secret, struct cmta_slice password) {
  char *text = NULL, *prepared = NULL;
  if (secret->password.at)
    return is_same_password(secret->password, password);
  if (!secret->hash)
    return false;
  text = strndup(password.at, password.length);
  bool same = text && gsasl_saslprep(text, 0, &prepared, NULL) == GSASL_OK &&
              matches_keys(secret, prepared);
  if (text)
    explicit_bzero(text, password.length);
  if (prepared)
    explicit_bzero(prepared, strlen(prepared));
  gsasl_free(text);
  gsasl_free(prepared);
  return same;
}
