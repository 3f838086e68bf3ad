/* SPDX-License-Identifier: MIT */

/* PBKDF2 by OpenSSL, which wipes the copies of the password that it makes. */

#include "server/password.h"

#include <openssl/evp.h>
#include <string.h>

bool password_salt(const char *hash, const char *password, struct cmta_slice salt,
                   unsigned iterations, char salted[SALTED_SIZE]) {
  const EVP_MD *algorithm = strcmp(hash, "SHA-1") == 0 ? EVP_sha1() : EVP_sha256();
  return PKCS5_PBKDF2_HMAC(password, (int)strlen(password), (const unsigned char *)salt.at,
                           (int)salt.length, (int)iterations, algorithm, EVP_MD_get_size(algorithm),
                           (unsigned char *)salted) == 1;
}
