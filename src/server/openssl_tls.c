/* SPDX-License-Identifier: MIT */

/* struct cmta_tls: made, reloaded and freed. */

#include "server/openssl_set.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- Copies ---- */

static bool copy_text(const char **text) {
  char *copy = *text ? strdup(*text) : NULL;
  bool done = copy || !*text;
  *text = copy;
  return done;
}

static bool copy_certificate(struct cmta_certificate *certificate) {
  bool done = copy_text(&certificate->certificate);
  done &= copy_text(&certificate->key);
  return copy_text(&certificate->staple) && done;
}

/* The table becomes a copy; without memory the parts that there are can be freed. */
static bool copy_certificates(struct cmta_tls_config *config) {
  size_t count = config->certificate_count;
  struct cmta_certificate *copies = calloc(count ? count : 1, sizeof *copies);
  const struct cmta_certificate *given = config->certificates;
  config->certificates = copies;
  config->certificate_count = 0;
  if (!copies)
    return false;
  bool done = true;
  for (size_t i = 0; i < count; i++) {
    copies[i] = given[i];
    done &= copy_certificate(&copies[i]);
    config->certificate_count++;
  }
  return done;
}

static bool copy_config(struct cmta_tls_config *config) {
  bool done = copy_certificates(config);
  done &= copy_text(&config->self_signed);
  done &= copy_text(&config->ciphers);
  done &= copy_text(&config->suites);
  done &= copy_text(&config->groups);
  done &= copy_text(&config->client_authorities);
  return copy_text(&config->alpn) && done;
}

static void free_config(struct cmta_tls_config *config) {
  for (size_t i = 0; i < config->certificate_count; i++) {
    const struct cmta_certificate *certificate = &config->certificates[i];
    free((void *)certificate->certificate);
    free((void *)certificate->key);
    free((void *)certificate->staple);
  }
  free((void *)config->certificates);
  free((void *)config->self_signed);
  free((void *)config->ciphers);
  free((void *)config->suites);
  free((void *)config->groups);
  free((void *)config->client_authorities);
  free((void *)config->alpn);
}

/* ---- Life ---- */

/* The certificate as text, from malloc(); NULL without memory. */
static char *pem_of(X509 *certificate) {
  BIO *bio = BIO_new(BIO_s_mem());
  char *bytes, *pem = NULL;
  if (bio && PEM_write_bio_X509(bio, certificate)) {
    long length = BIO_get_mem_data(bio, &bytes);
    pem = strndup(bytes, (size_t)length);
  }
  BIO_free(bio);
  return pem;
}

static int renew_set(struct cmta_tls *tls, const struct complaint *complaint) {
  struct set *set;
  int error = set_new(tls, &set, complaint);
  if (error)
    return error;
  set_release(tls->set);
  tls->set = set;
  free(tls->pem);
  tls->pem = pem_of(set->entries[0].certificate);
  return 0;
}

static int fill(struct cmta_tls *tls, const struct complaint *complaint) {
  if (!copy_config(&tls->config))
    return CMTA_E_MEMORY;
  if (RAND_bytes(tls->id, sizeof tls->id) != 1)
    return complain_of(complaint, CMTA_E_TLS, "OpenSSL has no random numbers: %s",
                       openssl_reason());
  bool own = tls->config.certificate_count == 0;
  if (own && !self_signed_new(tls->config.self_signed, &tls->own_key, &tls->own_certificate))
    return complain_of(complaint, CMTA_E_TLS,
                       "self_signed: no certificate can be made for the names \"%s\"",
                       tls->config.self_signed);
  return renew_set(tls, complaint);
}

/* What nobody has told yet. Returns the error. */
static int complain_at_last(const struct complaint *complaint, int error) {
  if (error && complaint->text && complaint->size && !*complaint->text)
    complain_of(complaint, error, "%s", cmta_strerror(error));
  return error;
}

static struct complaint complaint_new(char *why, size_t size) {
  if (why && size)
    *why = '\0';
  return (struct complaint){why, size};
}

/* The configuration that a program chose, which may know less of it. */
static int read_config(struct cmta_tls_config *chosen, const struct cmta_tls_config *config,
                       const struct complaint *complaint) {
  cmta_tls_config_init(chosen);
  if (!config)
    return complain_of(complaint, CMTA_E_ARGUMENT, "config: NULL");
  if (config->size < sizeof config->size || config->size > sizeof *chosen)
    return complain_of(complaint, CMTA_E_ARGUMENT,
                       "config: `size` is not what cmta_tls_config_init() makes it");
  memcpy(chosen, config, config->size);
  return rules_check(chosen, complaint);
}

static int tls_new(struct cmta_tls **tls, const struct cmta_tls_config *config,
                   const struct complaint *complaint) {
  struct cmta_tls_config chosen;
  int error = read_config(&chosen, config, complaint);
  if (error)
    return error;
  struct cmta_tls *made = calloc(1, sizeof *made);
  if (!made)
    return CMTA_E_MEMORY;
  made->config = chosen;
  error = fill(made, complaint);
  if (error) {
    cmta_tls_free(made);
    return error;
  }
  *tls = made;
  return 0;
}

int cmta_tls_new(struct cmta_tls **tls, const struct cmta_tls_config *config, char *why,
                 size_t size) {
  struct complaint complaint = complaint_new(why, size);
  if (!tls)
    return complain_of(&complaint, CMTA_E_ARGUMENT, "tls: NULL");
  return complain_at_last(&complaint, tls_new(tls, config, &complaint));
}

int cmta_tls_reload(struct cmta_tls *tls, char *why, size_t size) {
  struct complaint complaint = complaint_new(why, size);
  if (!tls)
    return complain_of(&complaint, CMTA_E_ARGUMENT, "tls: NULL");
  return complain_at_last(&complaint, renew_set(tls, &complaint));
}

const char *cmta_tls_certificate(const struct cmta_tls *tls) { return tls ? tls->pem : NULL; }

static int64_t seconds_of(const ASN1_TIME *time) {
  struct tm parts;
  return ASN1_TIME_to_tm(time, &parts) ? timegm(&parts) : 0;
}

int cmta_tls_validity(const struct cmta_tls *tls, size_t certificate, int64_t *from,
                      int64_t *until) {
  if (!tls || certificate >= tls->set->count)
    return CMTA_E_ARGUMENT;
  const X509 *found = tls->set->entries[certificate].certificate;
  if (from)
    *from = seconds_of(X509_get0_notBefore(found));
  if (until)
    *until = seconds_of(X509_get0_notAfter(found));
  return 0;
}

void cmta_tls_free(struct cmta_tls *tls) {
  if (!tls)
    return;
  set_release(tls->set);
  X509_free(tls->own_certificate);
  EVP_PKEY_free(tls->own_key);
  free_config(&tls->config);
  free(tls->pem);
  free(tls);
}
