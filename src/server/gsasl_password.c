/* SPDX-License-Identifier: MIT */

/* What is made of passwords (RFC 5802 section 3), and whether one is the right one. */

#include "server/gsasl_mechanism.h"
#include "server/password.h"
#include "server/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Octets of the longest hash that is known, and of what gsasl wants room for. */
enum { HASH_ROOM = GSASL_HASH_MAX_SIZE };

_Static_assert((int)SALTED_SIZE >= (int)GSASL_HASH_MAX_SIZE, "a hash fits");

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

Gsasl_hash scram_algorithm(const char *hash) {
  return strcmp(hash, "SHA-1") == 0 ? GSASL_HASH_SHA1 : GSASL_HASH_SHA256;
}

bool scram_keys_make(struct scram_keys *keys, const char *hash, const char *password,
                     struct cmta_slice salt, unsigned iterations) {
  char salted[SALTED_SIZE], client[SALTED_SIZE];
  bool made = password_salt(hash, password, salt, iterations, salted) &&
              gsasl_scram_secrets_from_salted_password(scram_algorithm(hash), salted, client,
                                                       keys->server, keys->stored) == GSASL_OK;
  explicit_bzero(salted, sizeof salted);
  explicit_bzero(client, sizeof client);
  return made;
}

static bool matches_keys(const struct cmta_secret *secret, const char *password) {
  struct scram_keys keys;
  bool made = scram_keys_make(&keys, secret->hash, password, secret->salt, secret->iterations);
  bool same = made && secret->stored_key.length == secret_key_length(secret->hash) &&
              is_same(secret->stored_key.at, keys.stored, secret->stored_key.length);
  explicit_bzero(&keys, sizeof keys);
  return same;
}

/* A password prepared as one that is said or, where that cannot be, as one that is kept; NULL:
 * neither can be. */
static char *prepare_typed(struct cmta_slice password) {
  char *prepared = NULL;
  if (password_prepare(password, false, &prepared) != 0)
    (void)password_prepare(password, true, &prepared);
  return prepared;
}

/* What was noted as it was typed is compared as it would be prepared (RFC 4616 section 2), as far
 * as both can be. */
static bool matches_password(struct cmta_slice right, struct cmta_slice password) {
  char *kept = prepare_typed(right), *said = prepare_typed(password);
  if (kept && said) {
    right = (struct cmta_slice){kept, strlen(kept)};
    password = (struct cmta_slice){said, strlen(said)};
  }
  bool same = is_same_password(right, password);
  password_wipe(kept);
  password_wipe(said);
  return same;
}

/* None has a NUL (RFC 4616 section 2), which the preparation would take for its end. */
bool password_matches(const struct cmta_secret *secret, struct cmta_slice password) {
  char *prepared = NULL;
  if (password.length > 0 && memchr(password.at, '\0', password.length))
    return false;
  if (secret->password.at)
    return matches_password(secret->password, password);
  bool same = secret->hash && password_prepare(password, true, &prepared) == 0 &&
              matches_keys(secret, prepared);
  password_wipe(prepared);
  return same;
}

/* ---- Users whom nobody knows ---- */

const char *scram_hash(const char *mechanism) {
  static const char old[] = "SCRAM-SHA-1";
  return strncmp(mechanism, old, sizeof old - 1) == 0 ? "SHA-1" : "SHA-256";
}

/* A hash of the context's key, a name, and what it is for. GNU SASL would prepare the name as a
 * password, and there are names that it does not prepare: so it is given as hexadecimal digits. */
static void keyed_hash(const struct mechanisms_context *context, const char *purpose,
                       const char *name, char hash[HASH_ROOM]) {
  char keys[3][HASH_ROOM], *digits = NULL, *text = NULL;
  size_t length;
  memset(hash, 0, HASH_ROOM);
  if (gsasl_hex_to(name, strlen(name), &digits, &length) == GSASL_OK &&
      asprintf(&text, "%s:%s", purpose, digits) > 0)
    (void)gsasl_scram_secrets_from_password(GSASL_HASH_SHA256, text, 1, context->key,
                                            CONTEXT_KEY_SIZE, keys[0], keys[1], keys[2], hash);
  gsasl_free(digits);
  free(text);
}

void scram_salt(const struct mechanisms_context *context, const char *mechanism, const char *name,
                char salt[SALT_SIZE]) {
  char hash[HASH_ROOM];
  keyed_hash(context, scram_hash(mechanism), name, hash);
  memcpy(salt, hash, SALT_SIZE);
}

uint32_t mechanism_number(const struct mechanisms_context *context, const char *name) {
  char hash[HASH_ROOM];
  uint32_t number;
  keyed_hash(context, "number", name, hash);
  memcpy(&number, hash, sizeof number);
  return number;
}

/* Keys that nobody has the password of. */
struct cmta_secret mechanism_unknown(const struct mechanisms_context *context,
                                     const char *mechanism, const char *name, unsigned iterations,
                                     char room[UNKNOWN_ROOM]) {
  char *key = room + SALT_SIZE;
  const char *hash = scram_hash(mechanism);
  size_t length = secret_key_length(hash);
  memset(room, 0, UNKNOWN_ROOM);
  scram_salt(context, mechanism, name, room);
  if (gsasl_nonce(key, length) != GSASL_OK)
    memcpy(key, context->key, CONTEXT_KEY_SIZE);
  return (struct cmta_secret){.hash = hash,
                              .iterations = iterations ? iterations : SCRAM_ITERATIONS,
                              .salt = {room, SALT_SIZE},
                              .stored_key = {key, length},
                              .server_key = {key, length}};
}
