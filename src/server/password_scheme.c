/* SPDX-License-Identifier: MIT */

/* The schemes of password files by name: in a library without SASL, too. */

#include "server/password.h"

const char *cmta_password_scheme(size_t index) {
  static const char *const names[SCHEMES] = {[SCHEME_SCRAM_SHA_256] = "SCRAM-SHA-256",
                                             [SCHEME_SCRAM_SHA_1] = "SCRAM-SHA-1",
                                             [SCHEME_PLAIN] = "PLAIN",
                                             [SCHEME_CRYPT] = "CRYPT"};
  return index < SCHEMES ? names[index] : NULL;
}
