/* SPDX-License-Identifier: MIT */

/* Sets: one SSL_CTX for each certificate, all with the same rules; which one a client gets is
 * decided by the name that it asks for. */

#include "server/openssl_set.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

/* Octets of a name that a client can ask for, with its NUL. */
enum { NAME_ROOM = TLSEXT_MAXLEN_host_name + 1 };

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

/* Ties the session to the rules of a set: its ticket is worth nothing at others. False when it is
   one that has come back by a ticket of others. */
static bool tie(SSL *ssl, const struct set *set) {
  SSL_SESSION *session = SSL_get_session(ssl);
  unsigned length = 0;
  if (!session || !SSL_session_reused(ssl))
    return session && SSL_SESSION_set1_id_context(session, set->id, sizeof set->id);
  const unsigned char *id = SSL_SESSION_get0_id_context(session, &length);
  return length == sizeof set->id && memcmp(id, set->id, length) == 0;
}

/* The name that a client asks for, without the dot at its end that some send (RFC 6066 section 3
 * wants none). NULL: it asks for none. */
static const char *name_asked(SSL *ssl, char room[NAME_ROOM]) {
  const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  size_t length = name ? strlen(name) : 0;
  if (length < 2 || length >= NAME_ROOM || name[length - 1] != '.')
    return name;
  memcpy(room, name, length - 1);
  room[length - 1] = '\0';
  return room;
}

/* Clients that ask for a name get its certificate, and the rules that go with it. OpenSSL looks at
   tickets before names, so that one for other rules would lead round these. */
static int on_server_name(SSL *ssl, int *alert, void *context) {
  struct set *set = context;
  char room[NAME_ROOM];
  const char *name = name_asked(ssl, room);
  if (!name)
    return SSL_TLSEXT_ERR_NOACK;
  struct set *chosen = choose(ssl, set, name);
  if (!tie(ssl, chosen ? chosen : set)) {
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
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

/* ---- Contexts ---- */

static void set_callbacks(SSL_CTX *context, struct set *set) {
  SSL_CTX_set_tlsext_servername_callback(context, on_server_name);
  SSL_CTX_set_tlsext_servername_arg(context, set);
  SSL_CTX_set_tlsext_status_cb(context, on_status);
  SSL_CTX_set_tlsext_status_arg(context, set);
  if (set->alpn)
    SSL_CTX_set_alpn_select_cb(context, on_alpn, set);
}

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

static int make_context(const struct cmta_tls *tls, struct set *set, size_t number,
                        const struct complaint *complaint) {
  struct entry *entry = &set->entries[number];
  SSL_CTX *context = entry->context = SSL_CTX_new(TLS_server_method());
  if (!context)
    return CMTA_E_MEMORY;
  SSL_CTX_set_session_id_context(context, set->id, sizeof set->id);
  SSL_CTX_set_client_CA_list(context, sk_X509_NAME_new_null());
  set_callbacks(context, set);
  int error = rules_set(context, &tls->config, set->authorities, complaint);
  if (error || put_certificates(set, entry))
    return error;
  return complain_of(complaint, CMTA_E_TLS, "%s: OpenSSL does not allow this certificate: %s",
                     tls->own_certificate ? "self_signed"
                                          : tls->config.certificates[number].certificate,
                     openssl_reason());
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

/* Each name with its length in front. */
static int lay_out_alpn(struct set *set, const char *names, const struct complaint *complaint) {
  if (!names)
    return 0;
  set->alpn = OPENSSL_zalloc(strlen(names) + 2);
  while (set->alpn && names[strspn(names, " ")]) {
    names += strspn(names, " ");
    size_t length = strcspn(names, " ");
    if (length > 255)
      return complain_of(complaint, CMTA_E_ARGUMENT, "alpn: a name of more than 255 octets");
    set->alpn[set->alpn_length] = (unsigned char)length;
    memcpy(set->alpn + set->alpn_length + 1, names, length);
    set->alpn_length += 1 + (unsigned)length;
    names += length;
  }
  if (set->alpn && !set->alpn_length)
    return complain_of(complaint, CMTA_E_ARGUMENT, "alpn: no name in it");
  return set->alpn ? 0 : CMTA_E_MEMORY;
}

static int fill(const struct cmta_tls *tls, struct set *set, const struct complaint *complaint) {
  memcpy(set->id, tls->id, sizeof set->id);
  set->choose = tls->config.choose;
  set->user = tls->config.user;
  set->method = socket_method_new();
  if (!set->method)
    return CMTA_E_MEMORY;
  int error = lay_out_alpn(set, tls->config.alpn, complaint);
  if (error == 0)
    error = read_entries(tls, set, complaint);
  if (error == 0 && tls->config.client_authorities)
    error = authorities_read(tls->config.client_authorities, &set->authorities, complaint);
  for (size_t i = 0; error == 0 && i < set->count; i++)
    error = make_context(tls, set, i, complaint);
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
  sk_X509_pop_free(set->authorities, X509_free);
  OPENSSL_free(set->alpn);
  OPENSSL_free(set);
}
