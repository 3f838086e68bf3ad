/* SPDX-License-Identifier: MIT */

/* A line of a password file, written. */

#include "server/password.h"
#include "server/secret.h"

#include <gsasl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

enum { SALT = 16 };

/* What has been prepared for a line. */
struct request {
  char *entry;
  size_t size;
  char *name, *password;
  unsigned iterations; /* 0 unless somebody asked for them */
};

/* ---- SCRAM ---- */

/* Base64 behind a comma. False when it does not fit. */
static bool append(char *line, size_t size, const char *octets, size_t length) {
  char *text = NULL;
  size_t used = strlen(line), octets_of_text = 0;
  if (gsasl_base64_to(octets, length, &text, &octets_of_text) != GSASL_OK)
    return false;
  bool fits = octets_of_text + 2 <= size - used;
  if (fits)
    snprintf(line + used, size - used, ",%s", text);
  password_wipe(text);
  return fits;
}

ptrdiff_t scram_entry(char *entry, size_t size, const char *name, const char *password,
                      const char *hash, struct cmta_slice salt, unsigned iterations) {
  size_t length = secret_key_length(hash);
  char what[256] = "";
  struct scram_keys keys;
  bool made = scram_keys_make(&keys, hash, password, salt, iterations) &&
              append(what, sizeof what, salt.at, salt.length) &&
              append(what, sizeof what, keys.stored, length) &&
              append(what, sizeof what, keys.server, length);
  int written = snprintf(entry, size, "%s:{SCRAM-%s}%u%s", name, hash, iterations, what);
  explicit_bzero(&keys, sizeof keys);
  explicit_bzero(what, sizeof what);
  return made ? written : CMTA_E_MEMORY;
}

/* A password with code points that Unicode 3.2 does not know may be prepared otherwise, or refused,
 * by a client (RFC 3454 section 7). It has been prepared once as one that is kept; GNU SASL 2.2
 * takes its flag for this the other way round, so it is asked both ways. */
static int check_scram(const char *password) {
  char *prepared = NULL;
  int error = password_prepare((struct cmta_slice){password, strlen(password)}, false, &prepared);
  password_wipe(prepared);
  return error;
}

static ptrdiff_t write_scram(const struct request *request, const char *hash) {
  char salt[SALT];
  unsigned iterations = request->iterations ? request->iterations : SCRAM_ITERATIONS;
  int error = check_scram(request->password);
  if (error)
    return error;
  if (getrandom(salt, sizeof salt, 0) != (ssize_t)sizeof salt)
    return CMTA_E_SYSTEM;
  return scram_entry(request->entry, request->size, request->name, request->password, hash,
                     (struct cmta_slice){salt, sizeof salt}, iterations);
}

/* ---- Schemes ---- */

static ptrdiff_t write_scram_sha_256(const struct request *request) {
  return write_scram(request, "SHA-256");
}

static ptrdiff_t write_scram_sha_1(const struct request *request) {
  return write_scram(request, "SHA-1");
}

static ptrdiff_t write_plain(const struct request *request) {
  if (request->iterations)
    return CMTA_E_ARGUMENT;
  return snprintf(request->entry, request->size, "%s:{PLAIN}%s", request->name, request->password);
}

static ptrdiff_t write_crypt(const struct request *request) {
  char hash[CRYPT_ROOM];
  int error = request->iterations ? CMTA_E_ARGUMENT : crypt_make(request->password, hash);
  if (error)
    return error;
  int length = snprintf(request->entry, request->size, "%s:{CRYPT}%s", request->name, hash);
  explicit_bzero(hash, sizeof hash);
  return length;
}

typedef ptrdiff_t writer(const struct request *request);

/* NULL for a scheme that is not known. */
static writer *writer_of(const char *scheme) {
  static writer *const writers[SCHEMES] = {[SCHEME_SCRAM_SHA_256] = write_scram_sha_256,
                                           [SCHEME_SCRAM_SHA_1] = write_scram_sha_1,
                                           [SCHEME_PLAIN] = write_plain,
                                           [SCHEME_CRYPT] = write_crypt};
  for (size_t i = 0; i < SCHEMES; i++)
    if (strcmp(cmta_password_scheme(i), scheme) == 0)
      return writers[i];
  return NULL;
}

/* ---- Names and passwords ---- */

static int prepare(const char *text, char **prepared) {
  int error = password_prepare((struct cmta_slice){text, strlen(text)}, true, prepared);
  if (error)
    return error;
  return **prepared ? 0 : CMTA_E_ARGUMENT;
}

/* A name with a colon would end early, one with '#' in front be no line. */
static int prepare_both(struct request *request, const char *name, const char *password) {
  int error = prepare(name, &request->name);
  if (error == 0 && (*request->name == '#' || strchr(request->name, ':')))
    error = CMTA_E_ARGUMENT;
  return error ? error : prepare(password, &request->password);
}

ptrdiff_t cmta_password_entry(char *entry, size_t size, const char *name, const char *password,
                              const char *scheme, unsigned iterations) {
  struct request request = {.entry = entry, .size = size, .iterations = iterations};
  writer *write = writer_of(scheme ? scheme : cmta_password_scheme(SCHEME_SCRAM_SHA_256));
  if (!name || !password || !write || (!entry && size) || iterations > CMTA_SCRAM_MAX_ITERATIONS)
    return CMTA_E_ARGUMENT;
  ptrdiff_t result = prepare_both(&request, name, password);
  if (result == 0)
    result = write(&request);
  password_wipe(request.name);
  password_wipe(request.password);
  return result;
}
