/* SPDX-License-Identifier: MIT */

/* PBKDF2 in a library without OpenSSL: GNU SASL leaves copies of the password in memory that it
 * gives back. */

#include "server/gsasl_mechanism.h"
#include "server/password.h"

#include <string.h>

_Static_assert((int)SALTED_SIZE >= (int)GSASL_HASH_MAX_SIZE, "a hash fits");

bool password_salt(const char *hash, const char *password, struct cmta_slice salt,
                   unsigned iterations, char salted[SALTED_SIZE]) {
  char keys[3][GSASL_HASH_MAX_SIZE];
  int error =
      gsasl_scram_secrets_from_password(scram_algorithm(hash), password, iterations, salt.at,
                                        salt.length, salted, keys[0], keys[1], keys[2]);
  explicit_bzero(keys, sizeof keys);
  return error == GSASL_OK;
}
