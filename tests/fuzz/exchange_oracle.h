/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_EXCHANGE_ORACLE_H
#define FUZZ_EXCHANGE_ORACLE_H

/*
 * The authenticators of fuzz/exchange: what they answer, at once or late, is in the input, two
 * octets a question, from the first again when they are used up.
 */

#include "fuzz/auth_client.h"
#include "fuzz/exchange_line.h"

#include <cmta/auth.h>

enum { ORACLES = 2, ANSWERS = 5 };

/* What one octet of an answer says: the answer, what happens when that was LATER, and how. */
enum answer_bits {
  ANSWER = 0x07,
  EVENT = 0x38,
  BY_TICKET = 0x40,
  AT_LAST = 0x80 /* the time is up when the answer by ticket is on its way */
};

/* An answer of EVENT below these is the late one. */
enum event { EVENT_LEAVE = 5, EVENT_STOP = 6, EVENT_EXPIRE = 7 };

/* What the other octet says: what is looked up, and more. */
enum secret_bits {
  SECRET = 0x07,
  MAY_ACT = 0x08,
  SAYS_WHO = 0x10, /* whoever verifies says who the client is */
  REFUSAL = 0x60   /* what happens while a refusal waits */
};

enum secret_kind { SECRET_PASSWORD, SECRET_KEYS, SECRET_OTHER_HASH, SECRET_BROKEN, SECRET_HIDDEN };

/* What one who was asked last has said. */
enum grant { GRANTS_NOTHING, GRANTS_VERIFIED, GRANTS_SECRET, GRANTS_HIDDEN };

struct oracles;

struct oracle {
  struct oracles *all;
  unsigned number; /* counted from 1 */
};

/* The chain. */
struct oracles {
  struct line *line;
  const uint8_t *answers; /* 2 * ANSWERS octets */
  const char *hash;       /* of the mechanism */
  struct oracle each[ORACLES];
  unsigned added, released;
  unsigned asked;            /* questions */
  unsigned open;             /* the number of who has answered LATER, or 0 */
  bool verifies;             /* asked last to verify; else to look up */
  unsigned late, manner;     /* the octets of the last answer */
  struct cmta_ticket ticket; /* taken last; its generation is 0 for none */
  enum grant granted;
  bool may_act;
  char user[2048], authorization[2048]; /* who the client will be */
  struct client_keys keys;
};

/* The password of one secret, which no client of auth_client.h knows a proof of. */
#define HIDDEN_PASSWORD "hidden"

/* Adds one authenticator, of which an octet says what it can be asked. */
void oracle_add(struct oracles *oracles, unsigned face);

/* Has something happen to the question that is open. */
void oracles_go_on(struct oracles *oracles);

/* No question is open: tickets are good no more. */
void oracles_check_stale(const struct oracles *oracles);

#endif
