/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_SERVER_ORACLE_H
#define CMTA_TESTS_SERVER_ORACLE_H

/* An authenticator that answers as it was told, and remembers what it was asked. */

#include "login.h"

struct oracle {
  unsigned kinds;
  bool verifies, looks_up;               /* it has the function */
  enum cmta_auth_result verify, look_up; /* its answers */
  struct cmta_secret secret;             /* what it looks up */
  const char *identity; /* whom it says a client is before it answers OK, or NULL */
  bool takes_ticket;    /* before it answers */

  unsigned verified, looked_up, cancelled, released; /* calls */
  struct cmta_session *session;                      /* of the last question */
  struct cmta_ticket ticket;                         /* likewise */
  enum cmta_credential kind;                         /* what it was asked last */
  char mechanism[32], user[1100], authorization[1100], password[10000];
};

/* One that knows everybody with the password "secret", in each kind and by look_up. */
struct oracle oracle_new(void);

/* One that knows nobody. */
struct oracle oracle_ignorant(void);

/* One that can be asked to verify alone, or to look up alone. */
struct oracle oracle_verifier(enum cmta_auth_result answer);
struct oracle oracle_keeper(enum cmta_auth_result answer);

/* Adds it to the server of the world; it must outlive that. */
void oracle_add(struct oracle *oracle);

/* The secret for a password in clear. */
struct cmta_secret oracle_password(const char *password);

#endif
