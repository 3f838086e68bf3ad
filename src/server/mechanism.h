/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_MECHANISM_H
#define CMTA_SERVER_MECHANISM_H

/*
 * One exchange of a SASL mechanism (RFC 4422), without a type of whoever does it: GNU SASL in
 * gsasl_*.c, and bearer.c for the two that it has not.
 */

#include <cmta/auth.h>

/* What an authenticator must be able to answer for a mechanism. */
enum mechanism_need { NEEDS_PASSWORD, NEEDS_TOKEN, NEEDS_CERTIFICATE, NEEDS_SECRET };

/* A mechanism. */
struct mechanism_row {
  const char *name;
  enum mechanism_need need;
  bool binds;        /* to the TLS channel (RFC 5802 section 6) */
  bool server_first; /* the client has nothing to say before a challenge */
  bool by_name;      /* offered only where a setting names it */
};

/* The rows in the order of the offer; NULL behind the last. */
const struct mechanism_row *mechanism_row(size_t index);

/* The row of a name, or NULL. */
const struct mechanism_row *mechanism_of_name(const char *name);

/* What a server needs once. NULL without memory. */
struct mechanisms_context;
struct mechanisms_context *mechanisms_context_new(void);
void mechanisms_context_free(struct mechanisms_context *context);

/* What a user whom nobody knows gets in place of a secret, always the same for a name: it fits no
   password. Salt and iterations are those that the mechanism makes for a user whose password alone
   is known. iterations 0: SCRAM_ITERATIONS. The bytes live in *room. */
enum { SCRAM_ITERATIONS = CMTA_SCRAM_ITERATIONS, UNKNOWN_ROOM = 80 };
struct cmta_secret mechanism_unknown(const struct mechanisms_context *context,
                                     const char *mechanism, const char *name, unsigned iterations,
                                     char room[UNKNOWN_ROOM]);

/* A number that is always the same for a name, and that tells nobody which, or the salt above. */
uint32_t mechanism_number(const struct mechanisms_context *context, const char *name);

/* Whether the password is what the secret was made of; takes the same time whether or not. False,
   too, without memory. */
bool password_matches(const struct cmta_secret *secret, struct cmta_slice password);

/* Whether a session's connection can be bound to (RFC 9266): with TLS 1.3, where all clients mean
   the same by it. */
bool mechanism_can_bind(const struct cmta_session *session);

/* An exchange. */
struct mechanism;

/* What a step came to. */
enum mechanism_result {
  MECHANISM_CHALLENGES, /* the client is to say more */
  MECHANISM_CLAIMS,     /* it has said all; mechanism_claim() is to be verified */
  MECHANISM_ASKS,       /* the secret of the claimed user is needed: mechanism_learn() */
  MECHANISM_PROVES,     /* it has proved the claim */
  MECHANISM_REFUSES,    /* it has not */
  MECHANISM_BAFFLED,    /* what it said is malformed */
  MECHANISM_UNHEARD,    /* it spoke first where the server does (RFC 4954 section 4) */
  MECHANISM_STARVES     /* no memory */
};

/* Begins an exchange of a session. NULL without memory. The caller ends it. */
struct mechanism *mechanism_new(struct mechanisms_context *context, const struct mechanism_row *row,
                                const struct cmta_session *session);
void mechanism_end(struct mechanism *mechanism);

/* Takes what the client says, or that it says nothing (at is NULL). What it is to be told, with
   CHALLENGES and perhaps with PROVES, is *output, until the next call. */
enum mechanism_result mechanism_step(struct mechanism *mechanism, struct cmta_slice said,
                                     struct cmta_slice *output);

/* After ASKS: this is the secret, which stays until the exchange ends; takes the same step again.
 */
enum mechanism_result mechanism_learn(struct mechanism *mechanism, const struct cmta_secret *secret,
                                      struct cmta_slice *output);

/* The claim is not true: what the client is to be told of it, and acknowledge, before it is
   refused; or nothing, as the second time. */
struct cmta_slice mechanism_refuse(struct mechanism *mechanism);

/* It takes no more steps: wipes what the client has said. */
void mechanism_forget(struct mechanism *mechanism);

/* What the client claims, after CLAIMS, ASKS and PROVES; its names are prepared (RFC 4013). Lives
   until the next step. */
struct cmta_credentials mechanism_claim(const struct mechanism *mechanism);

#endif
