/* SPDX-License-Identifier: MIT */

/* A certificate that nobody has signed but its own key, for tests. */

#include "server/openssl_set.h"

#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

/* How long it is good: from an hour ago, as clocks differ, for ten years. */
static const long FROM_SECONDS = -3600, FOR_SECONDS = 10L * 365 * 24 * 3600;

/* Bits of its serial number (RFC 5280 section 4.1.2.2 allows 20 octets). */
enum { SERIAL_BITS = 127, MAX_NAMES = 2000, MAX_COMMON_NAME = 64 };

static bool set_serial(X509 *certificate) {
  BIGNUM *number = BN_new();
  bool done = number && BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
              BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
  return done;
}

/* The subject, which is the issuer, is the first name, as much of it as a common name may have
 * (RFC 5280 appendix A.1). */
static bool set_names(X509 *certificate, const char *names) {
  X509_NAME *name = X509_get_subject_name(certificate);
  int length = (int)strcspn(names, " ");
  if (length > MAX_COMMON_NAME)
    length = MAX_COMMON_NAME;
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)names, length,
                                    -1, 0) &&
         X509_set_issuer_name(certificate, name);
}

static bool add_extension(X509 *certificate, int kind, const char *value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
  bool added = extension && X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  return added;
}

static bool is_address(const char *name) {
  unsigned char address[16];
  return inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
}

/* "DNS:localhost,IP:127.0.0.1" of "localhost 127.0.0.1". */
static bool add_alternative_names(X509 *certificate, const char *names) {
  char copy[MAX_NAMES], value[2 * MAX_NAMES] = "", *rest = copy;
  size_t length = 0;
  if (strlen(names) >= sizeof copy || strchr(names, ','))
    return false;
  strcpy(copy, names);
  for (char *name = strtok_r(copy, " ", &rest); name; name = strtok_r(NULL, " ", &rest))
    length += (size_t)snprintf(value + length, sizeof value - length, "%s%s:%s", length ? "," : "",
                               is_address(name) ? "IP" : "DNS", name);
  return length && add_extension(certificate, NID_subject_alt_name, value);
}

static bool fill(X509 *certificate, EVP_PKEY *key, const char *names) {
  return X509_set_version(certificate, X509_VERSION_3) && set_serial(certificate) &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), FROM_SECONDS) &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), FOR_SECONDS) &&
         X509_set_pubkey(certificate, key) && set_names(certificate, names) &&
         add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE") &&
         add_extension(certificate, NID_subject_key_identifier, "hash") &&
         add_alternative_names(certificate, names) && X509_sign(certificate, key, EVP_sha256());
}

bool self_signed_new(const char *names, EVP_PKEY **key, X509 **certificate) {
  names += strspn(names, " ");
  *key = EVP_EC_gen("P-256");
  *certificate = X509_new();
  if (*key && *certificate && fill(*certificate, *key, names))
    return true;
  EVP_PKEY_free(*key);
  X509_free(*certificate);
  *key = NULL;
  *certificate = NULL;
  return false;
}
