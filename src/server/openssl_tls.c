/* SPDX-License-Identifier: MIT */

/* struct cmta_tls: made, reloaded and freed. */

#include "server/openssl_set.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

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

static bool is_sound(const struct cmta_tls_config *config) {
  bool certified = config->certificate_count;
  if (certified && !config->certificates)
    return false;
  for (size_t i = 0; certified && i < config->certificate_count; i++)
    if (!config->certificates[i].certificate)
      return false;
  return (certified || config->self_signed) && (unsigned)config->minimum <= CMTA_TLS_1_3 &&
         (unsigned)config->maximum <= CMTA_TLS_1_3 && config->minimum <= config->maximum &&
         (unsigned)config->client_certificate <= CMTA_CLIENT_CERTIFICATE_REQUIRED;
}

static int fill(struct cmta_tls *tls, const struct complaint *complaint) {
  if (!copy_config(&tls->config))
    return CMTA_E_MEMORY;
  if (RAND_bytes(tls->id, sizeof tls->id) != 1)
    return complain_of(complaint, "random numbers", 0);
  bool own = tls->config.certificate_count == 0;
  if (own && !self_signed_new(tls->config.self_signed, &tls->own_key, &tls->own_certificate))
    return complain_of(complaint, tls->config.self_signed, 0);
  return renew_set(tls, complaint);
}

int cmta_tls_new(struct cmta_tls **tls, const struct cmta_tls_config *config, char *why,
                 size_t size) {
  struct cmta_tls_config chosen;
  struct complaint complaint = {why, size};
  cmta_tls_config_init(&chosen);
  if (!tls || !config || config->size < sizeof config->size || config->size > sizeof chosen)
    return CMTA_E_ARGUMENT;
  memcpy(&chosen, config, config->size);
  if (!is_sound(&chosen))
    return CMTA_E_ARGUMENT;
  struct cmta_tls *made = calloc(1, sizeof *made);
  if (!made)
    return CMTA_E_MEMORY;
  made->config = chosen;
  int error = fill(made, &complaint);
  if (error) {
    cmta_tls_free(made);
    return error;
  }
  *tls = made;
  return 0;
}

int cmta_tls_reload(struct cmta_tls *tls, char *why, size_t size) {
  struct complaint complaint = {why, size};
  return tls ? renew_set(tls, &complaint) : CMTA_E_ARGUMENT;
}

const char *cmta_tls_certificate(const struct cmta_tls *tls) { return tls ? tls->pem : NULL; }

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
