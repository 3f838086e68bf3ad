/* SPDX-License-Identifier: MIT */

/* Certificates of clients, each its own authority. */

#include "own_certificate.h"

#include <criterion/criterion.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static X509 *signed_for(const char *common_name, EVP_PKEY *key) {
  X509 *certificate = X509_new();
  X509_NAME *name = X509_get_subject_name(certificate);
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1,
                             0);
  X509_set_issuer_name(certificate, name);
  X509_set_pubkey(certificate, key);
  cr_assert_gt(X509_sign(certificate, key, EVP_sha256()), 0);
  return certificate;
}

void certificate_make(const char *common_name, char path[CERTIFICATE_PATH]) {
  snprintf(path, CERTIFICATE_PATH, "/tmp/cmta-certificate-XXXXXX");
  int fd = mkstemp(path);
  cr_assert_geq(fd, 0);
  FILE *file = fdopen(fd, "w");
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *certificate = signed_for(common_name, key);
  PEM_write_X509(file, certificate);
  PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
  cr_assert_eq(fclose(file), 0);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

void certificate_drop(const char *path) { unlink(path); }
