/* SPDX-License-Identifier: MIT */

/* The guards: which fact is answered how. */

#include "engine/facts.h"

#include "engine/chain.h"
#include "engine/offer.h"

#include <stddef.h>

static const struct guard {
  enum fact fact;
  enum reply_id reply;
} guards[] = {
    {FACT_NO_HELP, REPLY_NOT_IMPLEMENTED},
    {FACT_NO_EXPN, REPLY_NOT_IMPLEMENTED},
    {FACT_NO_TLS, REPLY_TLS_NEEDED},
    {FACT_NO_AUTH, REPLY_AUTHENTICATION_NEEDED},
};

unsigned facts_of(const struct cmta_session *session) {
  const struct cmta_service *service = session->service;
  unsigned facts = 0;
  if (!(offer_extensions(session) & CMTA_EXTENSION_HELP))
    facts |= FACT_NO_HELP;
  if (!chain_has(service, offsetof(struct cmta_hooks, expn)))
    facts |= FACT_NO_EXPN;
  if (!session->encrypted)
    facts |= FACT_NO_TLS;
  if (!session->authenticated)
    facts |= FACT_NO_AUTH;
  return facts;
}

enum reply_id facts_guard(unsigned facts, const struct verb *verb) {
  unsigned against = facts & verb->barred;
  for (size_t i = 0; against && i < sizeof guards / sizeof *guards; i++)
    if (against & guards[i].fact)
      return guards[i].reply;
  return REPLY_NONE;
}

bool facts_offer(unsigned facts, const struct verb *verb) {
  return (verb->flags & VERB_COMMAND) && facts_guard(facts, verb) == REPLY_NONE;
}
