/* SPDX-License-Identifier: MIT */

/* Authenticators that say anything. */

#include "fuzz/exchange_oracle.h"

#include <string.h>

/* ---- Secrets ---- */

static struct cmta_slice slice_of(const char *text) {
  return (struct cmta_slice){text, strlen(text)};
}

static struct cmta_secret other_hash(struct oracles *oracles) {
  const char *hash = strcmp(oracles->hash, "SHA-1") == 0 ? "SHA-256" : "SHA-1";
  return client_secret(hash, &oracles->keys);
}

/* With UNKNOWN and WRONG only the iterations count. */
static struct cmta_secret secret_of(struct oracles *oracles) {
  struct cmta_secret secret = {.iterations = CLIENT_ITERATIONS};
  switch (oracles->manner & SECRET) {
  case SECRET_PASSWORD:
    secret.password = slice_of(CLIENT_PASSWORD);
    break;
  case SECRET_KEYS:
    secret = client_secret(oracles->hash, &oracles->keys);
    break;
  case SECRET_OTHER_HASH:
    secret = other_hash(oracles);
    break;
  case SECRET_BROKEN:
    secret = client_secret(oracles->hash, &oracles->keys);
    secret.stored_key.length--;
    break;
  case SECRET_HIDDEN:
    secret.password = slice_of(HIDDEN_PASSWORD);
    break;
  default:
    break;
  }
  secret.may_act = oracles->manner & MAY_ACT;
  return secret;
}

static enum grant grant_of(const struct oracles *oracles, enum cmta_auth_result result) {
  if (result != CMTA_AUTH_OK)
    return GRANTS_NOTHING;
  if (oracles->verifies)
    return GRANTS_VERIFIED;
  unsigned kind = oracles->manner & SECRET;
  if (kind == SECRET_HIDDEN)
    return GRANTS_HIDDEN;
  return kind < SECRET_BROKEN ? GRANTS_SECRET : GRANTS_NOTHING;
}

/* ---- Questions ---- */

static void note_user(struct oracles *oracles, const char *user, const char *authorization) {
  demand(strlen(user) < sizeof oracles->user &&
         strlen(authorization) < sizeof oracles->authorization);
  memcpy(oracles->user, user, strlen(user) + 1);
  memcpy(oracles->authorization, authorization, strlen(authorization) + 1);
}

/* Takes the next answer of the input for this question. Nobody else may be asked meanwhile. */
static enum cmta_auth_result next_answer(const struct oracle *oracle, struct cmta_session *session,
                                         const struct cmta_credentials *claim, bool verifies) {
  struct oracles *oracles = oracle->all;
  demand(oracles->open == 0 && session == line_session(oracles->line));
  const uint8_t *octets = oracles->answers + 2u * (oracles->asked++ % ANSWERS);
  oracles->verifies = verifies;
  oracles->late = octets[0], oracles->manner = octets[1];
  note_user(oracles, claim->user, claim->authorization);
  if (oracles->late & BY_TICKET)
    demand(cmta_server_ticket(oracles->line->server, session, &oracles->ticket) == 0);
  enum cmta_auth_result result =
      (enum cmta_auth_result)((oracles->late & ANSWER) % (CMTA_AUTH_LATER + 1));
  oracles->granted = grant_of(oracles, result);
  oracles->open = result == CMTA_AUTH_LATER ? oracle->number : 0;
  return result;
}

static enum cmta_auth_result verify(struct cmta_session *session, void *user,
                                    const struct cmta_credentials *claim) {
  struct oracle *oracle = user;
  demand(claim->kind == CMTA_CREDENTIAL_CERTIFICATE || claim->secret.length > 0);
  enum cmta_auth_result result = next_answer(oracle, session, claim, true);
  if (result == CMTA_AUTH_OK && (oracle->all->manner & SAYS_WHO)) {
    demand(cmta_session_set_identity(session, "other", NULL) == 0);
    note_user(oracle->all, "other", "");
  }
  return result;
}

static enum cmta_auth_result look_up(struct cmta_session *session, void *user,
                                     const struct cmta_credentials *claim,
                                     struct cmta_secret *secret) {
  struct oracle *oracle = user;
  demand(claim->kind == CMTA_CREDENTIAL_PASSWORD && claim->secret.length == 0 && *claim->user);
  enum cmta_auth_result result = next_answer(oracle, session, claim, false);
  *secret = secret_of(oracle->all);
  oracle->all->may_act = secret->may_act;
  return result;
}

/* Told to the one alone who has left the question open. */
static void cancelled(struct cmta_session *session, void *user) {
  struct oracle *oracle = user;
  demand(oracle->all->open == oracle->number && session);
  oracle->all->open = 0;
}

static void release(void *user) { ((struct oracle *)user)->all->released++; }

void oracle_add(struct oracles *oracles, unsigned face) {
  const struct cmta_authenticator authenticator = {.size = sizeof authenticator,
                                                   .kinds = face >> 2 & 7,
                                                   .verify = face & 1 ? verify : NULL,
                                                   .look_up = face & 2 ? look_up : NULL,
                                                   .cancelled = cancelled,
                                                   .release = release};
  struct oracle *oracle = &oracles->each[oracles->added];
  bool able = face & 1 ? face >> 2 & 7 : face & 2;
  *oracle = (struct oracle){oracles, oracles->added + 1};
  int number = cmta_server_add_authenticator(oracles->line->server, &authenticator, oracle);
  demand(able ? number == (int)oracles->added : number == CMTA_E_ARGUMENT);
  oracles->added += able;
}

/* ---- Late answers ---- */

/* Whether somebody may say so: OK needs a secret that can be, or none where none was asked for. */
static bool may_answer(const struct oracles *oracles, enum cmta_auth_result result) {
  unsigned kind = oracles->manner & SECRET;
  if (result != CMTA_AUTH_OK)
    return result < CMTA_AUTH_LATER;
  return kind != SECRET_BROKEN && (oracles->verifies || kind <= SECRET_HIDDEN);
}

/* From here on the question may be another one. */
static void expect_answered(struct oracles *oracles, enum cmta_auth_result result,
                            const struct cmta_secret *secret) {
  if (!may_answer(oracles, result))
    return;
  oracles->open = 0;
  oracles->granted = grant_of(oracles, result);
  oracles->may_act = secret->may_act;
  if (result == CMTA_AUTH_OK && oracles->verifies && secret->user)
    note_user(oracles, secret->user, "");
}

static void answer_by_ticket(struct oracles *oracles, enum cmta_auth_result result,
                             const struct cmta_secret *secret) {
  struct line *line = oracles->line;
  const struct cmta_ticket ticket = oracles->ticket;
  bool may = may_answer(oracles, result), at_last = oracles->late & AT_LAST;
  demand(cmta_ticket_auth(line->server, ticket, result, secret) == (may ? 0 : CMTA_E_ARGUMENT));
  if (!may)
    return;
  demand(cmta_ticket_auth(line->server, ticket, CMTA_AUTH_WRONG, NULL) == CMTA_E_STALE);
  expect_answered(oracles, result, secret);
  if (at_last)
    line_expire(line);
  else
    line_wake(line);
}

static void answer(struct oracles *oracles, enum cmta_auth_result result) {
  struct cmta_secret secret = secret_of(oracles);
  secret.user = oracles->manner & SAYS_WHO ? "other" : NULL;
  if (oracles->late & BY_TICKET) {
    answer_by_ticket(oracles, result, &secret);
    return;
  }
  bool may = may_answer(oracles, result);
  expect_answered(oracles, result, &secret);
  int error = cmta_auth_answer(line_session(oracles->line), result, &secret);
  demand(error == (may ? 0 : CMTA_E_ARGUMENT));
  line_run(oracles->line);
}

static void let_happen(struct line *line, unsigned event) {
  if (event == EVENT_LEAVE)
    line_leave(line);
  else if (event == EVENT_STOP)
    line_stop(line);
  else
    line_expire(line);
}

/* Nobody is asked while a refusal waits for its delay. */
static void wait_on(struct oracles *oracles) {
  unsigned event = (oracles->manner & REFUSAL) >> 5;
  demand(cmta_auth_answer(line_session(oracles->line), CMTA_AUTH_OK, NULL) == CMTA_E_STATE);
  oracles->manner &= ~(unsigned)REFUSAL;
  if (event == 0)
    line_end_delay(oracles->line);
  else
    let_happen(oracles->line, event + EVENT_LEAVE - 1);
}

/* What has happened once does not do so again: the time is up next. */
void oracles_go_on(struct oracles *oracles) {
  unsigned event = (oracles->late & EVENT) >> 3;
  if (!oracles->open) {
    wait_on(oracles);
    return;
  }
  oracles->late |= EVENT;
  if (event > CMTA_AUTH_LATER)
    let_happen(oracles->line, event);
  else
    answer(oracles, (enum cmta_auth_result)event);
}

void oracles_check_stale(const struct oracles *oracles) {
  if (oracles->ticket.generation)
    demand(cmta_ticket_auth(oracles->line->server, oracles->ticket, CMTA_AUTH_WRONG, NULL) ==
           CMTA_E_STALE);
}
