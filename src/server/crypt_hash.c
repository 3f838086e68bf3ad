/* SPDX-License-Identifier: MIT */

/* crypt(3), by libcrypt. */

#include "server/password.h"

#include <crypt.h>
#include <string.h>

_Static_assert(CRYPT_ROOM >= CRYPT_OUTPUT_SIZE, "a hash fits");

/* Octets of a hash behind its last '$', its setting before it; DES has none. */
enum { SHORTEST_HASH = 22, DES_HASH = 13 };

/* Whether a hash is there, and not its setting alone: that is not looked at here. */
static bool is_whole(const char *hash) {
  const char *last = strrchr(hash, '$');
  return last ? strlen(last + 1) >= SHORTEST_HASH : strlen(hash) >= DES_HASH;
}

bool crypt_is_hash(const char *hash) {
  int what = crypt_checksalt(hash);
  return is_whole(hash) && what != CRYPT_SALT_INVALID && what != CRYPT_SALT_METHOD_DISABLED;
}

/* Hashes of one setting have one length, so that it is no secret. */
static bool is_same(const char *hash, const char *made) {
  size_t length = strlen(made);
  volatile unsigned char differs = strlen(hash) != length;
  for (size_t i = 0; !differs && i < length; i++)
    differs |= (unsigned char)(hash[i] ^ made[i]);
  return differs == 0;
}

bool crypt_matches(const char *hash, const char *password) {
  struct crypt_data data = {.initialized = 0};
  const char *made = crypt_rn(password, hash, &data, sizeof data);
  bool same = made && is_same(hash, made);
  explicit_bzero(&data, sizeof data);
  return same;
}

int crypt_make(const char *password, char hash[CRYPT_ROOM]) {
  char setting[CRYPT_GENSALT_OUTPUT_SIZE];
  struct crypt_data data = {.initialized = 0};
  if (!crypt_gensalt_rn(NULL, 0, NULL, 0, setting, sizeof setting))
    return CMTA_E_SYSTEM;
  const char *made = crypt_rn(password, setting, &data, sizeof data);
  if (made)
    memcpy(hash, made, strlen(made) + 1);
  explicit_bzero(&data, sizeof data);
  return made ? 0 : CMTA_E_ARGUMENT;
}
