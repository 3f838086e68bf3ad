/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_GSASL_MECHANISM_H
#define CMTA_SERVER_GSASL_MECHANISM_H

/*
 * Exchanges, by GNU SASL, shared by the files that it is used in:
 *
 *   gsasl_mechanism.c  an exchange: its life, its steps, its claim
 *   gsasl_context.c    what GNU SASL asks in the middle of a step
 *   gsasl_password.c   what is made of passwords
 */

#include "server/bearer.h"
#include "server/mechanism.h"
#include "server/password.h"

#include <gsasl.h>

/* Octets of a salt, and of the key that salts are made with. */
enum { SALT_SIZE = 16, CONTEXT_KEY_SIZE = 16 };

struct mechanisms_context {
  Gsasl *gsasl;
  char key[CONTEXT_KEY_SIZE];
};

struct mechanism {
  const struct mechanism_row *row;
  const struct cmta_session *session;
  const struct mechanisms_context *context;
  const struct bearer_form *bearer; /* or NULL */
  Gsasl_session *exchange;          /* or NULL, for bearers */
  char *output;                     /* of the last step, from gsasl */
  char *said; /* by the client, in the step in hand, with a NUL behind it; or NULL */
  size_t said_length;
  char *user, *authorization; /* of the claim, from malloc(); or NULL */
  struct cmta_slice token;    /* of a bearer, in `said` */
  char *password;             /* of the claim, from malloc(); or NULL */
  struct scram_keys keys;     /* of a password in clear */
  bool has_keys;
  const struct cmta_secret *secret; /* while a step has one */
  unsigned steps;
  bool asks;    /* a secret was needed */
  bool claims;  /* it was asked whether a claim is true */
  bool refuses; /* the client was told why, and the exchange ends with the next step */
};

/* The hash of a mechanism of SCRAM, "SHA-1" or "SHA-256". */
const char *scram_hash(const char *mechanism);

/* A hash as GNU SASL names it. */
Gsasl_hash scram_algorithm(const char *hash);

/* The salt of a user with this name, where none is stored: always the same, so that nobody can tell
   a user whose password is known in clear from one whom nobody knows; and another for each hash, as
   a user has whose keys are kept of one hash. */
void scram_salt(const struct mechanisms_context *context, const char *mechanism, const char *name,
                char salt[SALT_SIZE]);

#endif
