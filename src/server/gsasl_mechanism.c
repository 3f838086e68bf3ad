/* SPDX-License-Identifier: MIT */

/*
 * GNU SASL asks in the middle of a step and wants its answer at once; an authenticator may take its
 * time. So the first try of a step that needs a secret only finds out whose, and what it made is
 * thrown away; nothing of it was sent.
 */

#include "server/gsasl_mechanism.h"

#include <stdlib.h>
#include <string.h>

/* Steps of an exchange at most: a client may say nothing for ever. */
enum { MAX_STEPS = 8 };

/* ---- Life ---- */

/* Some mechanisms ask when they start, before the exchange can have a hook: then that of the
 * context counts. */
static bool start(struct mechanism *mechanism) {
  Gsasl *gsasl = mechanism->context->gsasl;
  gsasl_callback_hook_set(gsasl, mechanism);
  if (gsasl_server_start(gsasl, mechanism->row->name, &mechanism->exchange) != GSASL_OK)
    mechanism->exchange = NULL;
  else
    gsasl_session_hook_set(mechanism->exchange, mechanism);
  return mechanism->exchange;
}

struct mechanism *mechanism_new(struct mechanisms_context *context, const struct mechanism_row *row,
                                const struct cmta_session *session) {
  struct mechanism *mechanism = calloc(1, sizeof *mechanism);
  if (!mechanism)
    return NULL;
  mechanism->row = row;
  mechanism->session = session;
  mechanism->context = context;
  mechanism->bearer = bearer_form_of(row->name);
  if (mechanism->bearer || start(mechanism))
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

static void forget_names(struct mechanism *mechanism) {
  free(mechanism->user);
  free(mechanism->authorization);
  mechanism->user = mechanism->authorization = NULL;
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

void mechanism_forget(struct mechanism *mechanism) {
  wipe_text(mechanism->said, mechanism->said_length);
  password_wipe(mechanism->password);
  mechanism->said = mechanism->password = NULL;
  mechanism->said_length = 0;
  mechanism->token = (struct cmta_slice){0};
  explicit_bzero(&mechanism->keys, sizeof mechanism->keys);
}

void mechanism_end(struct mechanism *mechanism) {
  if (!mechanism)
    return;
  forget_output(mechanism);
  finish(mechanism);
  mechanism_forget(mechanism);
  forget_names(mechanism);
  free(mechanism);
}

/* ---- Claims ---- */

/* A name as it is compared (RFC 4013), from malloc(): one that is not UTF-8 or has control bytes is
 * none. NULL with what is wrong in *result. */
static char *prepare(const char *name, enum mechanism_result *result) {
  char *prepared = NULL, *copy = NULL;
  int error = gsasl_saslprep(name, GSASL_ALLOW_UNASSIGNED, &prepared, NULL);
  if (error == GSASL_OK)
    copy = strdup(prepared);
  gsasl_free(prepared);
  if (!copy)
    *result =
        error == GSASL_OK || error == GSASL_MALLOC_ERROR ? MECHANISM_STARVES : MECHANISM_BAFFLED;
  return copy;
}

static const char *property(const struct mechanism *mechanism, Gsasl_property property) {
  const char *text =
      mechanism->exchange ? gsasl_property_fast(mechanism->exchange, property) : NULL;
  return text ? text : "";
}

/* Keeps the names that a step has brought. Returns its result, or what is wrong with them. */
static enum mechanism_result take_names(struct mechanism *mechanism, const char *user,
                                        const char *authorization, enum mechanism_result result) {
  forget_names(mechanism);
  mechanism->user = prepare(user, &result);
  if (mechanism->user)
    mechanism->authorization = prepare(authorization, &result);
  return result;
}

struct cmta_credentials mechanism_claim(const struct mechanism *mechanism) {
  const char *password = mechanism->password ? mechanism->password : "";
  struct cmta_credentials claim = {.mechanism = mechanism->row->name,
                                   .kind = CMTA_CREDENTIAL_PASSWORD,
                                   .user = mechanism->user ? mechanism->user : "",
                                   .authorization = "",
                                   .secret = {password, strlen(password)}};
  if (mechanism->authorization && strcmp(claim.user, mechanism->authorization) != 0)
    claim.authorization = mechanism->authorization;
  if (mechanism->row->need == NEEDS_CERTIFICATE) {
    claim.kind = CMTA_CREDENTIAL_CERTIFICATE;
    claim.secret = (struct cmta_slice){0};
  } else if (mechanism->bearer) {
    claim.kind = CMTA_CREDENTIAL_TOKEN;
    claim.secret = mechanism->token;
  }
  return claim;
}

/* ---- Passwords ---- */

static bool is_login(const struct mechanism *mechanism) {
  return strcmp(mechanism->row->name, "LOGIN") == 0;
}

/* Where the password begins in what the client says: behind the second NUL of PLAIN (RFC 4616
 * section 2), and what LOGIN has asked for as such. NULL: there is none. */
static char *password_in(const struct mechanism *mechanism) {
  char *said = mechanism->said;
  if (mechanism->row->need != NEEDS_PASSWORD || !said)
    return NULL;
  if (is_login(mechanism))
    return mechanism->output && mechanism->output[0] == 'P' ? said : NULL;
  char *first = memchr(said, '\0', mechanism->said_length);
  size_t behind = first ? mechanism->said_length - (size_t)(first + 1 - said) : 0;
  char *second = first ? memchr(first + 1, '\0', behind) : NULL;
  return second ? second + 1 : NULL;
}

/* GNU SASL leaves copies of what it reads in memory that it gives back: so it reads as many other
 * letters in place of the password. NULs stay, for which it refuses. False without memory. */
static bool hide_password(struct mechanism *mechanism) {
  char *at = password_in(mechanism);
  if (!at)
    return true;
  char *end = mechanism->said + mechanism->said_length;
  password_wipe(mechanism->password);
  mechanism->password = strndup(at, (size_t)(end - at));
  for (; at < end; at++)
    *at = *at ? 'x' : '\0';
  return mechanism->password;
}

/* PLAIN brings it prepared, LOGIN as it was typed. */
static enum mechanism_result take_password(struct mechanism *mechanism) {
  char *prepared = NULL;
  if (is_login(mechanism) || !mechanism->password)
    return MECHANISM_CLAIMS;
  struct cmta_slice typed = {mechanism->password, strlen(mechanism->password)};
  int error = password_prepare(typed, false, &prepared);
  password_wipe(mechanism->password);
  mechanism->password = prepared;
  if (error == 0)
    return MECHANISM_CLAIMS;
  return error == CMTA_E_MEMORY ? MECHANISM_STARVES : MECHANISM_BAFFLED;
}

/* ---- Steps ---- */

/* Once there is a secret, it is that which cannot be prepared, and nobody has such a password. */
static enum mechanism_result result_of(const struct mechanism *mechanism, int error) {
  if (error == GSASL_SASLPREP_ERROR && mechanism->secret)
    return MECHANISM_REFUSES;
  switch (error) {
  case GSASL_NEEDS_MORE:
    return MECHANISM_CHALLENGES;
  case GSASL_OK:
    return MECHANISM_PROVES;
  case GSASL_MALLOC_ERROR:
    return MECHANISM_STARVES;
  case GSASL_MECHANISM_PARSE_ERROR:
  case GSASL_SASLPREP_ERROR:
    return MECHANISM_BAFFLED;
  default:
    return MECHANISM_REFUSES;
  }
}

/* The claim of who shows a certificate, as far as that leads to an authority. */
static enum mechanism_result take_subject(struct mechanism *mechanism) {
  const struct cmta_tls_facts *tls = cmta_session_tls(mechanism->session);
  if (!tls || !tls->peer_verified)
    return MECHANISM_REFUSES;
  return take_names(mechanism, tls->peer_subject, property(mechanism, GSASL_AUTHZID),
                    MECHANISM_CLAIMS);
}

/* Whose claim it is, once there is one. */
static enum mechanism_result take_claim(struct mechanism *mechanism, enum mechanism_result result) {
  const char *user = property(mechanism, GSASL_AUTHID);
  const char *authorization = property(mechanism, GSASL_AUTHZID);
  if (mechanism->asks)
    return take_names(mechanism, user, authorization, MECHANISM_ASKS);
  if (!mechanism->claims || result != MECHANISM_PROVES)
    return result;
  if (mechanism->row->need == NEEDS_CERTIFICATE)
    return take_subject(mechanism);
  return take_names(mechanism, user, authorization, take_password(mechanism));
}

/* What LOGIN asks for has no RFC; clients look for the words that all servers use. */
static struct cmta_slice prompt(const struct mechanism *mechanism, struct cmta_slice output) {
  if (!is_login(mechanism) || output.length == 0)
    return output;
  const char *text = output.at[0] == 'U' ? "Username:" : "Password:";
  return (struct cmta_slice){text, strlen(text)};
}

/* Takes the step in hand. */
static enum mechanism_result step(struct mechanism *mechanism, struct cmta_slice *output) {
  size_t length = 0;
  if (!hide_password(mechanism))
    return MECHANISM_STARVES;
  forget_output(mechanism);
  mechanism->asks = false;
  int error = gsasl_step(mechanism->exchange, mechanism->said, mechanism->said_length,
                         &mechanism->output, &length);
  *output = prompt(mechanism, (struct cmta_slice){mechanism->output, length});
  return take_claim(mechanism, result_of(mechanism, error));
}

static enum mechanism_result bearer_step(struct mechanism *mechanism, struct cmta_slice *output) {
  struct cmta_slice said = {mechanism->said, mechanism->said_length}, user;
  *output = (struct cmta_slice){0};
  if (mechanism->refuses)
    return MECHANISM_REFUSES;
  if (!said.at)
    return MECHANISM_CHALLENGES;
  if (!mechanism->bearer->read(said, &user, &mechanism->token))
    return MECHANISM_BAFFLED;
  char *name = strndup(user.length ? user.at : "", user.length);
  if (!name)
    return MECHANISM_STARVES;
  if (mechanism->bearer->decode)
    mechanism->bearer->decode(name);
  enum mechanism_result result = take_names(mechanism, name, "", MECHANISM_CLAIMS);
  free(name);
  return result;
}

/* An initial response where the server speaks first is out of place (RFC 4954 section 4). */
static bool is_out_of_place(const struct mechanism *mechanism, struct cmta_slice said) {
  return mechanism->row->server_first && mechanism->steps == 0 && said.at;
}

/* GNU SASL takes an empty response for none, and asks again; only to LOGIN and EXTERNAL it says
 * something. */
static bool is_empty(const struct mechanism *mechanism, struct cmta_slice said) {
  return mechanism->exchange && said.at && said.length == 0 && !is_login(mechanism) &&
         mechanism->row->need != NEEDS_CERTIFICATE;
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
  bool early = is_login(mechanism) && mechanism->steps == 0 && said.length;
  return early ? step(mechanism, output) : MECHANISM_CHALLENGES;
}

/* Whether nothing is left of the name in a message of SCRAM once it is prepared (RFC 5802
 * section 5.1): GNU SASL refuses that as well, but leaves memory behind. An authorization identity
 * in front of the name has no comma. */
static bool is_nobody(const struct mechanism *mechanism) {
  static const char before[] = ",n=";
  if (mechanism->row->need != NEEDS_SECRET || mechanism->row->server_first || !mechanism->said)
    return false;
  const char *at = memmem(mechanism->said, mechanism->said_length, before, sizeof before - 1);
  if (!at)
    return false;
  at += sizeof before - 1;
  const char *end = mechanism->said + mechanism->said_length;
  const char *comma = memchr(at, ',', (size_t)(end - at));
  char *prepared = NULL, *name = strndup(at, (size_t)((comma ? comma : end) - at));
  bool nobody = name && *name &&
                gsasl_saslprep(name, GSASL_ALLOW_UNASSIGNED, &prepared, NULL) == GSASL_OK &&
                !*prepared;
  gsasl_free(prepared);
  free(name);
  return nobody;
}

enum mechanism_result mechanism_step(struct mechanism *mechanism, struct cmta_slice said,
                                     struct cmta_slice *output) {
  if (is_out_of_place(mechanism, said))
    return MECHANISM_UNHEARD;
  if (is_empty(mechanism, said))
    return MECHANISM_BAFFLED;
  if (skip_prompt(mechanism, said, output) != MECHANISM_CHALLENGES || !keep_said(mechanism, said))
    return MECHANISM_STARVES;
  if (mechanism->steps++ == MAX_STEPS || is_nobody(mechanism))
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
  if (!mechanism->bearer || mechanism->refuses)
    return (struct cmta_slice){0};
  mechanism->refuses = true;
  return (struct cmta_slice){mechanism->bearer->refusal, strlen(mechanism->bearer->refusal)};
}
