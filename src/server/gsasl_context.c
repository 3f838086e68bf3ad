/* SPDX-License-Identifier: MIT */

/* What GNU SASL asks in the middle of a step: about the channel, and about the user's secret. */

#include "server/gsasl_mechanism.h"
#include "server/secret.h"

#include <cmta/tls.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Octets of the key for channel binding (RFC 9266 section 2). */
enum { BINDING = 32 };

static int set_base64(Gsasl_session *exchange, Gsasl_property property, struct cmta_slice octets) {
  char *text = NULL;
  size_t length;
  int error = gsasl_base64_to(octets.at, octets.length, &text, &length);
  if (error == GSASL_OK) {
    error = gsasl_property_set_raw(exchange, property, text, length);
    explicit_bzero(text, length);
  }
  gsasl_free(text);
  return error;
}

/* Whether the form of a mechanism that binds is offered to this client. */
static bool is_offered_bound(const struct mechanism *mechanism) {
  char bound[32];
  snprintf(bound, sizeof bound, "%s-PLUS", mechanism->row->name);
  for (const char *list = cmta_session_mechanisms(mechanism->session); *list;
       list += strspn(list, " ")) {
    size_t length = strcspn(list, " ");
    if (length == strlen(bound) && memcmp(list, bound, length) == 0)
      return true;
    list += length;
  }
  return false;
}

/* A client that could bind and believes that it was not offered is refused (RFC 5802 section 6), so
   nothing is said of binding to a mechanism whose other form is not on offer. */
static int set_binding(struct mechanism *mechanism) {
  char key[BINDING];
  const char label[] = "EXPORTER-Channel-Binding";
  bool binds = mechanism->row->binds || is_offered_bound(mechanism);
  if (!binds || !mechanism_can_bind(mechanism->session) ||
      cmta_session_tls_export(mechanism->session, label, key, sizeof key) != 0)
    return GSASL_NO_CALLBACK;
  return set_base64(mechanism->exchange, GSASL_CB_TLS_EXPORTER,
                    (struct cmta_slice){key, sizeof key});
}

/* Whether the secret has keys of the mechanism's own hash. */
static bool has_keys(const struct mechanism *mechanism) {
  const char *hash = mechanism->secret->hash;
  return hash && strcmp(hash, scram_hash(mechanism->row->name)) == 0;
}

static unsigned iterations_of(const struct mechanism *mechanism) {
  unsigned iterations = has_keys(mechanism) ? mechanism->secret->iterations : 0;
  return iterations ? iterations : SCRAM_ITERATIONS;
}

static int set_iterations(struct mechanism *mechanism) {
  char text[16];
  snprintf(text, sizeof text, "%u", iterations_of(mechanism));
  return gsasl_property_set(mechanism->exchange, GSASL_SCRAM_ITER, text);
}

static int set_salt(struct mechanism *mechanism) {
  char salt[SALT_SIZE];
  if (has_keys(mechanism))
    return set_base64(mechanism->exchange, GSASL_SCRAM_SALT, mechanism->secret->salt);
  scram_salt(mechanism->context, mechanism->row->name, mechanism->user, salt);
  return set_base64(mechanism->exchange, GSASL_SCRAM_SALT, (struct cmta_slice){salt, sizeof salt});
}

/* GNU SASL leaves copies of passwords in memory that it gives back: so SCRAM gets keys, which are
 * made here, and CRAM-MD5 alone, which can use nothing else, a password. */
static int set_password(struct mechanism *mechanism) {
  struct cmta_slice password = mechanism->secret->password;
  if (!password.at || !mechanism->row->server_first)
    return GSASL_NO_PASSWORD;
  return gsasl_property_set_raw(mechanism->exchange, GSASL_PASSWORD, password.at, password.length);
}

/* Makes the keys of a password in clear, by the salt that the client was shown. */
static bool make_keys(struct mechanism *mechanism) {
  const char *hash = scram_hash(mechanism->row->name);
  char salt[SALT_SIZE], *prepared = NULL;
  scram_salt(mechanism->context, mechanism->row->name, mechanism->user, salt);
  mechanism->has_keys =
      mechanism->secret->password.at &&
      password_prepare(mechanism->secret->password, true, &prepared) == 0 &&
      scram_keys_make(&mechanism->keys, hash, prepared, (struct cmta_slice){salt, sizeof salt},
                      iterations_of(mechanism));
  password_wipe(prepared);
  return mechanism->has_keys;
}

static int set_key(struct mechanism *mechanism, Gsasl_property property, struct cmta_slice key,
                   const char *made) {
  if (has_keys(mechanism))
    return set_base64(mechanism->exchange, property, key);
  if (!mechanism->has_keys && !make_keys(mechanism))
    return GSASL_NO_CALLBACK;
  size_t length = secret_key_length(scram_hash(mechanism->row->name));
  return set_base64(mechanism->exchange, property, (struct cmta_slice){made, length});
}

static int set_secret(struct mechanism *mechanism, Gsasl_property property) {
  const struct cmta_secret *secret = mechanism->secret;
  mechanism->asks |= !secret;
  if (!secret)
    return GSASL_NO_CALLBACK;
  switch (property) {
  case GSASL_SCRAM_ITER:
    return set_iterations(mechanism);
  case GSASL_SCRAM_SALT:
    return set_salt(mechanism);
  case GSASL_SCRAM_STOREDKEY:
    return set_key(mechanism, property, secret->stored_key, mechanism->keys.stored);
  case GSASL_SCRAM_SERVERKEY:
    return set_key(mechanism, property, secret->server_key, mechanism->keys.server);
  default:
    return set_password(mechanism);
  }
}

static int on_question(Gsasl *gsasl, Gsasl_session *exchange, Gsasl_property property) {
  struct mechanism *mechanism = gsasl_session_hook_get(exchange);
  if (!mechanism)
    mechanism = gsasl_callback_hook_get(gsasl);
  mechanism->exchange = exchange;
  switch (property) {
  case GSASL_VALIDATE_SIMPLE:
  case GSASL_VALIDATE_EXTERNAL:
    mechanism->claims = true;
    return GSASL_OK;
  case GSASL_CB_TLS_EXPORTER:
    return set_binding(mechanism);
  case GSASL_SCRAM_ITER:
  case GSASL_SCRAM_SALT:
  case GSASL_SCRAM_STOREDKEY:
  case GSASL_SCRAM_SERVERKEY:
  case GSASL_PASSWORD:
    return set_secret(mechanism, property);
  default:
    return GSASL_NO_CALLBACK;
  }
}

struct mechanisms_context *mechanisms_context_new(void) {
  struct mechanisms_context *context = calloc(1, sizeof *context);
  if (!context)
    return NULL;
  if (gsasl_init(&context->gsasl) != GSASL_OK ||
      gsasl_random(context->key, sizeof context->key) != GSASL_OK) {
    mechanisms_context_free(context);
    return NULL;
  }
  gsasl_callback_set(context->gsasl, on_question);
  return context;
}

void mechanisms_context_free(struct mechanisms_context *context) {
  if (!context)
    return;
  if (context->gsasl)
    gsasl_done(context->gsasl);
  explicit_bzero(context->key, sizeof context->key);
  free(context);
}
