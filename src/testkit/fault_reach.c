/* SPDX-License-Identifier: MIT */

/* Which faults a client can meet, of those that can be. */

#include "testkit/fault.h"

#include <string.h>

/* What a stage, or an action, wants one of. */
struct want {
  unsigned reach;
  const char *text;
};

static struct want want_of_stage(enum stage stage) {
  switch (stage) {
  case STAGE_EHLO:
  case STAGE_HELO:
    return (struct want){CMTA_REACH_SMTP, "a listener for SMTP"};
  case STAGE_LHLO:
    return (struct want){CMTA_REACH_LMTP, "a listener for LMTP"};
  case STAGE_STARTTLS:
    return (struct want){CMTA_REACH_STARTTLS, "STARTTLS, which nobody is offered"};
  case STAGE_AUTH:
    return (struct want){CMTA_REACH_AUTH, "users who may log in"};
  case STAGE_BDAT:
    return (struct want){CMTA_REACH_CHUNKING, "CHUNKING, which nobody is offered so far"};
  default:
    return (struct want){0};
  }
}

/* A handshake that is still to come, so that something can happen to it. */
static struct want want_of_handshake(enum stage stage, unsigned reach) {
  unsigned any = CMTA_REACH_STARTTLS | CMTA_REACH_TLS;
  if (stage == STAGE_ACCEPT || !(reach & any))
    return (struct want){any, "TLS"};
  return (struct want){CMTA_REACH_STARTTLS, "STARTTLS; where TLS comes first it is at \"accept\""};
}

static bool is_within(struct want want, unsigned reach) {
  return want.reach == 0 || (want.reach & reach);
}

static bool is_about_handshakes(const struct cmta_fault *fault) {
  return fault->action == CMTA_FAULT_TLS_REFUSED || fault->action == CMTA_FAULT_TLS_WRONG;
}

unsigned fault_reach_given(const struct cmta_fault *fault) {
  bool chunks = fault->action == CMTA_FAULT_OFFER && fault_offer_has(fault->text, "CHUNKING");
  return chunks ? CMTA_REACH_CHUNKING : 0;
}

int fault_check_reach(const struct cmta_fault *fault, unsigned reach, char *why, size_t size) {
  enum stage stage = (enum stage)stage_of((struct cmta_slice){fault->stage, strlen(fault->stage)});
  struct want want = want_of_stage(stage);
  if (!is_within(want, reach))
    return fault_wrong(why, size, "\"%s\" needs %s", fault->stage, want.text);
  if (fault->action == CMTA_FAULT_OFFER)
    return fault_offer_check_reach(fault->text, reach, why, size);
  if (!is_about_handshakes(fault))
    return 0;
  const char *action = action_row((size_t)fault->action)->word.word;
  if (stage == STAGE_QUIT)
    return fault_wrong(why, size, "\"%s\" cannot be at \"quit\": no handshake follows", action);
  want = want_of_handshake(stage, reach);
  return is_within(want, reach) ? 0 : fault_wrong(why, size, "\"%s\" needs %s", action, want.text);
}
