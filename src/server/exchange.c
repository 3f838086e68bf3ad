/* SPDX-License-Identifier: MIT */

/*
 * One AUTH. A step of the mechanism comes to something that can be said at once, or to a question
 * that goes through the authenticators; each may answer later. A refusal waits until the delay is
 * over, counted from the client's last word, so that it tells nothing of how long anybody looked.
 */

#include "server/sasl.h"

#include "server/block.h"
#include "server/connection.h"
#include "server/secret.h"
#include "server/ticket.h"

struct exchange {
  struct connection *connection;
  struct mechanism *mechanism;
  bool compares; /* the claim is judged here, or by an authenticator; else by the mechanism */
  size_t authenticator;  /* in hand */
  bool verifies;         /* it was asked to verify; else to look up */
  bool looked_up;        /* one was asked to look up */
  bool asks;             /* it is being asked, or has answered LATER */
  bool waits;            /* it has answered LATER */
  unsigned iterations;   /* of users, as one said that does not know this one */
  bool proved;           /* the client has yet to acknowledge that */
  struct alarm delay;    /* active until a refusal may be said, from the client's last word on */
  bool refused;          /* the refusal waits for that */
  const char *complaint; /* the enhanced status code of what was malformed, or NULL */
  struct secret secret;  /* that was looked up */
};

static struct sasl *sasl_of(const struct exchange *exchange) {
  return exchange->connection->server->sasl;
}

static const struct cmta_allocator *allocator_of(const struct exchange *exchange) {
  return &exchange->connection->server->allocator;
}

static struct cmta_session *session_of(const struct exchange *exchange) {
  return exchange->connection->session;
}

static const struct authenticator *in_hand(const struct exchange *exchange) {
  return &sasl_of(exchange)->authenticators[exchange->authenticator];
}

/* ---- How an exchange ends ---- */

/* The hook's verdict, or the late one. */
static enum cmta_verdict refuse_now(struct exchange *exchange) {
  if (exchange->complaint)
    (void)cmta_reply(session_of(exchange), 501, exchange->complaint, "Malformed response");
  return CMTA_REJECT;
}

/* Whether bad news may still wait: a server that stops waits for no delay. */
static bool may_wait(const struct exchange *exchange) {
  return alarm_is_set(&exchange->delay) && exchange->connection->server->stop_state == STOP_NOT;
}

/* Lets the client wait for bad news. Nobody else may answer in the meantime. */
static enum cmta_verdict refuse_later(struct exchange *exchange) {
  unsigned seconds = exchange->connection->server->auth_failure_delay;
  if (!may_wait(exchange))
    return refuse_now(exchange);
  ticket_release(exchange->connection);
  mechanism_forget(exchange->mechanism);
  exchange->refused = true;
  (void)cmta_session_set_deadline(session_of(exchange), seconds + 30, CMTA_REJECT);
  return CMTA_LATER;
}

static enum cmta_verdict challenge(struct exchange *exchange, struct cmta_slice output) {
  int error = cmta_auth_challenge(session_of(exchange), output.at, output.length);
  return error == 0 ? CMTA_CHALLENGE : CMTA_TEMPFAIL;
}

/* A mechanism may have the client told why, and wait for its last word, before the refusal. */
static enum cmta_verdict refuse(struct exchange *exchange) {
  struct cmta_slice reason = mechanism_refuse(exchange->mechanism);
  return reason.length ? challenge(exchange, reason) : refuse_later(exchange);
}

static enum cmta_verdict baffle(struct exchange *exchange, const char *complaint) {
  exchange->complaint = complaint;
  return refuse_later(exchange);
}

/* Whether a user whose secret was looked up may act as whom it named. */
static bool may_act(const struct exchange *exchange) {
  return exchange->secret.value.may_act || !*mechanism_claim(exchange->mechanism).authorization;
}

/* The mechanism has judged. What is left to say is said in a challenge, because 235 says nothing
 * (RFC 4954 section 4). */
static enum cmta_verdict prove(struct exchange *exchange, struct cmta_slice output) {
  if (!may_act(exchange))
    return refuse(exchange);
  if (output.length == 0)
    return CMTA_ACCEPT;
  exchange->proved = true;
  return challenge(exchange, output);
}

/* ---- Authenticators ---- */

static enum cmta_verdict ask(struct exchange *exchange, bool compares);

static enum cmta_verdict take_result(struct exchange *exchange, enum mechanism_result result,
                                     struct cmta_slice output) {
  switch (result) {
  case MECHANISM_CHALLENGES:
    return challenge(exchange, output);
  case MECHANISM_CLAIMS:
    return ask(exchange, true);
  case MECHANISM_ASKS:
    return ask(exchange, false);
  case MECHANISM_PROVES:
    return prove(exchange, output);
  case MECHANISM_BAFFLED:
    return baffle(exchange, "5.5.2");
  case MECHANISM_UNHEARD:
    return baffle(exchange, "5.7.0");
  case MECHANISM_STARVES:
    return CMTA_TEMPFAIL;
  case MECHANISM_REFUSES:
    break;
  }
  return refuse(exchange);
}

/* Goes on with the secret that is kept: compares it, or gives it to the mechanism. */
static enum cmta_verdict use_secret(struct exchange *exchange) {
  const struct cmta_secret *secret = &exchange->secret.value;
  struct cmta_slice output = {0};
  if (!exchange->compares) {
    enum mechanism_result result = mechanism_learn(exchange->mechanism, secret, &output);
    return take_result(exchange, result, output);
  }
  struct cmta_slice password = mechanism_claim(exchange->mechanism).secret;
  bool right = password_matches(secret, password) && may_act(exchange);
  secret_forget(&exchange->secret, allocator_of(exchange));
  return right ? CMTA_ACCEPT : refuse(exchange);
}

/* Nobody knows the user: all is done as if somebody did, and it is refused at the end. Who verifies
 * has done that work already. */
static enum cmta_verdict fool(struct exchange *exchange) {
  struct cmta_credentials claim = mechanism_claim(exchange->mechanism);
  char room[UNKNOWN_ROOM];
  if (claim.kind != CMTA_CREDENTIAL_PASSWORD || (exchange->compares && !exchange->looked_up))
    return refuse(exchange);
  struct cmta_secret secret = mechanism_unknown(sasl_of(exchange)->context, claim.mechanism,
                                                claim.user, exchange->iterations, room);
  if (!secret_keep(&exchange->secret, allocator_of(exchange), &secret))
    return CMTA_TEMPFAIL;
  return use_secret(exchange);
}

/* Asks the authenticator in hand; what it looks up goes to *secret. */
static enum cmta_auth_result ask_one(struct exchange *exchange, struct cmta_secret *secret) {
  const struct authenticator *authenticator = in_hand(exchange);
  const struct cmta_authenticator *face = &authenticator->face;
  struct cmta_credentials claim = mechanism_claim(exchange->mechanism);
  struct cmta_session *session = session_of(exchange);
  exchange->verifies = exchange->compares && face->verify && (face->kinds & claim.kind);
  if (exchange->verifies)
    return face->verify(session, authenticator->user, &claim);
  claim.secret = (struct cmta_slice){0};
  if (!face->look_up || claim.kind != CMTA_CREDENTIAL_PASSWORD)
    return CMTA_AUTH_UNKNOWN;
  exchange->looked_up = true;
  return face->look_up(session, authenticator->user, &claim, secret);
}

/* Who has verified late may say whose the claim is. */
static enum cmta_verdict take_verified(struct exchange *exchange, const struct cmta_secret *said) {
  int error = 0;
  if (said->user)
    error = cmta_session_set_identity(session_of(exchange), said->user, said->authorization);
  return error == 0 ? CMTA_ACCEPT : CMTA_TEMPFAIL;
}

/* What verified needs no secret; what was looked up must be one. */
static enum cmta_verdict take_ok(struct exchange *exchange, const struct cmta_secret *secret) {
  if (exchange->verifies)
    return take_verified(exchange, secret);
  if (!secret_is_there(secret) || !auth_answer_is_sound(CMTA_AUTH_OK, secret))
    return CMTA_TEMPFAIL;
  if (!secret_suits(secret, mechanism_claim(exchange->mechanism).mechanism)) {
    exchange->iterations = secret->iterations;
    return fool(exchange);
  }
  bool kept = secret_keep(&exchange->secret, allocator_of(exchange), secret);
  return kept ? use_secret(exchange) : CMTA_TEMPFAIL;
}

/* Who has no secret looks like those who have one. */
static void note_iterations(struct exchange *exchange, const struct cmta_secret *secret) {
  if (secret->iterations && secret->iterations <= CMTA_SCRAM_MAX_ITERATIONS)
    exchange->iterations = secret->iterations;
}

/* What an answer comes to. UNKNOWN and LATER are its caller's. */
static enum cmta_verdict take_answer(struct exchange *exchange, enum cmta_auth_result answer,
                                     const struct cmta_secret *secret) {
  switch (answer) {
  case CMTA_AUTH_OK:
    return take_ok(exchange, secret);
  case CMTA_AUTH_WRONG:
    note_iterations(exchange, secret);
    return exchange->verifies ? refuse(exchange) : fool(exchange);
  default:
    return CMTA_TEMPFAIL;
  }
}

/* The one in hand does not know the user: the next is in hand. */
static void pass_on(struct exchange *exchange, const struct cmta_secret *secret) {
  note_iterations(exchange, secret);
  exchange->authenticator++;
}

/* Who the client will be if all goes well is noted before anybody is asked, who may then say
 * otherwise. A token may come without a name. */
static int note_identity(struct exchange *exchange) {
  struct cmta_credentials claim = mechanism_claim(exchange->mechanism);
  if (!*claim.user)
    return 0;
  return cmta_session_set_identity(session_of(exchange), claim.user, claim.authorization);
}

/* Asks the authenticators from the one in hand on. A ticket that somebody took who was asked before
 * is good no more. */
static enum cmta_verdict ask_on(struct exchange *exchange) {
  while (exchange->authenticator < sasl_of(exchange)->count) {
    struct cmta_secret secret = {.hash = NULL};
    ticket_release(exchange->connection);
    int error = note_identity(exchange);
    if (error)
      return error == CMTA_E_ARGUMENT ? baffle(exchange, "5.5.2") : CMTA_TEMPFAIL;
    exchange->asks = true;
    enum cmta_auth_result answer = ask_one(exchange, &secret);
    exchange->asks = exchange->waits = answer == CMTA_AUTH_LATER;
    if (exchange->waits)
      return CMTA_LATER;
    if (answer != CMTA_AUTH_UNKNOWN)
      return take_answer(exchange, answer, &secret);
    pass_on(exchange, &secret);
  }
  return fool(exchange);
}

/* A password and its user have at least one octet each (RFC 4616 section 2): there are directories
 * that let anybody in who shows no password at all. */
static bool is_complete(const struct cmta_credentials *claim, bool compares) {
  return claim->kind != CMTA_CREDENTIAL_PASSWORD ||
         (*claim->user && (claim->secret.length || !compares));
}

static enum cmta_verdict ask(struct exchange *exchange, bool compares) {
  struct cmta_credentials claim = mechanism_claim(exchange->mechanism);
  if (!is_complete(&claim, compares))
    return baffle(exchange, "5.5.2");
  exchange->compares = compares;
  exchange->authenticator = 0;
  return ask_on(exchange);
}

bool exchange_asks(const struct connection *connection) {
  return connection->exchange && connection->exchange->asks;
}

bool exchange_looks_up(const struct connection *connection) {
  return exchange_asks(connection) && !connection->exchange->verifies;
}

int exchange_answer(struct connection *connection, enum cmta_auth_result result,
                    const struct cmta_secret *secret) {
  struct exchange *exchange = connection->exchange;
  if (!exchange || !exchange->waits)
    return CMTA_E_STATE;
  ticket_release(connection);
  exchange->asks = exchange->waits = false;
  enum cmta_verdict verdict;
  if (result == CMTA_AUTH_UNKNOWN) {
    pass_on(exchange, secret);
    verdict = ask_on(exchange);
  } else {
    verdict = take_answer(exchange, result, secret);
  }
  return verdict == CMTA_LATER ? 0 : cmta_session_decide(connection->session, verdict);
}

/* ---- The hook set ---- */

/* The client has said something: from now on it waits. */
static void begin_delay(struct exchange *exchange) {
  struct cmta_server *server = exchange->connection->server;
  alarm_stop(server, &exchange->delay);
  if (server->auth_failure_delay)
    alarm_set(server, &exchange->delay, server->auth_failure_delay);
}

static void end_delay(struct exchange *exchange) {
  if (exchange->refused)
    (void)cmta_session_decide(session_of(exchange), refuse_now(exchange));
}

static void on_delay(struct ev_loop *loop, ev_timer *timer, int revents) {
  (void)loop, (void)revents;
  end_delay(timer->data);
}

void exchange_stop(struct connection *connection) {
  if (connection->exchange)
    end_delay(connection->exchange);
}

static void stop_waiting(struct exchange *exchange) {
  struct cmta_session *session = session_of(exchange);
  alarm_stop(exchange->connection->server, &exchange->delay);
  if (!exchange->waits)
    return;
  exchange->asks = exchange->waits = false;
  const struct authenticator *authenticator = in_hand(exchange);
  if (authenticator->face.cancelled)
    authenticator->face.cancelled(session, authenticator->user);
}

/* Another hook set may end the exchange while nobody is asked here. */
static void exchange_end(void *data) {
  struct exchange *exchange = data;
  struct cmta_server *server = exchange->connection->server;
  alarm_stop(server, &exchange->delay);
  exchange->connection->exchange = NULL;
  secret_forget(&exchange->secret, &server->allocator);
  mechanism_end(exchange->mechanism);
  block_give(&server->allocator, exchange, sizeof *exchange);
}

static struct exchange *exchange_new(struct connection *connection,
                                     const struct mechanism_row *row) {
  struct cmta_server *server = connection->server;
  struct exchange *exchange = block_take(&server->allocator, sizeof *exchange);
  if (!exchange)
    return NULL;
  exchange->connection = connection;
  exchange->mechanism = mechanism_new(server->sasl->context, row, connection->session);
  if (!exchange->mechanism) {
    block_give(&server->allocator, exchange, sizeof *exchange);
    return NULL;
  }
  alarm_init(&exchange->delay, on_delay, exchange);
  connection->exchange = exchange;
  (void)cmta_exchange_set_data(connection->session, exchange, exchange_end);
  return exchange;
}

enum cmta_verdict exchange_auth(struct cmta_session *session, void *user,
                                const struct cmta_auth *auth) {
  struct connection *connection = cmta_session_runtime(session);
  struct exchange *exchange = cmta_exchange_data(session);
  const struct mechanism_row *row = mechanism_of_name(auth->mechanism);
  struct cmta_slice said = auth->response, output = {0};
  (void)user;
  if (!row)
    return CMTA_REJECT;
  if (!exchange)
    exchange = exchange_new(connection, row);
  if (!exchange)
    return CMTA_TEMPFAIL;
  begin_delay(exchange);
  if (exchange->proved)
    return said.length ? baffle(exchange, "5.5.2") : CMTA_ACCEPT;
  if (!auth->has_response)
    said = (struct cmta_slice){0};
  else if (!said.at)
    said.at = "";
  return take_result(exchange, mechanism_step(exchange->mechanism, said, &output), output);
}

void exchange_cancelled(struct cmta_session *session, void *user, const char *question) {
  struct connection *connection = cmta_session_runtime(session);
  (void)user, (void)question;
  if (connection->exchange)
    stop_waiting(connection->exchange);
}
