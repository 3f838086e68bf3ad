/* SPDX-License-Identifier: MIT */

/* Manners of a service, and of one session. */

#include "engine/session.h"

#include <string.h>

void cmta_manners_init(struct cmta_manners *manners) {
  *manners = (struct cmta_manners){.size = sizeof *manners};
}

static bool are_sound(const struct cmta_manners *manners) {
  return (unsigned)manners->line_endings <= CMTA_LINE_ENDINGS_KEEP &&
         (unsigned)manners->early_talker <= CMTA_REACTION_DROP &&
         (unsigned)manners->pipelining <= CMTA_REACTION_DROP;
}

int cmta_manners_copy(struct cmta_manners *copy, const struct cmta_manners *manners) {
  struct cmta_manners chosen;
  cmta_manners_init(&chosen);
  if (!copy || !manners || manners->size < sizeof manners->size || manners->size > sizeof chosen)
    return CMTA_E_ARGUMENT;
  memcpy(&chosen, manners, manners->size);
  chosen.size = sizeof chosen;
  if (!are_sound(&chosen))
    return CMTA_E_ARGUMENT;
  *copy = chosen;
  return 0;
}

int cmta_session_set_manners(struct cmta_session *session, const struct cmta_manners *manners) {
  struct cmta_manners chosen;
  if (!session || cmta_manners_copy(&chosen, manners) < 0)
    return CMTA_E_ARGUMENT;
  if (session->opened)
    return CMTA_E_STATE;
  session->manners = chosen;
  return 0;
}

const struct cmta_manners *cmta_session_manners(const struct cmta_session *session) {
  return &session->manners;
}

unsigned cmta_session_violations(const struct cmta_session *session) { return session->violations; }
