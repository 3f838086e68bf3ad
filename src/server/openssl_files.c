/* SPDX-License-Identifier: MIT */

/* Certificates, keys and OCSP responses out of files. */

#include "server/openssl_set.h"

#include <cmta/error.h>

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

/* Octets of an OCSP response at most. */
enum { MAX_STAPLE = 65536 };

static const char *reason_of(int error) {
  const char *reason = error ? strerror(error) : ERR_reason_error_string(ERR_peek_last_error());
  return reason ? reason : "cannot be used";
}

int complain_of(const struct complaint *complaint, const char *about, int error) {
  if (complaint->text && complaint->size) {
    snprintf(complaint->text, complaint->size, "%s: %s", about, reason_of(error));
    for (char *at = complaint->text; *at; at++)
      if ((unsigned char)*at < ' ' || *at == 0x7f)
        *at = '?';
  }
  ERR_clear_error();
  return CMTA_E_TLS;
}

/* Nobody is asked for a passphrase: there may be no terminal. */
static int no_passphrase(char *buffer, int size, int writing, void *context) {
  (void)buffer, (void)size, (void)writing, (void)context;
  return -1;
}

/* The certificate, and those behind it. What ends the file is no mistake. */
static int read_certificates(struct entry *entry, const char *path, FILE *file,
                             const struct complaint *complaint) {
  X509 *next;
  entry->certificate = PEM_read_X509_AUX(file, NULL, no_passphrase, NULL);
  entry->chain = sk_X509_new_null();
  if (!entry->certificate)
    return complain_of(complaint, path, 0);
  while (entry->chain && (next = PEM_read_X509(file, NULL, no_passphrase, NULL)))
    if (!sk_X509_push(entry->chain, next)) {
      X509_free(next);
      return CMTA_E_MEMORY;
    }
  bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (!entry->chain || !at_end)
    return entry->chain ? complain_of(complaint, path, 0) : CMTA_E_MEMORY;
  ERR_clear_error();
  return 0;
}

static int read_key(struct entry *entry, const char *path, FILE *file,
                    const struct complaint *complaint) {
  entry->key = PEM_read_PrivateKey(file, NULL, no_passphrase, NULL);
  if (!entry->key || X509_check_private_key(entry->certificate, entry->key) != 1)
    return complain_of(complaint, path, 0);
  return 0;
}

static int read_staple(struct entry *entry, const char *path, FILE *file,
                       const struct complaint *complaint) {
  entry->staple = OPENSSL_malloc(MAX_STAPLE);
  if (!entry->staple)
    return CMTA_E_MEMORY;
  size_t length = fread(entry->staple, 1, MAX_STAPLE, file);
  entry->staple_length = (long)length;
  if (length == 0 || length == MAX_STAPLE)
    return complain_of(complaint, path, ferror(file) ? errno : EINVAL);
  return 0;
}

typedef int reader(struct entry *entry, const char *path, FILE *file,
                   const struct complaint *complaint);

static int read_file(struct entry *entry, const char *path, reader *read,
                     const struct complaint *complaint) {
  ERR_clear_error();
  FILE *file = fopen(path, "re");
  if (!file)
    return complain_of(complaint, path, errno);
  int error = read(entry, path, file, complaint);
  fclose(file);
  return error;
}

int entry_read(struct entry *entry, const struct cmta_certificate *files,
               const struct complaint *complaint) {
  int error = read_file(entry, files->certificate, read_certificates, complaint);
  if (error == 0)
    error = read_file(entry, files->key ? files->key : files->certificate, read_key, complaint);
  if (error == 0 && files->staple)
    error = read_file(entry, files->staple, read_staple, complaint);
  return error;
}

bool certificate_is_for(X509 *certificate, const char *name) {
  return X509_check_host(certificate, name, 0, 0, NULL) == 1 ||
         X509_check_ip_asc(certificate, name, 0) == 1;
}
