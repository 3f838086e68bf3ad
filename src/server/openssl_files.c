/* SPDX-License-Identifier: MIT */

/*
 * Certificates, keys, authorities and OCSP responses out of files. Each is read as a whole, so that
 * OpenSSL opens none; then whatever is wrong is told in words, as OpenSSL's own are of its parts.
 */

#include "server/openssl_set.h"

#include <cmta/error.h>

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Octets of a file in the form PEM, and of an OCSP response, at most. */
enum { MAX_PEM = 1 << 24, MAX_STAPLE = 65535 };

/* ---- Complaints ---- */

int complain_of(const struct complaint *complaint, int error, const char *format, ...) {
  if (complaint->text && complaint->size) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(complaint->text, complaint->size, format, arguments);
    va_end(arguments);
    for (char *at = complaint->text; *at; at++)
      if ((unsigned char)*at < ' ' || *at == 0x7f)
        *at = '?';
  }
  ERR_clear_error();
  return error;
}

const char *openssl_reason(void) {
  const char *reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason ? reason : "OpenSSL does not say why";
}

/* ---- Files ---- */

/* A file, read. Its octets may be a key: they are wiped. */
struct file {
  const char *path;
  unsigned char *octets;
  size_t length, room;
  BIO *bio; /* of the octets */
};

/* What is wrong with the file that is open, or NULL. */
static const char *flaw_of(const struct stat *status, size_t most) {
  if (S_ISDIR(status->st_mode))
    return "a directory, no regular file";
  if (S_ISFIFO(status->st_mode))
    return "a pipe, no regular file, which could be read again";
  if (!S_ISREG(status->st_mode))
    return "no regular file";
  return (size_t)status->st_size > most ? "too large" : NULL;
}

/* Reads until the end of the file, or until the block is full. */
static bool read_octets(struct file *file, int fd) {
  ssize_t count = 1;
  while (file->length < file->room && count) {
    count = read(fd, file->octets + file->length, file->room - file->length);
    if (count < 0 && errno != EINTR)
      return false;
    file->length += count > 0 ? (size_t)count : 0;
  }
  return true;
}

/* One octet more than there should be is asked for: nobody may write meanwhile. */
static int take_file(struct file *file, int fd, size_t most, const struct complaint *complaint) {
  struct stat status;
  if (fstat(fd, &status) != 0)
    return complain_of(complaint, CMTA_E_TLS, "%s: %s", file->path, strerror(errno));
  const char *flaw = flaw_of(&status, most);
  if (flaw)
    return complain_of(complaint, CMTA_E_TLS, "%s: %s", file->path, flaw);
  file->room = (size_t)status.st_size + 1;
  file->octets = OPENSSL_malloc(file->room);
  if (!file->octets)
    return CMTA_E_MEMORY;
  if (!read_octets(file, fd))
    return complain_of(complaint, CMTA_E_TLS, "%s: %s", file->path, strerror(errno));
  if (file->length != file->room - 1)
    return complain_of(complaint, CMTA_E_TLS, "%s: has changed while it was read", file->path);
  file->bio = BIO_new_mem_buf(file->octets, (int)file->length);
  return file->bio ? 0 : CMTA_E_MEMORY;
}

/* A FIFO or a terminal is opened without waiting, and refused then. */
static int file_open(struct file *file, const char *path, size_t most,
                     const struct complaint *complaint) {
  *file = (struct file){.path = path};
  ERR_clear_error();
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    return complain_of(complaint, CMTA_E_TLS, "%s: %s", path, strerror(errno));
  int error = take_file(file, fd, most, complaint);
  close(fd);
  return error;
}

static void file_close(struct file *file) {
  BIO_free(file->bio);
  OPENSSL_clear_free(file->octets, file->room);
}

/* ---- What is in them ---- */

/* Nobody is asked for a passphrase: there may be no terminal. That one is wanted is noted. */
static int no_passphrase(char *buffer, int size, int writing, void *context) {
  bool *wanted = context;
  (void)buffer, (void)size, (void)writing;
  if (wanted)
    *wanted = true;
  return -1;
}

/* All of the file's. What stands between them is no mistake. */
static int read_certificates(const struct file *file, STACK_OF(X509) * *certificates,
                             const struct complaint *complaint) {
  X509 *next;
  *certificates = sk_X509_new_null();
  while (*certificates && (next = PEM_read_bio_X509_AUX(file->bio, NULL, no_passphrase, NULL)))
    if (!sk_X509_push(*certificates, next)) {
      X509_free(next);
      return CMTA_E_MEMORY;
    }
  if (!*certificates)
    return CMTA_E_MEMORY;
  int count = sk_X509_num(*certificates);
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
    return complain_of(complaint, CMTA_E_TLS, "%s: certificate %d of it is damaged", file->path,
                       count + 1);
  if (count == 0)
    return complain_of(complaint, CMTA_E_TLS, "%s: no PEM certificate in it", file->path);
  ERR_clear_error();
  return 0;
}

/* ---- Entries ---- */

typedef int reader(struct entry *entry, const struct cmta_certificate *files,
                   const struct file *file, const struct complaint *complaint);

static int read_chain(struct entry *entry, const struct cmta_certificate *files,
                      const struct file *file, const struct complaint *complaint) {
  (void)files;
  int error = read_certificates(file, &entry->chain, complaint);
  if (error == 0)
    entry->certificate = sk_X509_shift(entry->chain);
  return error;
}

/* Why there is no key: OpenSSL would say "unsupported" of each. */
static const char *key_flaw(const struct file *file, bool wants_passphrase) {
  static const char label[] = "PRIVATE KEY-----";
  if (wants_passphrase)
    return "its private key has a passphrase, for which nobody is asked";
  if (!memmem(file->octets, file->length, label, sizeof label - 1))
    return "no PEM private key in it";
  return "its private key is damaged, or of a kind that OpenSSL does not know";
}

static int read_key(struct entry *entry, const struct cmta_certificate *files,
                    const struct file *file, const struct complaint *complaint) {
  bool wants_passphrase = false;
  entry->key = PEM_read_bio_PrivateKey(file->bio, NULL, no_passphrase, &wants_passphrase);
  if (!entry->key)
    return complain_of(complaint, CMTA_E_TLS, "%s: %s%s", file->path,
                       key_flaw(file, wants_passphrase),
                       files->key ? "" : ", and no other file is named for it");
  if (X509_check_private_key(entry->certificate, entry->key) != 1)
    return complain_of(complaint, CMTA_E_TLS,
                       "%s: its private key is not that of the first "
                       "certificate in %s",
                       file->path, files->certificate);
  return 0;
}

/* Whether a response speaks of a certificate, which its serial number tells. */
static bool is_about(OCSP_RESPONSE *response, const X509 *certificate) {
  OCSP_BASICRESP *basic = OCSP_response_get1_basic(response);
  bool found = false;
  for (int i = 0; basic && i < OCSP_resp_count(basic); i++) {
    const OCSP_CERTID *id = OCSP_SINGLERESP_get0_id(OCSP_resp_get0(basic, i));
    ASN1_INTEGER *serial = NULL;
    OCSP_id_get0_info(NULL, NULL, NULL, &serial, (OCSP_CERTID *)id);
    found |= ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(certificate)) == 0;
  }
  OCSP_BASICRESP_free(basic);
  return found;
}

/* What is wrong with a response that takes all the octets of its file, or none (NULL). */
static const char *staple_flaw(OCSP_RESPONSE *response, bool is_whole, const X509 *certificate) {
  if (!response || !is_whole)
    return "no OCSP response in DER";
  if (OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
    return "an OCSP response that says no more than that there is none";
  return is_about(response, certificate) ? NULL : "an OCSP response about another certificate";
}

static int read_staple(struct entry *entry, const struct cmta_certificate *files,
                       const struct file *file, const struct complaint *complaint) {
  const unsigned char *end = file->octets;
  (void)files;
  OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &end, (long)file->length);
  bool is_whole = end == file->octets + file->length;
  const char *flaw = staple_flaw(response, is_whole, entry->certificate);
  OCSP_RESPONSE_free(response);
  if (flaw)
    return complain_of(complaint, CMTA_E_TLS, "%s: %s", file->path, flaw);
  entry->staple = OPENSSL_memdup(file->octets, file->length);
  entry->staple_length = (long)file->length;
  return entry->staple ? 0 : CMTA_E_MEMORY;
}

static int read_part(struct entry *entry, const struct cmta_certificate *files, const char *path,
                     reader *read_it, const struct complaint *complaint) {
  struct file file;
  size_t most = read_it == read_staple ? MAX_STAPLE : MAX_PEM;
  int error = file_open(&file, path, most, complaint);
  if (error == 0)
    error = read_it(entry, files, &file, complaint);
  file_close(&file);
  return error;
}

int entry_read(struct entry *entry, const struct cmta_certificate *files,
               const struct complaint *complaint) {
  const char *key = files->key ? files->key : files->certificate;
  int error = read_part(entry, files, files->certificate, read_chain, complaint);
  if (error == 0)
    error = read_part(entry, files, key, read_key, complaint);
  if (error == 0 && files->staple)
    error = read_part(entry, files, files->staple, read_staple, complaint);
  return error;
}

int authorities_read(const char *path, STACK_OF(X509) * *authorities,
                     const struct complaint *complaint) {
  struct file file;
  int error = file_open(&file, path, MAX_PEM, complaint);
  if (error == 0)
    error = read_certificates(&file, authorities, complaint);
  file_close(&file);
  return error;
}

bool certificate_is_for(X509 *certificate, const char *name) {
  return X509_check_host(certificate, name, 0, 0, NULL) == 1 ||
         X509_check_ip_asc(certificate, name, 0) == 1;
}
