/* SPDX-License-Identifier: MIT */

/*
 * One AUTH. A step of the mechanism comes to something that can be said at once, or to a question
 * that goes through the authenticators; each may answer later. A refusal waits until the delay is
 * over, counted from the client's last word, so that it tells nothing of how long anybody looked.
 */

#include "server/sasl.h"

#include "server/block.h"
#include "server/connection.h"

#include <string.h>

/* What the authenticators are asked. */
enum asked { ASKED_NOTHING = 0, ASKED_TO_VERIFY = 1, ASKED_TO_LOOK_UP = 2 };

struct exchange {
  struct connection *connection;
  struct mechanism *mechanism;
  enum asked asked;
  size_t authenticator;      /* in hand */
  bool waits;                /* it has answered LATER */
  bool proved;               /* the client has yet to acknowledge that */
  ev_tstamp said_at;         /* the client's last word, by the loop's time */
  ev_timer delay;            /* active while a refusal waits */
  bool baffled;              /* what it said was malformed */
  struct cmta_secret secret; /* its bytes lie in `bytes` */
  char *bytes;
  size_t size;
};

static struct sasl *sasl_of(const struct exchange *exchange) {
  return exchange->connection->server->sasl;
}

static struct cmta_session *session_of(const struct exchange *exchange) {
  return exchange->connection->session;
}

static const struct authenticator *in_hand(const struct exchange *exchange) {
  return &sasl_of(exchange)->authenticators[exchange->authenticator];
}

/* ---- Secrets ---- */

static void forget_secret(struct exchange *exchange) {
  if (exchange->bytes)
    explicit_bzero(exchange->bytes, exchange->size);
  block_give(&exchange->connection->server->allocator, exchange->bytes, exchange->size);
  exchange->bytes = NULL;
  exchange->size = 0;
  exchange->secret = (struct cmta_secret){0};
}

static struct cmta_slice keep(struct cmta_slice slice, char **room) {
  if (!slice.at)
    return slice;
  struct cmta_slice kept = {*room, slice.length};
  memcpy(*room, slice.at, slice.length);
  *room += slice.length;
  return kept;
}

/* Copies a secret. False without memory. */
static bool keep_secret(struct exchange *exchange, const struct cmta_secret *secret) {
  forget_secret(exchange);
  exchange->size = secret->password.length + secret->salt.length + secret->stored_key.length +
                   secret->server_key.length + 1;
  exchange->bytes = block_take(&exchange->connection->server->allocator, exchange->size);
  if (!exchange->bytes)
    return false;
  char *room = exchange->bytes;
  exchange->secret = *secret;
  exchange->secret.password = keep(secret->password, &room);
  exchange->secret.salt = keep(secret->salt, &room);
  exchange->secret.stored_key = keep(secret->stored_key, &room);
  exchange->secret.server_key = keep(secret->server_key, &room);
  return true;
}

static size_t hash_length(const char *hash) {
  return strcmp(hash, "SHA-1") == 0 ? 20 : strcmp(hash, "SHA-256") == 0 ? 32 : 0;
}

/* Whether there is something in a secret, and it is what it says. */
static bool is_secret(const struct cmta_secret *secret) {
  if (!secret->hash)
    return secret->password.at;
  size_t length = hash_length(secret->hash);
  return length && secret->iterations && secret->salt.length &&
         secret->stored_key.length == length && secret->server_key.length == length;
}

/* Keys of one hash are of no use where the mechanism has another. */
static bool is_useful(const struct exchange *exchange, const struct cmta_secret *secret) {
  const char *name = mechanism_claim(exchange->mechanism).mechanism;
  if (exchange->asked == ASKED_TO_VERIFY || secret->password.at)
    return true;
  return secret->hash && strncmp(name, "SCRAM-", 6) == 0 &&
         strncmp(name + 6, secret->hash, strlen(secret->hash)) == 0;
}

/* ---- How an exchange ends ---- */

/* The hook's verdict, or the late one. */
static enum cmta_verdict refuse_now(struct exchange *exchange) {
  if (exchange->baffled)
    (void)cmta_reply(session_of(exchange), 501, "5.5.2", "Malformed response");
  return CMTA_REJECT;
}

/* Lets the client wait for bad news. */
static enum cmta_verdict refuse(struct exchange *exchange) {
  struct ev_loop *loop = exchange->connection->server->loop;
  unsigned seconds = exchange->connection->server->auth_failure_delay;
  struct cmta_slice reason = mechanism_refuse(exchange->mechanism);
  if (reason.length && !exchange->baffled &&
      cmta_auth_challenge(session_of(exchange), reason.at, reason.length) == 0)
    return CMTA_CHALLENGE;
  ev_tstamp rest = exchange->said_at + seconds - ev_now(loop);
  if (seconds == 0 || rest <= 0.)
    return refuse_now(exchange);
  (void)cmta_session_set_deadline(session_of(exchange), seconds + 30, CMTA_REJECT);
  ev_timer_set(&exchange->delay, rest, 0.);
  ev_timer_start(loop, &exchange->delay);
  return CMTA_LATER;
}

static enum cmta_verdict baffle(struct exchange *exchange) {
  exchange->baffled = true;
  return refuse(exchange);
}

static enum cmta_verdict accept(struct exchange *exchange) {
  struct cmta_credentials claim = mechanism_claim(exchange->mechanism);
  const char *user = *claim.user ? claim.user : claim.authorization;
  int error = cmta_session_set_identity(session_of(exchange), user, claim.authorization);
  if (error == CMTA_E_ARGUMENT)
    return baffle(exchange);
  return error == 0 ? CMTA_ACCEPT : CMTA_TEMPFAIL;
}

static enum cmta_verdict challenge(struct exchange *exchange, struct cmta_slice output) {
  int error = cmta_auth_challenge(session_of(exchange), output.at, output.length);
  return error == 0 ? CMTA_CHALLENGE : CMTA_TEMPFAIL;
}

/* The mechanism has judged; whom nobody may judge is refused: an identity that a client wants to
 * act as, and is not. What is left to say is said in a challenge, because 235 says nothing (RFC
 * 4954 section 4). */
static enum cmta_verdict prove(struct exchange *exchange, struct cmta_slice output) {
  if (*mechanism_claim(exchange->mechanism).authorization)
    return refuse(exchange);
  if (output.length == 0)
    return accept(exchange);
  exchange->proved = true;
  return challenge(exchange, output);
}

/* ---- Authenticators ---- */

static enum cmta_verdict ask(struct exchange *exchange, enum asked asked);

static enum cmta_verdict take_result(struct exchange *exchange, enum mechanism_result result,
                                     struct cmta_slice output) {
  switch (result) {
  case MECHANISM_CHALLENGES:
    return challenge(exchange, output);
  case MECHANISM_CLAIMS:
    return ask(exchange, ASKED_TO_VERIFY);
  case MECHANISM_ASKS:
    return ask(exchange, ASKED_TO_LOOK_UP);
  case MECHANISM_PROVES:
    return prove(exchange, output);
  case MECHANISM_BAFFLED:
    return baffle(exchange);
  case MECHANISM_STARVES:
    return CMTA_TEMPFAIL;
  case MECHANISM_REFUSES:
    break;
  }
  return refuse(exchange);
}

/* Goes on with the secret that is kept: compares it, or gives it to the mechanism. */
static enum cmta_verdict use_secret(struct exchange *exchange) {
  struct cmta_slice output = {0};
  if (exchange->asked == ASKED_TO_VERIFY) {
    struct cmta_slice password = mechanism_claim(exchange->mechanism).secret;
    bool right = password_matches(&exchange->secret, password);
    forget_secret(exchange);
    return right ? accept(exchange) : refuse(exchange);
  }
  enum mechanism_result result = mechanism_learn(exchange->mechanism, &exchange->secret, &output);
  return take_result(exchange, result, output);
}

/* Nobody knows the user: all is done as if somebody did, and it is refused at the end. */
static enum cmta_verdict fool(struct exchange *exchange) {
  struct cmta_credentials claim = mechanism_claim(exchange->mechanism);
  char room[UNKNOWN_ROOM];
  struct cmta_secret secret =
      mechanism_unknown(sasl_of(exchange)->context, claim.mechanism, claim.user, room);
  if (claim.kind != CMTA_CREDENTIAL_PASSWORD)
    return refuse(exchange);
  if (!keep_secret(exchange, &secret))
    return CMTA_TEMPFAIL;
  return use_secret(exchange);
}

/* Asks the authenticator in hand; what it looks up goes to *secret. */
static enum cmta_auth_result ask_one(struct exchange *exchange, struct cmta_secret *secret) {
  const struct authenticator *authenticator = in_hand(exchange);
  const struct cmta_authenticator *face = &authenticator->face;
  struct cmta_credentials claim = mechanism_claim(exchange->mechanism);
  struct cmta_session *session = session_of(exchange);
  bool verifies = exchange->asked == ASKED_TO_VERIFY && face->verify && (face->kinds & claim.kind);
  if (verifies)
    return face->verify(session, authenticator->user, &claim);
  if (!face->look_up || claim.kind != CMTA_CREDENTIAL_PASSWORD)
    return CMTA_AUTH_UNKNOWN;
  return face->look_up(session, authenticator->user, claim.mechanism, claim.user, secret);
}

/* OK with a secret: it was looked up. */
static enum cmta_verdict take_ok(struct exchange *exchange, const struct cmta_secret *secret) {
  if (!is_secret(secret))
    return exchange->asked == ASKED_TO_VERIFY ? accept(exchange) : CMTA_TEMPFAIL;
  if (!is_useful(exchange, secret))
    return fool(exchange);
  return keep_secret(exchange, secret) ? use_secret(exchange) : CMTA_TEMPFAIL;
}

/* What an answer comes to. UNKNOWN and LATER are its caller's. */
static enum cmta_verdict take_answer(struct exchange *exchange, enum cmta_auth_result answer,
                                     const struct cmta_secret *secret) {
  switch (answer) {
  case CMTA_AUTH_OK:
    return take_ok(exchange, secret);
  case CMTA_AUTH_WRONG:
    return exchange->asked == ASKED_TO_LOOK_UP ? fool(exchange) : refuse(exchange);
  default:
    return CMTA_TEMPFAIL;
  }
}

/* Asks the authenticators from the one in hand on. */
static enum cmta_verdict ask_on(struct exchange *exchange) {
  for (; exchange->authenticator < sasl_of(exchange)->count; exchange->authenticator++) {
    struct cmta_secret secret = {.hash = NULL};
    enum cmta_auth_result answer = ask_one(exchange, &secret);
    exchange->waits = answer == CMTA_AUTH_LATER;
    if (exchange->waits)
      return CMTA_LATER;
    if (answer != CMTA_AUTH_UNKNOWN)
      return take_answer(exchange, answer, &secret);
  }
  return fool(exchange);
}

/* Names that cannot be shown to anybody are no names. */
static bool is_name(const char *name) {
  for (; *name; name++)
    if ((unsigned char)*name < ' ' || *name == 0x7f)
      return false;
  return true;
}

static enum cmta_verdict ask(struct exchange *exchange, enum asked asked) {
  struct cmta_credentials claim = mechanism_claim(exchange->mechanism);
  exchange->asked = asked;
  exchange->authenticator = 0;
  if (!is_name(claim.user) || !is_name(claim.authorization))
    return baffle(exchange);
  return ask_on(exchange);
}

int exchange_answer(struct connection *connection, enum cmta_auth_result result,
                    const struct cmta_secret *secret) {
  struct exchange *exchange = connection->exchange;
  struct cmta_secret none = {.hash = NULL};
  bool ok = result == CMTA_AUTH_OK;
  if ((unsigned)result >= CMTA_AUTH_LATER || (secret && !(ok && is_secret(secret))))
    return CMTA_E_ARGUMENT;
  if (!exchange || !exchange->waits)
    return CMTA_E_STATE;
  exchange->waits = false;
  enum cmta_verdict verdict;
  if (result == CMTA_AUTH_UNKNOWN) {
    exchange->authenticator++;
    verdict = ask_on(exchange);
  } else {
    verdict = take_answer(exchange, result, secret ? secret : &none);
  }
  return verdict == CMTA_LATER ? 0 : cmta_session_decide(connection->session, verdict);
}

/* ---- The hook set ---- */

static void on_delay(struct ev_loop *loop, ev_timer *timer, int revents) {
  struct exchange *exchange = timer->data;
  (void)loop, (void)revents;
  (void)cmta_session_decide(session_of(exchange), refuse_now(exchange));
}

static void stop_waiting(struct exchange *exchange) {
  struct cmta_session *session = session_of(exchange);
  ev_timer_stop(exchange->connection->server->loop, &exchange->delay);
  if (!exchange->waits)
    return;
  exchange->waits = false;
  const struct authenticator *authenticator = in_hand(exchange);
  if (authenticator->face.cancelled)
    authenticator->face.cancelled(session, authenticator->user);
}

/* Another hook set may end the exchange while nobody is asked here. */
static void exchange_end(void *data) {
  struct exchange *exchange = data;
  struct cmta_server *server = exchange->connection->server;
  ev_timer_stop(server->loop, &exchange->delay);
  exchange->connection->exchange = NULL;
  forget_secret(exchange);
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
  ev_timer_init(&exchange->delay, on_delay, 0., 0.);
  exchange->delay.data = exchange;
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
  exchange->said_at = ev_now(connection->server->loop);
  if (exchange->proved)
    return said.length ? baffle(exchange) : accept(exchange);
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
