/* SPDX-License-Identifier: MIT */

/*
 * Exchanges, by GNU SASL. It asks in the middle of a step and wants its answer at once; an
 * authenticator may take its time. So the first try of a step that needs a secret only finds out
 * whose, and what it made is thrown away; nothing of it was sent.
 */

#include "server/bearer.h"
#include "server/mechanism.h"

#include <cmta/tls.h>

#include <gsasl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Steps of an exchange at most: a client may say nothing for ever. */
enum { MAX_STEPS = 8 };

/* Octets of the key for channel binding (RFC 9266 section 2), and as base64 with a NUL. */
enum { BINDING = 32 };

struct mechanisms_context {
  Gsasl *gsasl;
  char key[16]; /* what unknown users' salts are made with */
};

struct mechanism {
  const struct mechanism_row *row;
  const struct cmta_session *session;
  Gsasl *gsasl;
  Gsasl_session *exchange; /* NULL for bearer tokens */
  char *output;            /* of the last step, from gsasl */
  char *said;              /* by the client, in the step in hand, with a NUL behind it; or NULL */
  size_t said_length;
  struct bearer bearer;             /* slices of `said` */
  char *user;                       /* of a bearer, decoded */
  const struct cmta_secret *secret; /* while a step has one */
  unsigned steps;
  bool asks;    /* a secret was needed */
  bool claims;  /* it was asked whether a claim is true */
  bool refuses; /* the bearer was told why, and the exchange ends with the next step */
};

/* ---- What GNU SASL asks ---- */

static int set_base64(Gsasl_session *exchange, Gsasl_property property, struct cmta_slice octets) {
  char *text = NULL;
  size_t length;
  int error = gsasl_base64_to(octets.at, octets.length, &text, &length);
  if (error == GSASL_OK)
    error = gsasl_property_set_raw(exchange, property, text, length);
  gsasl_free(text);
  return error;
}

static int set_binding(struct mechanism *mechanism) {
  char key[BINDING];
  const char label[] = "EXPORTER-Channel-Binding";
  if (cmta_session_tls_export(mechanism->session, label, key, sizeof key) != 0)
    return GSASL_NO_CALLBACK;
  return set_base64(mechanism->exchange, GSASL_CB_TLS_EXPORTER,
                    (struct cmta_slice){key, sizeof key});
}

static int set_iterations(struct mechanism *mechanism) {
  char text[16];
  const struct cmta_secret *secret = mechanism->secret;
  if (!secret->hash)
    return GSASL_NO_CALLBACK;
  snprintf(text, sizeof text, "%u", secret->iterations);
  return gsasl_property_set(mechanism->exchange, GSASL_SCRAM_ITER, text);
}

static int set_password(struct mechanism *mechanism) {
  struct cmta_slice password = mechanism->secret->password;
  if (!password.at)
    return GSASL_NO_PASSWORD;
  return gsasl_property_set_raw(mechanism->exchange, GSASL_PASSWORD, password.at, password.length);
}

/* Keys of the mechanism's own hash; without them the password is asked for. */
static int set_key(struct mechanism *mechanism, Gsasl_property property, struct cmta_slice key) {
  const char *hash = mechanism->secret->hash;
  return hash ? set_base64(mechanism->exchange, property, key) : GSASL_NO_CALLBACK;
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
    return set_key(mechanism, property, secret->salt);
  case GSASL_SCRAM_STOREDKEY:
    return set_key(mechanism, property, secret->stored_key);
  case GSASL_SCRAM_SERVERKEY:
    return set_key(mechanism, property, secret->server_key);
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

/* ---- Life ---- */

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

/* Some mechanisms ask when they start, before the exchange can have a hook: then that of the
 * context counts. */
static bool start(struct mechanism *mechanism) {
  gsasl_callback_hook_set(mechanism->gsasl, mechanism);
  if (gsasl_server_start(mechanism->gsasl, mechanism->row->name, &mechanism->exchange) != GSASL_OK)
    return false;
  gsasl_session_hook_set(mechanism->exchange, mechanism);
  return true;
}

struct mechanism *mechanism_new(struct mechanisms_context *context, const struct mechanism_row *row,
                                const struct cmta_session *session) {
  struct mechanism *mechanism = calloc(1, sizeof *mechanism);
  if (!mechanism)
    return NULL;
  mechanism->row = row;
  mechanism->session = session;
  mechanism->gsasl = context->gsasl;
  if (row->need == NEEDS_TOKEN || start(mechanism))
    return mechanism;
  free(mechanism);
  return NULL;
}

static void wipe_text(char *text, size_t length) {
  if (text)
    explicit_bzero(text, length);
  free(text);
}

static void forget_output(struct mechanism *mechanism) {
  gsasl_free(mechanism->output);
  mechanism->output = NULL;
}

/* GNU SASL wipes nothing, but what it has been given can be overwritten in its place. */
static void finish(struct mechanism *mechanism) {
  static const Gsasl_property secrets[] = {GSASL_PASSWORD, GSASL_SCRAM_STOREDKEY,
                                           GSASL_SCRAM_SERVERKEY, GSASL_SCRAM_SALTED_PASSWORD};
  for (size_t i = 0; mechanism->exchange && i < sizeof secrets / sizeof *secrets; i++) {
    char *text = (char *)gsasl_property_fast(mechanism->exchange, secrets[i]);
    if (text)
      explicit_bzero(text, strlen(text));
  }
  if (mechanism->exchange)
    gsasl_finish(mechanism->exchange);
  mechanism->exchange = NULL;
}

void mechanism_end(struct mechanism *mechanism) {
  if (!mechanism)
    return;
  forget_output(mechanism);
  finish(mechanism);
  wipe_text(mechanism->said, mechanism->said_length);
  free(mechanism->user);
  free(mechanism);
}

/* ---- Steps ---- */

static enum mechanism_result result_of(const struct mechanism *mechanism, int error) {
  if (mechanism->asks)
    return MECHANISM_ASKS;
  switch (error) {
  case GSASL_NEEDS_MORE:
    return MECHANISM_CHALLENGES;
  case GSASL_OK:
    return mechanism->claims ? MECHANISM_CLAIMS : MECHANISM_PROVES;
  case GSASL_MALLOC_ERROR:
    return MECHANISM_STARVES;
  case GSASL_MECHANISM_PARSE_ERROR:
  case GSASL_SASLPREP_ERROR:
    return MECHANISM_BAFFLED;
  default:
    return MECHANISM_REFUSES;
  }
}

/* What LOGIN asks for has no RFC; clients look for the words that all servers use. */
static struct cmta_slice prompt(const struct mechanism *mechanism, struct cmta_slice output) {
  if (strcmp(mechanism->row->name, "LOGIN") != 0 || output.length == 0)
    return output;
  const char *text = output.at[0] == 'U' ? "Username:" : "Password:";
  return (struct cmta_slice){text, strlen(text)};
}

/* Takes the step in hand. */
static enum mechanism_result step(struct mechanism *mechanism, struct cmta_slice *output) {
  size_t length = 0;
  forget_output(mechanism);
  mechanism->asks = false;
  int error = gsasl_step(mechanism->exchange, mechanism->said, mechanism->said_length,
                         &mechanism->output, &length);
  *output = prompt(mechanism, (struct cmta_slice){mechanism->output, length});
  return result_of(mechanism, error);
}

/* The words of RFC 7628 section 3.2.2; XOAUTH2 has its own. */
static struct cmta_slice bearer_error(const struct mechanism *mechanism) {
  bool standard = strcmp(mechanism->row->name, "OAUTHBEARER") == 0;
  const char *text = standard ? "{\"status\":\"invalid_token\"}"
                              : "{\"status\":\"401\",\"schemes\":\"bearer\",\"scope\":\"\"}";
  return (struct cmta_slice){text, strlen(text)};
}

/* "=2C" and "=3D" become what they stand for (RFC 5801 section 4); XOAUTH2 has no such thing. */
static char *decode_name(const struct mechanism *mechanism, struct cmta_slice name) {
  char *text = strndup(name.length ? name.at : "", name.length), *to = text;
  if (!text || strcmp(mechanism->row->name, "OAUTHBEARER") != 0)
    return text;
  for (const char *from = text; *from; from++)
    if (*from == '=') {
      *to++ = from[1] == '2' ? ',' : '=';
      from += 2;
    } else {
      *to++ = *from;
    }
  *to = '\0';
  return text;
}

static enum mechanism_result bearer_step(struct mechanism *mechanism, struct cmta_slice *output) {
  struct cmta_slice said = {mechanism->said, mechanism->said_length};
  bool standard = strcmp(mechanism->row->name, "OAUTHBEARER") == 0;
  *output = (struct cmta_slice){0};
  if (mechanism->refuses)
    return MECHANISM_REFUSES;
  if (!said.at)
    return MECHANISM_CHALLENGES;
  if (!(standard ? bearer_read_oauthbearer : bearer_read_xoauth2)(said, &mechanism->bearer))
    return MECHANISM_BAFFLED;
  free(mechanism->user);
  mechanism->user = decode_name(mechanism, mechanism->bearer.user);
  return mechanism->user ? MECHANISM_CLAIMS : MECHANISM_STARVES;
}

/* An initial response where the server speaks first is out of place (RFC 4954 section 4). */
static bool is_out_of_place(const struct mechanism *mechanism, struct cmta_slice said) {
  return mechanism->row->server_first && mechanism->steps == 0 && said.length;
}

static bool keep_said(struct mechanism *mechanism, struct cmta_slice said) {
  wipe_text(mechanism->said, mechanism->said_length);
  mechanism->said = said.at ? calloc(1, said.length + 1) : NULL;
  mechanism->said_length = said.length;
  if (mechanism->said)
    memcpy(mechanism->said, said.at, said.length);
  return mechanism->said || !said.at;
}

/* LOGIN asks before it listens: who says the name with AUTH is asked for it unheard. */
static enum mechanism_result skip_prompt(struct mechanism *mechanism, struct cmta_slice said,
                                         struct cmta_slice *output) {
  bool early = strcmp(mechanism->row->name, "LOGIN") == 0 && mechanism->steps == 0 && said.length;
  return early ? step(mechanism, output) : MECHANISM_CHALLENGES;
}

enum mechanism_result mechanism_step(struct mechanism *mechanism, struct cmta_slice said,
                                     struct cmta_slice *output) {
  if (is_out_of_place(mechanism, said))
    return MECHANISM_BAFFLED;
  if (skip_prompt(mechanism, said, output) != MECHANISM_CHALLENGES || !keep_said(mechanism, said))
    return MECHANISM_STARVES;
  if (mechanism->steps++ == MAX_STEPS)
    return MECHANISM_REFUSES;
  return mechanism->exchange ? step(mechanism, output) : bearer_step(mechanism, output);
}

/* CRAM-MD5 has sent its challenge and goes on where it is; SCRAM begins anew, and what it makes for
 * itself is new, too. */
enum mechanism_result mechanism_learn(struct mechanism *mechanism, const struct cmta_secret *secret,
                                      struct cmta_slice *output) {
  if (!mechanism->row->server_first) {
    finish(mechanism);
    if (!start(mechanism))
      return MECHANISM_STARVES;
  }
  mechanism->secret = secret;
  return step(mechanism, output);
}

struct cmta_slice mechanism_refuse(struct mechanism *mechanism) {
  mechanism->refuses = mechanism->row->need == NEEDS_TOKEN;
  return mechanism->refuses ? bearer_error(mechanism) : (struct cmta_slice){0};
}

/* ---- Claims ---- */

static const char *property(const struct mechanism *mechanism, Gsasl_property property) {
  const char *text = gsasl_property_fast(mechanism->exchange, property);
  return text ? text : "";
}

static struct cmta_credentials bearer_claim(const struct mechanism *mechanism) {
  return (struct cmta_credentials){.mechanism = mechanism->row->name,
                                   .kind = CMTA_CREDENTIAL_TOKEN,
                                   .user = mechanism->user,
                                   .authorization = "",
                                   .secret = mechanism->bearer.token};
}

struct cmta_credentials mechanism_claim(const struct mechanism *mechanism) {
  if (!mechanism->exchange)
    return bearer_claim(mechanism);
  const char *password = property(mechanism, GSASL_PASSWORD);
  struct cmta_credentials claim = {.mechanism = mechanism->row->name,
                                   .kind = CMTA_CREDENTIAL_PASSWORD,
                                   .user = property(mechanism, GSASL_AUTHID),
                                   .authorization = property(mechanism, GSASL_AUTHZID),
                                   .secret = {password, strlen(password)}};
  if (mechanism->row->need == NEEDS_CERTIFICATE) {
    claim.kind = CMTA_CREDENTIAL_CERTIFICATE;
    claim.user = cmta_session_tls(mechanism->session)->peer_subject;
    claim.secret = (struct cmta_slice){0};
  }
  if (strcmp(claim.user, claim.authorization) == 0)
    claim.authorization = "";
  return claim;
}

/* ---- Unknown users ---- */

/* Salt and keys are made of the name and a random key, by the one function that there is for it:
 * nobody can tell them from real ones, and they stay the same. */
struct cmta_secret mechanism_unknown(const struct mechanisms_context *context,
                                     const char *mechanism, const char *name,
                                     char room[UNKNOWN_ROOM]) {
  bool old = strncmp(mechanism, "SCRAM-SHA-1", strlen("SCRAM-SHA-1")) == 0;
  char salted[GSASL_HASH_MAX_SIZE], client_key[GSASL_HASH_MAX_SIZE];
  char server_key[GSASL_HASH_MAX_SIZE], stored_key[GSASL_HASH_MAX_SIZE];
  memset(room, 0, UNKNOWN_ROOM);
  (void)gsasl_scram_secrets_from_password(GSASL_HASH_SHA256, name, 1, context->key,
                                          sizeof context->key, salted, client_key, server_key,
                                          stored_key);
  size_t length = old ? 20 : 32;
  memcpy(room, stored_key, 16);
  memcpy(room + 16, server_key, length);
  return (struct cmta_secret){.hash = old ? "SHA-1" : "SHA-256",
                              .iterations = 10000,
                              .salt = {room, 16},
                              .stored_key = {room + 16, length},
                              .server_key = {room + 16, length}};
}
