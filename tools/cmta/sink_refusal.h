/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_SINK_REFUSAL_H
#define CMTA_TOOLS_SINK_REFUSAL_H

/* What `cmta sink --reject STAGE[:ADDRESS][=CODE[ TEXT]]` means: which question is refused, about
 * whom, and how. */

#include <cmta/session.h>

/* The questions that can be refused, in the order of a session. */
enum refusal_stage {
  STAGE_CONNECT,
  STAGE_HELLO,
  STAGE_MAIL,
  STAGE_RCPT,
  STAGE_DATA,
  STAGE_MESSAGE,
  STAGE_COUNT
};

/* One rule. */
struct refusal {
  enum refusal_stage stage;
  struct cmta_slice address; /* whose; empty: everybody's; borrowed, as text is */
  int code;                  /* 400..599; 0: the standard refusal */
  char enhanced[10]; /* the enhanced status code (RFC 3463) that stood before the text, or "" */
  const char *text;  /* borrowed from the argument; never NULL when there is a code */
};

/* All rules, in the order given. All zero: none. */
struct refusals {
  struct refusal *rows;
  size_t count;
};

/* Adds the rule that an argument of --reject is, borrowing from it. NULL, or what is wrong with it:
   the end of a sentence, a static string. */
const char *refusals_read(struct refusals *refusals, const char *argument);

/* The last rule for a stage that is for everybody or for this address; NULL when there is none. */
const struct refusal *refusals_find(const struct refusals *refusals, enum refusal_stage stage,
                                    struct cmta_slice address);

/* NULL, or what is wrong with an address or a pattern of some as it matches none: likewise. Clients
   say them in brackets, which are no part of them. */
const char *address_check(const char *address, size_t length);

/* Frees what refusals holds. */
void refusals_free(struct refusals *refusals);

/* Answers the open question of session as refusal says: 4yz is TEMPFAIL, 5yz REJECT, 421 CLOSE;
   NULL accepts. */
enum cmta_verdict refusal_answer(const struct refusal *refusal, struct cmta_session *session);

#endif
