/* SPDX-License-Identifier: MIT */

/* Sets: one SSL_CTX for each certificate, all with the same rules; which one a client gets is
 * decided by the name that it asks for. */

#include "server/openssl_set.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

/* ---- What OpenSSL asks during a handshake ---- */

/* The entry whose certificate is for a name, or the first. */
static struct entry *entry_for(struct set *set, const char *name) {
  for (size_t i = 0; i < set->count; i++)
    if (certificate_is_for(set->entries[i].certificate, name))
      return &set->entries[i];
  return &set->entries[0];
}

/* The set of whom the application chooses, or NULL. The connection holds it. */
static struct set *choose(SSL *ssl, const struct set *set, const char *name) {
  struct cmta_tls *chosen = set->choose ? set->choose(set->user, name) : NULL;
  struct tls_state *state = SSL_get_app_data(ssl);
  set_release(state->chosen);
  state->chosen = chosen ? chosen->set : NULL;
  if (state->chosen)
    set_hold(state->chosen);
  return state->chosen;
}

/* Clients that ask for a name get its certificate, and the rules that go with it. */
static int on_server_name(SSL *ssl, int *alert, void *context) {
  struct set *set = context;
  const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  (void)alert;
  if (!name)
    return SSL_TLSEXT_ERR_NOACK;
  struct set *chosen = choose(ssl, set, name);
  SSL_CTX *found = entry_for(chosen ? chosen : set, name)->context;
  SSL_set_SSL_CTX(ssl, found);
  SSL_set_verify(ssl, SSL_CTX_get_verify_mode(found), SSL_CTX_get_verify_callback(found));
  return SSL_TLSEXT_ERR_OK;
}

static int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_length,
                   const unsigned char *in, unsigned in_length, void *context) {
  const struct set *set = context;
  unsigned char *found;
  (void)ssl;
  int result =
      SSL_select_next_proto(&found, out_length, set->alpn, set->alpn_length, in, in_length);
  *out = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* OpenSSL frees what it is given. */
static int on_status(SSL *ssl, void *context) {
  const struct set *set = context;
  const X509 *certificate = SSL_get_certificate(ssl);
  for (size_t i = 0; i < set->count; i++) {
    const struct entry *entry = &set->entries[i];
    if (!entry->staple || X509_cmp(entry->certificate, certificate) != 0)
      continue;
    unsigned char *copy = OPENSSL_memdup(entry->staple, (size_t)entry->staple_length);
    if (!copy)
      return SSL_TLSEXT_ERR_NOACK;
    SSL_set_tlsext_status_ocsp_resp(ssl, copy, entry->staple_length);
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

/* Nobody is refused for a certificate that leads nowhere: hooks see that it does not. */
static int take_any(int verified, X509_STORE_CTX *context) {
  (void)verified, (void)context;
  return 1;
}

/* ---- Rules ---- */

static int version_of(enum cmta_tls_version version) {
  static const int versions[] = {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};
  return versions[version];
}

static int set_versions(SSL_CTX *context, const struct cmta_tls_config *config,
                        const struct complaint *complaint) {
  if (!SSL_CTX_set_min_proto_version(context, version_of(config->minimum)) ||
      !SSL_CTX_set_max_proto_version(context, version_of(config->maximum)))
    return complain_of(complaint, "TLS version", 0);
  if (config->ciphers && !SSL_CTX_set_cipher_list(context, config->ciphers))
    return complain_of(complaint, config->ciphers, 0);
  if (config->suites && !SSL_CTX_set_ciphersuites(context, config->suites))
    return complain_of(complaint, config->suites, 0);
  if (config->groups && !SSL_CTX_set1_groups_list(context, config->groups))
    return complain_of(complaint, config->groups, 0);
  return 0;
}

/* Without session tickets there is no other way to come back: nothing is kept here. */
static void set_options(SSL_CTX *context, const struct cmta_tls *tls) {
  uint64_t options =
      SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE;
  if (!tls->config.tickets)
    options |= SSL_OP_NO_TICKET;
  SSL_CTX_set_options(context, options);
  SSL_CTX_set_num_tickets(context, tls->config.tickets ? 1 : 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

static int set_verification(SSL_CTX *context, const struct cmta_tls_config *config,
                            const struct complaint *complaint) {
  const char *file = config->client_authorities;
  if (config->client_certificate == CMTA_CLIENT_CERTIFICATE_NONE)
    return 0;
  if (file && (!SSL_CTX_load_verify_file(context, file) ||
               !SSL_add_file_cert_subjects_to_stack(SSL_CTX_get_client_CA_list(context), file)))
    return complain_of(complaint, file, 0);
  bool required = config->client_certificate == CMTA_CLIENT_CERTIFICATE_REQUIRED;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     required ? NULL : take_any);
  return 0;
}

static void set_callbacks(SSL_CTX *context, struct set *set) {
  SSL_CTX_set_tlsext_servername_callback(context, on_server_name);
  SSL_CTX_set_tlsext_servername_arg(context, set);
  SSL_CTX_set_tlsext_status_cb(context, on_status);
  SSL_CTX_set_tlsext_status_arg(context, set);
  if (set->alpn)
    SSL_CTX_set_alpn_select_cb(context, on_alpn, set);
}

/* ---- Contexts ---- */

static bool put_certificate(SSL_CTX *context, const struct entry *entry) {
  return SSL_CTX_use_cert_and_key(context, entry->certificate, entry->key, entry->chain, 1) == 1;
}

/* Whether a certificate is for one of the names of another. */
static bool is_for(X509 *certificate, const GENERAL_NAME *name) {
  const ASN1_STRING *text = name->type == GEN_DNS ? name->d.dNSName : name->d.iPAddress;
  const unsigned char *octets = ASN1_STRING_get0_data(text);
  size_t length = (size_t)ASN1_STRING_length(text);
  if (name->type == GEN_DNS)
    return X509_check_host(certificate, (const char *)octets, length, 0, NULL) == 1;
  return X509_check_ip(certificate, octets, length, 0) == 1;
}

/* Whether another certificate is for all names of this one, and its key of another kind: then a
   client may get either. Kinds of names that nobody asks for do not count. */
static bool goes_with(const struct entry *entry, const struct entry *other) {
  GENERAL_NAMES *names = X509_get_ext_d2i(entry->certificate, NID_subject_alt_name, NULL, NULL);
  bool all = EVP_PKEY_get_base_id(entry->key) != EVP_PKEY_get_base_id(other->key);
  int found = 0;
  for (int i = 0; all && i < sk_GENERAL_NAME_num(names); i++) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
    if (name->type != GEN_DNS && name->type != GEN_IPADD)
      continue;
    all = is_for(other->certificate, name);
    found++;
  }
  GENERAL_NAMES_free(names);
  return all && found;
}

static bool put_certificates(struct set *set, const struct entry *entry) {
  bool done = put_certificate(entry->context, entry);
  for (size_t i = 0; done && i < set->count; i++)
    if (&set->entries[i] != entry && goes_with(entry, &set->entries[i]))
      done = put_certificate(entry->context, &set->entries[i]);
  return done;
}

static int make_context(const struct cmta_tls *tls, struct set *set, struct entry *entry,
                        const struct complaint *complaint) {
  SSL_CTX *context = entry->context = SSL_CTX_new(TLS_server_method());
  if (!context)
    return CMTA_E_MEMORY;
  SSL_CTX_set_session_id_context(context, tls->id, sizeof tls->id);
  SSL_CTX_set_client_CA_list(context, sk_X509_NAME_new_null());
  set_options(context, tls);
  set_callbacks(context, set);
  int error = set_versions(context, &tls->config, complaint);
  if (error == 0)
    error = set_verification(context, &tls->config, complaint);
  if (error == 0 && !put_certificates(set, entry))
    error = complain_of(complaint, "certificate", 0);
  return error;
}

/* ---- Sets ---- */

static int read_entries(const struct cmta_tls *tls, struct set *set,
                        const struct complaint *complaint) {
  int error = 0;
  if (tls->own_certificate) {
    X509_up_ref(tls->own_certificate);
    EVP_PKEY_up_ref(tls->own_key);
    set->entries[0].certificate = tls->own_certificate;
    set->entries[0].key = tls->own_key;
    return 0;
  }
  for (size_t i = 0; error == 0 && i < set->count; i++)
    error = entry_read(&set->entries[i], &tls->config.certificates[i], complaint);
  return error;
}

/* Each name with its length in front; false without memory or for a name that cannot be. */
static bool lay_out_alpn(struct set *set, const char *names) {
  if (!names)
    return true;
  set->alpn = OPENSSL_zalloc(strlen(names) + 2);
  while (set->alpn && names[strspn(names, " ")]) {
    names += strspn(names, " ");
    size_t length = strcspn(names, " ");
    if (length > 255)
      return false;
    set->alpn[set->alpn_length] = (unsigned char)length;
    memcpy(set->alpn + set->alpn_length + 1, names, length);
    set->alpn_length += 1 + (unsigned)length;
    names += length;
  }
  return set->alpn && set->alpn_length;
}

static int fill(const struct cmta_tls *tls, struct set *set, const struct complaint *complaint) {
  set->choose = tls->config.choose;
  set->user = tls->config.user;
  set->method = socket_method_new();
  if (!set->method)
    return CMTA_E_MEMORY;
  if (!lay_out_alpn(set, tls->config.alpn))
    return CMTA_E_ARGUMENT;
  int error = read_entries(tls, set, complaint);
  for (size_t i = 0; error == 0 && i < set->count; i++)
    error = make_context(tls, set, &set->entries[i], complaint);
  return error;
}

int set_new(const struct cmta_tls *tls, struct set **set, const struct complaint *complaint) {
  size_t count = tls->own_certificate ? 1 : tls->config.certificate_count;
  struct set *made = OPENSSL_zalloc(sizeof *made + count * sizeof *made->entries);
  if (!made)
    return CMTA_E_MEMORY;
  made->references = 1;
  made->count = count;
  ERR_clear_error();
  int error = fill(tls, made, complaint);
  if (error) {
    set_release(made);
    return error;
  }
  *set = made;
  return 0;
}

void set_hold(struct set *set) { set->references++; }

static void entry_clear(struct entry *entry) {
  SSL_CTX_free(entry->context);
  X509_free(entry->certificate);
  EVP_PKEY_free(entry->key);
  sk_X509_pop_free(entry->chain, X509_free);
  OPENSSL_free(entry->staple);
}

void set_release(struct set *set) {
  if (!set || --set->references)
    return;
  for (size_t i = 0; i < set->count; i++)
    entry_clear(&set->entries[i]);
  BIO_meth_free(set->method);
  OPENSSL_free(set->alpn);
  OPENSSL_free(set);
}
