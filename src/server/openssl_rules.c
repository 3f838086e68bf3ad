/* SPDX-License-Identifier: MIT */

/* The rules of a struct cmta_tls: whether they can be, and how OpenSSL is told them. */

#include "server/openssl_set.h"

#include <cmta/error.h>

#include <string.h>

/* ---- Whether they can be ---- */

static const char *certificates_flaw(const struct cmta_tls_config *config) {
  if (config->certificate_count && config->self_signed)
    return "self_signed: a certificate is made only where `certificates` has none";
  if (config->certificate_count == 0)
    return config->self_signed ? NULL : "certificates: there is none, and no `self_signed` either";
  if (!config->certificates)
    return "certificates: NULL, but `certificate_count` is not 0";
  for (size_t i = 0; i < config->certificate_count; i++)
    if (!config->certificates[i].certificate)
      return "certificates: one of them names no file with a certificate";
  return NULL;
}

static const char *versions_flaw(const struct cmta_tls_config *config) {
  if ((unsigned)config->minimum > CMTA_TLS_1_3)
    return "minimum: no version of enum cmta_tls_version";
  if ((unsigned)config->maximum > CMTA_TLS_1_3)
    return "maximum: no version of enum cmta_tls_version";
  return config->minimum > config->maximum ? "minimum: a version above `maximum`" : NULL;
}

static const char *clients_flaw(const struct cmta_tls_config *config) {
  const char *authorities = config->client_authorities;
  switch (config->client_certificate) {
  case CMTA_CLIENT_CERTIFICATE_NONE:
    return authorities ? "client_authorities: of no use while `client_certificate` asks for none"
                       : NULL;
  case CMTA_CLIENT_CERTIFICATE_ASKED:
    return NULL;
  case CMTA_CLIENT_CERTIFICATE_REQUIRED:
    return authorities ? NULL
                       : "client_certificate: REQUIRED lets nobody in without `client_authorities`";
  }
  return "client_certificate: no value of enum cmta_client_certificate";
}

int rules_check(const struct cmta_tls_config *config, const struct complaint *complaint) {
  const char *flaw = certificates_flaw(config);
  if (!flaw)
    flaw = versions_flaw(config);
  if (!flaw)
    flaw = clients_flaw(config);
  return flaw ? complain_of(complaint, CMTA_E_ARGUMENT, "%s", flaw) : 0;
}

/* ---- Versions and ciphers ---- */

static int version_of(enum cmta_tls_version version) {
  static const int versions[] = {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};
  return versions[version];
}

static int set_versions(SSL_CTX *context, const struct cmta_tls_config *config,
                        const struct complaint *complaint) {
  if (!SSL_CTX_set_min_proto_version(context, version_of(config->minimum)))
    return complain_of(complaint, CMTA_E_TLS, "minimum: a version that OpenSSL does not speak");
  if (!SSL_CTX_set_max_proto_version(context, version_of(config->maximum)))
    return complain_of(complaint, CMTA_E_TLS, "maximum: a version that OpenSSL does not speak");
  return 0;
}

/* A field that is a list of names. */
struct list {
  const char *field, *text; /* NULL: OpenSSL's default */
  const char *what;         /* that OpenSSL does not know */
  const char *between;      /* characters */
  const char *operators;    /* that begin a word which names nothing to be had */
  int (*set)(SSL_CTX *context, const char *text);
};

/* SSL_CTX_set1_groups_list() is a macro. */
static int set_groups(SSL_CTX *context, const char *text) {
  return (int)SSL_CTX_set1_groups_list(context, text);
}

/* Each word alone first: OpenSSL passes over names that it does not know, if it knows another. */
static int set_list(SSL_CTX *context, const struct list *list, const struct complaint *complaint) {
  char word[128];
  for (const char *at = list->text; at && *at;) {
    at += strspn(at, list->between);
    size_t length = strcspn(at, list->between);
    if (length && length < sizeof word && !strchr(list->operators, *at)) {
      memcpy(word, at, length);
      word[length] = '\0';
      if (!list->set(context, word))
        return complain_of(complaint, CMTA_E_TLS, "%s: OpenSSL knows no %s \"%s\"", list->field,
                           list->what, word);
    }
    at += length;
  }
  if (list->text && !list->set(context, list->text))
    return complain_of(complaint, CMTA_E_TLS, "%s: nothing is left of \"%s\"", list->field,
                       list->text);
  return 0;
}

static int set_lists(SSL_CTX *context, const struct cmta_tls_config *config,
                     const struct complaint *complaint) {
  const struct list lists[] = {
      {"ciphers", config->ciphers, "cipher up to TLS 1.2", ": ,;", "!-+@", SSL_CTX_set_cipher_list},
      {"suites", config->suites, "suite of TLS 1.3", ": ", "", SSL_CTX_set_ciphersuites},
      {"groups", config->groups, "group", ":", "?*-", set_groups},
  };
  int error = 0;
  for (size_t i = 0; error == 0 && i < sizeof lists / sizeof *lists; i++)
    error = set_list(context, &lists[i], complaint);
  return error;
}

/* ---- Clients' certificates ---- */

/* Nobody is refused for a certificate that leads nowhere: hooks see that it does not. */
static int take_any(int verified, X509_STORE_CTX *context) {
  (void)verified, (void)context;
  return 1;
}

/* Whether an authority before this one has its name: clients are shown each name once. */
static bool is_named(const STACK_OF(X509) * authorities, int number) {
  const X509_NAME *name = X509_get_subject_name(sk_X509_value(authorities, number));
  for (int i = 0; i < number; i++)
    if (X509_NAME_cmp(X509_get_subject_name(sk_X509_value(authorities, i)), name) == 0)
      return true;
  return false;
}

static int set_verification(SSL_CTX *context, const struct cmta_tls_config *config,
                            const STACK_OF(X509) * authorities) {
  if (config->client_certificate == CMTA_CLIENT_CERTIFICATE_NONE)
    return 0;
  for (int i = 0; i < sk_X509_num(authorities); i++) {
    X509 *authority = sk_X509_value(authorities, i);
    if (!X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority) ||
        (!is_named(authorities, i) && !SSL_CTX_add_client_CA(context, authority)))
      return CMTA_E_MEMORY;
  }
  bool required = config->client_certificate == CMTA_CLIENT_CERTIFICATE_REQUIRED;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     required ? NULL : take_any);
  return 0;
}

/* ---- All of them ---- */

/* Without session tickets there is no other way to come back: nothing is kept here. */
static void set_options(SSL_CTX *context, const struct cmta_tls_config *config) {
  uint64_t options = SSL_OP_CLEANSE_PLAINTEXT | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                     SSL_OP_CIPHER_SERVER_PREFERENCE;
  if (!config->tickets)
    options |= SSL_OP_NO_TICKET;
  SSL_CTX_set_options(context, options);
  SSL_CTX_set_num_tickets(context, config->tickets ? 1 : 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

int rules_set(SSL_CTX *context, const struct cmta_tls_config *config,
              const STACK_OF(X509) * authorities, const struct complaint *complaint) {
  set_options(context, config);
  int error = set_versions(context, config, complaint);
  if (error == 0)
    error = set_lists(context, config, complaint);
  return error ? error : set_verification(context, config, authorities);
}
