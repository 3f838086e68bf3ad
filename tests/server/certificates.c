/* SPDX-License-Identifier: MIT */

/* Keys and certificates of a test, and the folder in which they lie. */

#include "secure.h"

#include <criterion/criterion.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 64, PATH_SIZE = 96 };

static char folder[] = "/tmp/cmta-test-tls-XXXXXX";
static char paths[MOST][PATH_SIZE];
static struct identity identities[MOST];
static struct cmta_certificate certificates[MOST];
static struct cmta_tls *rules[MOST];
static size_t path_count, identity_count, certificate_count, rules_count;

/* ---- The folder ---- */

void secure_begin(void) { cr_assert_not_null(mkdtemp(folder)); }

void secure_end(void) {
  for (size_t i = 0; i < rules_count; i++)
    cmta_tls_free(rules[i]);
  for (size_t i = 0; i < identity_count; i++) {
    EVP_PKEY_free(identities[i].key);
    X509_free(identities[i].certificate);
  }
  for (size_t i = 0; i < path_count; i++)
    unlink(paths[i]);
  cr_expect_eq(rmdir(folder), 0);
}

const char *secure_path(const char *name) {
  cr_assert_lt(path_count, MOST);
  char *path = paths[path_count++];
  cr_assert_lt(snprintf(path, PATH_SIZE, "%s/%s", folder, name), PATH_SIZE);
  return path;
}

const char *secure_file(const char *name, const char *text) {
  const char *path = secure_path(name);
  FILE *file = fopen(path, "w");
  cr_assert_not_null(file);
  cr_assert_geq(fputs(text, file), 0);
  cr_assert_eq(fclose(file), 0);
  return path;
}

const char *secure_text_of(const struct identity *identity) {
  static char text[8192];
  FILE *file = fopen(identity->file, "r");
  cr_assert_not_null(file);
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  return text;
}

/* ---- Certificates ---- */

static void add(X509 *certificate, int kind, const char *value) {
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, kind, value);
  cr_assert(extension && X509_add_ext(certificate, extension, -1), "%s", value);
  X509_EXTENSION_free(extension);
}

static void add_names(X509 *certificate, const char *names) {
  X509_NAME *subject = X509_get_subject_name(certificate);
  char copy[256], value[512] = "", *rest;
  snprintf(copy, sizeof copy, "%s", names);
  for (char *name = strtok_r(copy, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
    bool is_address = name[strspn(name, "0123456789.:")] == '\0';
    size_t length = strlen(value);
    snprintf(value + length, sizeof value - length, "%s%s:%s", length ? "," : "",
             is_address ? "IP" : "DNS", name);
    if (length == 0)
      X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (unsigned char *)name, -1, -1, 0);
  }
  add(certificate, NID_subject_alt_name, value);
}

static X509 *certify(EVP_PKEY *key, const char *names, const struct identity *by) {
  X509 *certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), (long)identity_count + 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  add_names(certificate, names);
  X509_set_issuer_name(certificate, X509_get_subject_name(by ? by->certificate : certificate));
  if (!by)
    add(certificate, NID_basic_constraints, "critical,CA:TRUE");
  cr_assert(X509_sign(certificate, by ? by->key : key, EVP_sha256()));
  return certificate;
}

static const char *keep(const struct identity *identity) {
  char name[32];
  snprintf(name, sizeof name, "%zu.pem", identity_count);
  const char *path = secure_path(name);
  FILE *file = fopen(path, "w");
  cr_assert(file && PEM_write_X509(file, identity->certificate) &&
            PEM_write_PrivateKey(file, identity->key, NULL, NULL, 0, NULL, NULL));
  cr_assert_eq(fclose(file), 0);
  return path;
}

const struct identity *secure_issue(const char *names, enum key_kind kind,
                                    const struct identity *by) {
  cr_assert_lt(identity_count, MOST);
  struct identity *identity = &identities[identity_count];
  identity->key = kind == EC ? EVP_EC_gen("P-256") : EVP_RSA_gen(2048);
  identity->certificate = certify(identity->key, names, by);
  identity->file = keep(identity);
  identity_count++;
  return identity;
}

/* ---- OCSP ---- */

static OCSP_BASICRESP *word_on(const struct identity *of) {
  OCSP_BASICRESP *word = OCSP_BASICRESP_new();
  OCSP_CERTID *id = OCSP_cert_to_id(NULL, of->certificate, of->certificate);
  ASN1_TIME *now = X509_gmtime_adj(NULL, 0);
  cr_assert(OCSP_basic_add1_status(word, id, V_OCSP_CERTSTATUS_GOOD, 0, NULL, now, NULL));
  cr_assert(OCSP_basic_sign(word, of->certificate, of->key, EVP_sha256(), NULL, 0));
  ASN1_TIME_free(now);
  OCSP_CERTID_free(id);
  return word;
}

const char *secure_staple(const struct identity *of, int status) {
  OCSP_BASICRESP *word = status == 0 ? word_on(of) : NULL;
  OCSP_RESPONSE *response = OCSP_response_create(status, word);
  const char *path = secure_path("staple");
  BIO *file = BIO_new_file(path, "w");
  cr_assert(file && i2d_OCSP_RESPONSE_bio(file, response));
  BIO_free(file);
  OCSP_RESPONSE_free(response);
  OCSP_BASICRESP_free(word);
  return path;
}

/* ---- Rules ---- */

struct cmta_tls_config secure_config(const struct identity *const chosen[], size_t count) {
  struct cmta_tls_config config;
  cmta_tls_config_init(&config);
  cr_assert_leq(certificate_count + count, MOST);
  config.certificates = certificates + certificate_count;
  config.certificate_count = count;
  for (size_t i = 0; i < count; i++)
    certificates[certificate_count++] = (struct cmta_certificate){.certificate = chosen[i]->file};
  return config;
}

struct cmta_tls *secure_rules_of(const struct cmta_tls_config *config) {
  char why[256] = "";
  cr_assert_lt(rules_count, MOST);
  cr_assert_eq(cmta_tls_new(&rules[rules_count], config, why, sizeof why), 0, "%s", why);
  return rules[rules_count++];
}

struct cmta_tls *secure_rules(const struct identity *identity) {
  const struct cmta_tls_config config = secure_config(&identity, 1);
  return secure_rules_of(&config);
}
