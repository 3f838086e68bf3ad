/* SPDX-License-Identifier: MIT */

/* Texts as SASL wants them (RFC 4013), and as base64. */

#include "server/password.h"

#include <gsasl.h>
#include <string.h>

void password_wipe(char *text) {
  if (text)
    explicit_bzero(text, strlen(text));
  gsasl_free(text);
}

/* Text of which nothing changes when it is prepared (RFC 4013): it is not given to GNU SASL, which
 * leaves copies of a password in memory that it gives back. */
static bool is_prepared(const char *text) {
  for (; *text; text++)
    if (*text < ' ' || *text > '~')
      return false;
  return true;
}

int password_prepare(struct cmta_slice text, bool is_kept, char **prepared) {
  char *copy = strndup(text.length ? text.at : "", text.length);
  *prepared = NULL;
  if (!copy)
    return CMTA_E_MEMORY;
  if (is_prepared(copy)) {
    *prepared = copy;
    return 0;
  }
  Gsasl_saslprep_flags flags = is_kept ? 0 : GSASL_ALLOW_UNASSIGNED;
  int error = gsasl_saslprep(copy, flags, prepared, NULL);
  password_wipe(copy);
  if (error == GSASL_OK)
    return 0;
  return error == GSASL_MALLOC_ERROR ? CMTA_E_MEMORY : CMTA_E_ARGUMENT;
}

/* What cannot be prepared is compared as it is. */
static bool fits_crypt(const char *hash, struct cmta_slice password) {
  char *prepared = NULL;
  if (password_prepare(password, false, &prepared) == CMTA_E_ARGUMENT)
    prepared = strndup(password.at, password.length);
  bool fits = prepared && crypt_matches(hash, prepared);
  password_wipe(prepared);
  return fits;
}

bool password_fits(const struct password_entry *entry, struct cmta_slice password) {
  if (password.length == 0 || memchr(password.at, '\0', password.length))
    return false;
  return entry->crypt ? fits_crypt(entry->crypt, password)
                      : password_matches(&entry->secret, password);
}

bool password_base64(char *text, struct cmta_slice *octets) {
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
