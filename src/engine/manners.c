/* SPDX-License-Identifier: MIT */

/* Manners of a service, and of one session. */

#include "engine/manners.h"

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

bool manners_read(struct cmta_manners *read, const struct cmta_manners *manners) {
  struct cmta_manners chosen;
  cmta_manners_init(&chosen);
  if (manners->size < sizeof manners->size || manners->size > sizeof chosen)
    return false;
  memcpy(&chosen, manners, manners->size);
  chosen.size = sizeof chosen;
  if (!are_sound(&chosen))
    return false;
  *read = chosen;
  return true;
}

int cmta_session_set_manners(struct cmta_session *session, const struct cmta_manners *manners) {
  struct cmta_manners chosen;
  if (!session || !manners || !manners_read(&chosen, manners))
    return CMTA_E_ARGUMENT;
  if (session->opened)
    return CMTA_E_STATE;
  session->manners = chosen;
  return 0;
}

const struct cmta_manners *cmta_session_manners(const struct cmta_session *session) {
  return &session->manners;
}

unsigned cmta_session_faults(const struct cmta_session *session) { return session->faults; }
