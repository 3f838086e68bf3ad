/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_SINK_REFUSAL_H
#define CMTA_TOOLS_SINK_REFUSAL_H

/* What `cmta sink --reject STAGE[=CODE[ TEXT]]` means: which question is refused, and how. */

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

/* How one stage is answered; all zero: accepted. */
struct refusal {
  bool set;
  int code;          /* 400..599; 0: the standard refusal */
  char enhanced[10]; /* the enhanced status code (RFC 3463) that stood before the text, or "" */
  const char *text;  /* borrowed from the argument; never NULL when there is a code */
};

/* Reads the argument of --reject into its stage's place in refusals[STAGE_COUNT]; the text is
   borrowed from it. NULL, or what is wrong with it: the end of a sentence, a static string. */
const char *refusal_read(struct refusal *refusals, const char *argument);

/* Answers the open question of session as refusal says: 4yz is TEMPFAIL, 5yz REJECT, 421 CLOSE. */
enum cmta_verdict refusal_answer(const struct refusal *refusal, struct cmta_session *session);

#endif
