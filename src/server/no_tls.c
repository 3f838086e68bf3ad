/* SPDX-License-Identifier: MIT */

/* What a library without TLS says of it. */

#include "server/tls.h"

#include <stdio.h>

int cmta_tls_new(struct cmta_tls **tls, const struct cmta_tls_config *config, char *why,
                 size_t size) {
  (void)config;
  if (why && size)
    snprintf(why, size, "this library was built without TLS");
  if (tls)
    *tls = NULL;
  return tls ? CMTA_E_UNSUPPORTED : CMTA_E_ARGUMENT;
}

int cmta_tls_reload(struct cmta_tls *tls, char *why, size_t size) {
  return cmta_tls_new(&tls, NULL, why, size);
}

const char *cmta_tls_certificate(const struct cmta_tls *tls) {
  (void)tls;
  return NULL;
}

int cmta_tls_validity(const struct cmta_tls *tls, size_t certificate, int64_t *from,
                      int64_t *until) {
  (void)tls, (void)certificate, (void)from, (void)until;
  return CMTA_E_ARGUMENT;
}

void cmta_tls_free(struct cmta_tls *tls) { (void)tls; }

bool tls_begin(struct cmta_tls *tls, struct channel *channel) {
  (void)tls, (void)channel;
  return false;
}

struct cmta_tls_facts tls_facts(const struct channel *channel, struct tls_texts *texts) {
  (void)channel, (void)texts;
  return (struct cmta_tls_facts){"", "", "", "", "", "", false, ""};
}

int tls_export(const struct channel *channel, const char *label, void *key, size_t length) {
  (void)channel, (void)label, (void)key, (void)length;
  return CMTA_E_STATE;
}
