/* SPDX-License-Identifier: MIT */

/* What is made of passwords (RFC 5802 section 3), and whether one is the right one. */

#include "server/password.h"

#include <gsasl.h>
#include <stdlib.h>
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

void password_wipe(char *text) {
  if (text)
    explicit_bzero(text, strlen(text));
  gsasl_free(text);
}

int password_prepare(struct cmta_slice text, bool is_kept, char **prepared) {
  char *copy = strndup(text.at, text.length);
  *prepared = NULL;
  if (!copy)
    return CMTA_E_MEMORY;
  Gsasl_saslprep_flags flags = is_kept ? 0 : GSASL_ALLOW_UNASSIGNED;
  int error = gsasl_saslprep(copy, flags, prepared, NULL);
  password_wipe(copy);
  return error == GSASL_OK ? 0 : error == GSASL_MALLOC_ERROR ? CMTA_E_MEMORY : CMTA_E_ARGUMENT;
}

bool password_matches(const struct cmta_secret *secret, struct cmta_slice password) {
  char *prepared = NULL;
  if (secret->password.at)
    return is_same_password(secret->password, password);
  bool same = secret->hash && password_prepare(password, true, &prepared) == 0 &&
              matches_keys(secret, prepared);
  password_wipe(prepared);
  return same;
}

/* As a client's word, where it can be prepared as one; what it cannot be is compared as it is. */
bool password_fits(const struct password_entry *entry, struct cmta_slice password) {
  char *prepared = NULL;
  if (password.length == 0 || memchr(password.at, '\0', password.length))
    return false;
  if (password_prepare(password, false, &prepared) == CMTA_E_ARGUMENT)
    prepared = strndup(password.at, password.length);
  if (!prepared)
    return false;
  bool fits = entry->crypt ? crypt_matches(entry->crypt, prepared)
                           : password_matches(&entry->secret,
                                              (struct cmta_slice){prepared, strlen(prepared)});
  password_wipe(prepared);
  return fits;
}

bool base64_decode(char *text, struct cmta_slice *octets) {
  char *decoded = NULL;
  size_t length = 0;
  if (gsasl_base64_from(text, strlen(text), &decoded, &length) != GSASL_OK)
    return false;
  if (decoded) {
    memcpy(text, decoded, length);
    explicit_bzero(decoded, length);
  }
  gsasl_free(decoded);
  *octets = (struct cmta_slice){text, length};
  return true;
}
