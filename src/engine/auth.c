/* SPDX-License-Identifier: MIT */

/* One exchange after the other. What a client says lives in a block of its own until its question
 * is over, and is wiped then. */

#include "engine/auth.h"

#include "engine/base64.h"
#include "engine/chain.h"
#include "engine/output.h"
#include "engine/reply.h"
#include "engine/statistics.h"
#include "engine/text.h"
#include "engine/trace.h"
#include "engine/utf8.h"
#include "engine/verbs.h"

#include <string.h>

/* Octets that hooks may give: a challenge, so that its line keeps to AUTH_LINE, and a name. */
enum { MAX_CHALLENGE = 9000, MAX_NAME = 1024 };

/* An exchange, from AUTH to its end. */
struct exchange {
  char mechanism[MECHANISM_SIZE];
  unsigned step;
  bool has_response;
  char *response; /* decoded, or NULL */
  size_t response_length;
  char *challenge; /* as base64, or NULL for an empty one */
  size_t challenge_length;
  struct cmta_identity *identity;  /* who the client will be if it ends well, or NULL */
  struct attachment attachments[]; /* one a hook set */
};

bool auth_is_possible(const struct cmta_session *session) {
  return !session->authenticated && mechanisms_exist(session);
}

/* ---- Responses ---- */

static void wipe_response(struct cmta_session *session) {
  struct exchange *exchange = session->exchange;
  memory_wipe(&session->memory, exchange->response);
  exchange->response = NULL;
  exchange->response_length = 0;
  session->slice = (struct cmta_slice){0};
}

static enum reply_id take_response(struct cmta_session *session, struct cmta_slice text) {
  struct exchange *exchange = session->exchange;
  wipe_response(session);
  exchange->response = memory_take(&session->memory, text.length / 4 * 3 + 1);
  if (!exchange->response)
    return REPLY_AUTHENTICATION_UNAVAILABLE;
  exchange->has_response = true;
  if (!base64_decode(text.at, text.length, exchange->response, &exchange->response_length))
    return REPLY_BAD_BASE64;
  session->slice = (struct cmta_slice){exchange->response, exchange->response_length};
  return REPLY_NONE;
}

enum reply_id auth_respond(struct cmta_session *session, struct cmta_slice line) {
  if (cmta_slice_is(line, "*"))
    return REPLY_AUTHENTICATION_CANCELLED;
  return take_response(session, line);
}

/* ---- The rows of AUTH and of its responses ---- */

/* "=" is an empty response, nothing is none (RFC 4954 section 4). */
static enum reply_id take_initial_response(struct cmta_session *session) {
  struct cmta_slice text = session->command->parameters;
  if (text.length == 0)
    return REPLY_NONE;
  if (cmta_slice_is(text, "="))
    text.length = 0;
  return take_response(session, text);
}

enum reply_id auth_check(struct cmta_session *session) {
  char name[MECHANISM_SIZE];
  enum reply_id wrong = mechanism_check(session, session->command->argument, name);
  session->slice = (struct cmta_slice){0};
  if (wrong != REPLY_NONE)
    return wrong;
  size_t data = session->service->set_count * sizeof(struct attachment);
  session->exchange = memory_take(&session->memory, sizeof *session->exchange + data);
  if (!session->exchange)
    return REPLY_AUTHENTICATION_UNAVAILABLE;
  memcpy(session->exchange->mechanism, name, sizeof name);
  return take_initial_response(session);
}

enum cmta_verdict auth_ask(struct cmta_session *session, const struct hook_set *set) {
  const struct exchange *exchange = session->exchange;
  struct cmta_auth auth = {
      .mechanism = exchange->mechanism,
      .response = {exchange->response, exchange->response_length},
      .has_response = exchange->has_response,
      .step = exchange->step,
  };
  return set->hooks.auth(session, set->user, &auth);
}

/* An identity with its strings in one block, or NULL. */
static struct cmta_identity *identity_new(struct cmta_session *session, const char *mechanism,
                                          const char *user, const char *authorization) {
  size_t texts = text_size(mechanism) + text_size(user) + text_size(authorization);
  struct cmta_identity *identity = memory_take(&session->memory, sizeof *identity + texts);
  if (!identity)
    return NULL;
  char *room = (char *)(identity + 1);
  identity->mechanism = text_copy(mechanism, &room);
  identity->user = text_copy(user, &room);
  identity->authorization = text_copy(authorization, &room);
  return identity;
}

/* Nobody is authenticated without a name. */
bool auth_is_complete(const struct cmta_session *session) { return session->exchange->identity; }

void auth_done(struct cmta_session *session) {
  struct exchange *exchange = session->exchange;
  session->identity = exchange->identity;
  exchange->identity = NULL;
  session->authenticated = true;
  auth_drop(session);
  reply_send(session, session->hand.standard, false);
}

void auth_undone(struct cmta_session *session) { auth_drop(session); }

/* Guesses are limited by their number (RFC 4954 section 4). */
void auth_rejected(struct cmta_session *session) {
  unsigned most = session->service->settings.max_auth_failures;
  statistics_count(session, (struct cmta_counts){.auth_failures = 1});
  if (++session->auth_failures < most || most == 0)
    return;
  reply_clear(session);
  session->hand.standard = REPLY_TOO_MANY_FAILURES;
  session->ending = CMTA_CLOSED_ERRORS;
}

static void add(struct cmta_session *session, const char *bytes, size_t length) {
  trace_line(session, CMTA_TO_CLIENT, (struct cmta_slice){bytes, length});
  output_add(session, bytes, length);
}

/* An empty challenge has its blank (RFC 4954 section 4). */
void auth_challenge(struct cmta_session *session) {
  struct exchange *exchange = session->exchange;
  if (exchange->challenge)
    add(session, exchange->challenge, exchange->challenge_length);
  else
    add(session, "334 \r\n", 6);
  if (!session->failed)
    statistics_count_reply(session, 334);
  memory_give(&session->memory, exchange->challenge);
  exchange->challenge = NULL;
  wipe_response(session);
  exchange->step++;
}

void auth_drop(struct cmta_session *session) {
  struct exchange *exchange = session->exchange;
  if (!exchange)
    return;
  wipe_response(session);
  chain_free_data(session->service, exchange->attachments);
  memory_give(&session->memory, exchange->challenge);
  memory_give(&session->memory, exchange->identity);
  memory_give(&session->memory, exchange);
  session->exchange = NULL;
}

void auth_forget(struct cmta_session *session) {
  memory_give(&session->memory, session->identity);
  session->identity = NULL;
  session->authenticated = false;
}

bool auth_believe(struct cmta_session *session, const char *user) {
  session->identity = identity_new(session, "", user, "");
  session->authenticated = session->identity;
  return session->identity;
}

/* ---- What hooks do ---- */

static bool is_auth_in_question(const struct cmta_session *session) {
  return session->exchange && session_may_answer(session);
}

/* The line of a 334. */
int cmta_auth_challenge(struct cmta_session *session, const void *bytes, size_t length) {
  if (!session || (!bytes && length) || length > MAX_CHALLENGE)
    return CMTA_E_ARGUMENT;
  if (!is_auth_in_question(session))
    return CMTA_E_STATE;
  struct exchange *exchange = session->exchange;
  size_t size = 4 + BASE64_LENGTH(length) + 2;
  char *line = memory_take(&session->memory, size);
  if (!line)
    return CMTA_E_MEMORY;
  memcpy(line, "334 ", 4);
  base64_encode(bytes, length, line + 4);
  memcpy(line + size - 2, "\r\n", 2);
  memory_give(&session->memory, exchange->challenge);
  exchange->challenge = line;
  exchange->challenge_length = size;
  return 0;
}

bool auth_is_name(const char *name) {
  size_t length = strlen(name);
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
      return false;
  return length <= MAX_NAME && utf8_is_valid(name, length);
}

bool cmta_is_identity(const char *name) { return name && *name && auth_is_name(name); }

int cmta_session_set_identity(struct cmta_session *session, const char *user,
                              const char *authorization) {
  const char *other = authorization ? authorization : "";
  if (!session || !cmta_is_identity(user) || !auth_is_name(other))
    return CMTA_E_ARGUMENT;
  if (!is_auth_in_question(session))
    return CMTA_E_STATE;
  struct exchange *exchange = session->exchange;
  struct cmta_identity *identity = identity_new(session, exchange->mechanism, user, other);
  if (!identity)
    return CMTA_E_MEMORY;
  memory_give(&session->memory, exchange->identity);
  exchange->identity = identity;
  return 0;
}

/* Who is authenticated without an exchange has no name. */
const struct cmta_identity *cmta_session_identity(const struct cmta_session *session) {
  static const struct cmta_identity nameless = {"", "", ""};
  if (!session->authenticated)
    return NULL;
  return session->identity ? session->identity : &nameless;
}

int cmta_exchange_set_data(struct cmta_session *session, void *data, void (*destroy)(void *data)) {
  if (!session)
    return CMTA_E_ARGUMENT;
  if (!session->exchange)
    return CMTA_E_STATE;
  attachment_set(&session->exchange->attachments[session->hand.set], data, destroy);
  return 0;
}

void *cmta_exchange_data(const struct cmta_session *session) {
  return session->exchange ? session->exchange->attachments[session->hand.set].data : NULL;
}

void cmta_session_set_authenticated(struct cmta_session *session, bool authenticated) {
  if (!authenticated)
    auth_forget(session);
  session->authenticated = authenticated;
}

void cmta_session_set_auth_required(struct cmta_session *session, bool required) {
  session->auth_required = required;
}

bool cmta_session_heard_secrets(const struct cmta_session *session) {
  return session->heard_secrets;
}
