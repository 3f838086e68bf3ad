/* SPDX-License-Identifier: MIT */

/*
 * Fuzzes the mechanisms of AUTH (src/server/mechanism.h) as src/server/exchange.c uses them:
 * whatever a client says, nobody is let in without the right password, token or certificate, what
 * is claimed is what include/cmta/auth.h promises, and all memory comes back.
 *
 * Input: an octet for the mechanism, one with the bits of enum choice, and the responses
 * (fuzz/auth_client.h).
 */

#include "fuzz/auth_client.h"
#include "server/password.h"

#include <stdlib.h>
#include <string.h>

enum choice {
  SECURED = 0x01,  /* there is TLS 1.3, which can be bound to */
  OLDER = 0x02,    /* ... TLS 1.2 instead */
  VERIFIED = 0x04, /* the client has shown a certificate that leads to an authority */
  UNKNOWN = 0x08,  /* nobody knows the user */
  KEYS = 0x10,     /* the secret is keys; else the password */
  STRANGER = 0x20, /* whoever verifies says no */
  PLUS = 0x40      /* mechanisms that bind are on offer */
};

static const char token[] = "token";

/* What is known of the connection. */
struct fixture {
  unsigned bits;
  struct cmta_tls_facts facts;
};

/* One exchange. */
struct run {
  struct fixture fixture;
  struct mechanisms_context *context;
  const struct mechanism_row *row;
  struct mechanism *mechanism;
  struct client client;
  struct client_keys keys;
  char room[UNKNOWN_ROOM];
  struct cmta_secret secret; /* that the mechanism was given */
  bool learned;              /* a right secret was given to the mechanism */
};

/* How a step ends for the server. */
enum outcome { GOES_ON, LET_IN, SENT_AWAY };

/* Ends the program, which libFuzzer reports, unless claim holds. */
static void demand(bool claim) {
  if (!claim)
    abort();
}

/* ---- What mechanisms ask of a session; the linker puts these in their place ---- */

const struct cmta_tls_facts *__wrap_cmta_session_tls(const struct cmta_session *session);
const char *__wrap_cmta_session_mechanisms(const struct cmta_session *session);
int __wrap_cmta_session_tls_export(const struct cmta_session *session, const char *label, void *key,
                                   size_t length);

static const struct fixture *fixture_of(const struct cmta_session *session) {
  return (const void *)session;
}

const struct cmta_tls_facts *__wrap_cmta_session_tls(const struct cmta_session *session) {
  const struct fixture *fixture = fixture_of(session);
  return fixture->bits & SECURED ? &fixture->facts : NULL;
}

const char *__wrap_cmta_session_mechanisms(const struct cmta_session *session) {
  return fixture_of(session)->bits & PLUS ? "SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS" : "SCRAM-SHA-1";
}

int __wrap_cmta_session_tls_export(const struct cmta_session *session, const char *label, void *key,
                                   size_t length) {
  demand(fixture_of(session)->bits & SECURED && strcmp(label, "EXPORTER-Channel-Binding") == 0);
  memset(key, 'k', length);
  return 0;
}

/* ---- The users ---- */

static bool is_old(const struct run *run) {
  return strncmp(run->row->name, "SCRAM-SHA-1", 11) == 0 && run->row->name[11] != '2';
}

static struct cmta_secret keys(struct run *run) {
  return client_secret(is_old(run) ? "SHA-1" : "SHA-256", &run->keys);
}

/* CRAM-MD5 has no use for keys: who has only those is like nobody. */
static struct cmta_secret look_up(struct run *run) {
  unsigned bits = run->fixture.bits;
  const char *user = mechanism_claim(run->mechanism).user;
  run->learned = !(bits & UNKNOWN) && !(bits & KEYS && run->row->server_first);
  if (!run->learned)
    return mechanism_unknown(run->context, run->row->name, user, 1, run->room);
  if (bits & KEYS)
    return keys(run);
  return (struct cmta_secret){.password = {CLIENT_PASSWORD, strlen(CLIENT_PASSWORD)},
                              .iterations = 1};
}

/* ---- What must hold ---- */

static void check_name(const char *name) {
  char *prepared = NULL;
  for (const char *at = name; *at; at++)
    demand((unsigned char)*at >= ' ' && *at != 0x7f);
  demand(password_prepare((struct cmta_slice){name, strlen(name)}, false, &prepared) == 0);
  password_wipe(prepared);
}

static struct cmta_credentials check_claim(const struct run *run) {
  struct cmta_credentials claim = mechanism_claim(run->mechanism);
  check_name(claim.user);
  check_name(claim.authorization);
  demand(strcmp(claim.mechanism, run->row->name) == 0);
  demand(claim.kind != CMTA_CREDENTIAL_CERTIFICATE || run->fixture.bits & VERIFIED);
  demand(!*claim.authorization || strcmp(claim.user, claim.authorization) != 0);
  return claim;
}

/* The password, as it is or prepared, compared without the library's care. */
static bool is_right(struct cmta_slice password) {
  char *prepared = NULL;
  bool right =
      cmta_slice_is_word(password, CLIENT_PASSWORD) ||
      (password_prepare(password, true, &prepared) == 0 && strcmp(prepared, CLIENT_PASSWORD) == 0);
  password_wipe(prepared);
  return right;
}

/* ---- Steps, as in exchange.c ---- */

/* Claims without a user or a password are malformed; exchange.c finds that, not the mechanism. */
static bool is_complete(const struct run *run, bool compares) {
  struct cmta_credentials claim = check_claim(run);
  return claim.kind != CMTA_CREDENTIAL_PASSWORD ||
         (*claim.user && (claim.secret.length || !compares));
}

static bool verify_password(struct run *run, struct cmta_slice password) {
  struct cmta_secret secret =
      run->fixture.bits & KEYS ? keys(run) : (struct cmta_secret){.password = {CLIENT_PASSWORD, 6}};
  bool same = password_matches(&secret, password);
  demand(!same || is_right(password));
  return same && !(run->fixture.bits & UNKNOWN);
}

static bool verify(struct run *run) {
  struct cmta_credentials claim = check_claim(run);
  demand(claim.kind == CMTA_CREDENTIAL_CERTIFICATE || claim.secret.length > 0);
  if (claim.kind == CMTA_CREDENTIAL_PASSWORD)
    return verify_password(run, claim.secret);
  if (claim.kind == CMTA_CREDENTIAL_TOKEN)
    return claim.secret.length == strlen(token) &&
           memcmp(claim.secret.at, token, claim.secret.length) == 0;
  return !(run->fixture.bits & STRANGER);
}

static enum outcome refuse(struct run *run) {
  struct cmta_slice reason = mechanism_refuse(run->mechanism);
  client_hear(&run->client, reason);
  return reason.length ? GOES_ON : SENT_AWAY;
}

/* Only who knows the right password proves it, to a mechanism that was given it. */
static enum outcome prove(struct run *run) {
  (void)check_claim(run);
  demand(run->row->need == NEEDS_SECRET && run->learned && run->client.knows);
  return LET_IN;
}

static enum outcome take_result(struct run *run, enum mechanism_result result,
                                struct cmta_slice output) {
  switch (result) {
  case MECHANISM_CHALLENGES:
    client_hear(&run->client, output);
    return GOES_ON;
  case MECHANISM_CLAIMS:
    demand(run->row->need != NEEDS_SECRET);
    if (!is_complete(run, true))
      return SENT_AWAY;
    return verify(run) ? LET_IN : refuse(run);
  case MECHANISM_PROVES:
    return prove(run);
  case MECHANISM_REFUSES:
    return refuse(run);
  default:
    demand(result == MECHANISM_BAFFLED || result == MECHANISM_UNHEARD);
    return SENT_AWAY;
  }
}

static enum outcome step(struct run *run, struct cmta_slice said) {
  struct cmta_slice output = {0};
  enum mechanism_result result = mechanism_step(run->mechanism, said, &output);
  if (result != MECHANISM_ASKS)
    return take_result(run, result, output);
  if (!is_complete(run, false))
    return SENT_AWAY;
  run->secret = look_up(run);
  result = mechanism_learn(run->mechanism, &run->secret, &output);
  demand(result != MECHANISM_ASKS && result != MECHANISM_CLAIMS);
  return take_result(run, result, output);
}

/* From the command AUTH to the end, or until the client has gone; a client that is let in or sent
   away is not heard again. */
static void play(struct run *run, struct cmta_slice input) {
  enum { MOST = 20 };
  enum outcome outcome = GOES_ON;
  unsigned steps = 0;
  while (outcome == GOES_ON && input.length > 0) {
    demand(steps++ < MOST);
    outcome = step(run, client_say(&run->client, &input));
  }
}

static struct fixture new_fixture(unsigned bits) {
  return (struct fixture){.bits = bits,
                          .facts = {.version = bits & OLDER ? "TLSv1.2" : "TLSv1.3",
                                    .peer_subject = "CN=alice",
                                    .peer_verified = bits & VERIFIED}};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  enum { HEADER = 2, MECHANISMS = 10 };
  if (size < HEADER)
    return 0;
  struct run run = {.fixture = new_fixture(data[1]),
                    .row = mechanism_row(data[0] % MECHANISMS),
                    .context = mechanisms_context_new()};
  demand(run.row && run.context && !mechanism_row(MECHANISMS));
  run.client.hash = is_old(&run) ? "SHA-1" : "SHA-256";
  run.mechanism = mechanism_new(run.context, run.row, (const void *)&run.fixture);
  if (run.mechanism)
    play(&run, (struct cmta_slice){(const char *)data + HEADER, size - HEADER});
  mechanism_end(run.mechanism);
  mechanisms_context_free(run.context);
  return 0;
}
