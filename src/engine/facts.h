/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_FACTS_H
#define CMTA_ENGINE_FACTS_H

/* What does not depend on order: facts that forbid a command whatever the phase. Checked in one
 * place, before the chart sees the event. */

#include "engine/verbs.h"

enum fact {
  FACT_NO_HELP = 1 << 0, /* the extension HELP is off */
  FACT_NO_EXPN = 1 << 1, /* the application has no `expn` hook */
  FACT_NO_TLS = 1 << 2,  /* the connection is not encrypted */
  FACT_NO_AUTH = 1 << 3, /* the client is not authenticated */
  FACT_ALL = (1 << 4) - 1
};

/* The facts that hold for a session now. */
unsigned facts_of(const struct cmta_session *session);

/* REPLY_NONE when a verb may go to the chart, or the reply of the first fact that forbids it. */
enum reply_id facts_guard(unsigned facts, const struct verb *verb);

/* Whether a verb is a command that no fact forbids: HELP lists these. */
bool facts_offer(unsigned facts, const struct verb *verb);

#endif
