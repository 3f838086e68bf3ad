/* SPDX-License-Identifier: MIT */

/* Manners are checked where they come in, and copied. */

#include "engine/manners.h"

#include "engine/session.h"

void cmta_manners_init(struct cmta_manners *manners) {
  *manners = (struct cmta_manners){.size = sizeof *manners};
}

static bool is_reaction(enum cmta_reaction reaction) {
  return (unsigned)reaction <= CMTA_REACTION_DROP;
}

bool manners_are_sound(const struct cmta_manners *manners) {
  return manners->size == sizeof *manners &&
         (unsigned)manners->line_endings <= CMTA_LINE_ENDINGS_KEEP &&
         is_reaction(manners->early_talker) && is_reaction(manners->pipelining);
}

int cmta_session_set_manners(struct cmta_session *session, const struct cmta_manners *manners) {
  if (!session || !manners || !manners_are_sound(manners))
    return CMTA_E_ARGUMENT;
  if (session->opened)
    return CMTA_E_STATE;
  session->manners = *manners;
  return 0;
}

unsigned cmta_session_faults(const struct cmta_session *session) { return session->faults; }
