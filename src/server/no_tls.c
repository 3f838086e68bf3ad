/* SPDX-License-Identifier: MIT */

/* What a library without TLS says of it. */

#include <cmta/tls.h>

#include <stdio.h>

void cmta_tls_config_init(struct cmta_tls_config *config) {
  *config = (struct cmta_tls_config){
      .size = sizeof *config, .minimum = CMTA_TLS_1_2, .maximum = CMTA_TLS_1_3, .tickets = true};
}

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

void cmta_tls_free(struct cmta_tls *tls) { (void)tls; }

int cmta_session_tls_export(const struct cmta_session *session, const char *label, void *key,
                            size_t length) {
  (void)session, (void)label, (void)key, (void)length;
  return CMTA_E_STATE;
}
