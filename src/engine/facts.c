/* SPDX-License-Identifier: MIT */

/* The guards: which fact is answered how. */

#include "engine/facts.h"

#include "engine/chain.h"
#include "engine/mechanisms.h"
#include "engine/offer.h"

#include <stddef.h>

static const struct guard {
  enum fact fact;
  enum reply_id reply;
} guards[] = {
    {FACT_LMTP, REPLY_UNKNOWN_COMMAND},
    {FACT_NO_LMTP, REPLY_UNKNOWN_COMMAND},
    {FACT_TLS_FIRST, REPLY_TLS_NEEDED},
    {FACT_NO_HELP, REPLY_NOT_IMPLEMENTED},
    {FACT_NO_EXPN, REPLY_NOT_IMPLEMENTED},
    {FACT_NO_ETRN, REPLY_NOT_IMPLEMENTED},
    {FACT_TLS_ON, REPLY_TLS_ALREADY},
    {FACT_NO_STARTTLS, REPLY_NOT_IMPLEMENTED},
    {FACT_NO_MECHANISM, REPLY_NOT_IMPLEMENTED},
    {FACT_NO_CHUNKING, REPLY_NOT_IMPLEMENTED},
    {FACT_NO_XCLIENT, REPLY_NOT_TRUSTED},
    {FACT_NO_XFORWARD, REPLY_NOT_TRUSTED},
    {FACT_NO_EHLO, REPLY_EHLO_NEEDED},
    {FACT_NO_LHLO, REPLY_LHLO_NEEDED},
    {FACT_TLS_UNAVAILABLE, REPLY_TLS_UNAVAILABLE},
    {FACT_AUTHENTICATED, REPLY_AUTHENTICATED_ALREADY},
    {FACT_NO_TLS, REPLY_TLS_NEEDED},
    {FACT_NO_AUTH, REPLY_AUTHENTICATION_NEEDED},
    {FACT_AUTH_FIRST, REPLY_AUTHENTICATION_NEEDED},
    {FACT_BINARY, REPLY_BDAT_NEEDED},
};

bool cmta_session_offers(const struct cmta_session *session, unsigned extension) {
  return offer_extensions(session) & extension;
}

/* What holds of a connection in clear, where TLS can be had or not; or of one with TLS. */
static unsigned tls_facts(const struct cmta_session *session) {
  if (session->encrypted)
    return FACT_TLS_ON;
  unsigned facts = FACT_NO_TLS;
  if (!(offer_extensions(session) & CMTA_EXTENSION_STARTTLS))
    facts |= FACT_NO_STARTTLS;
  if (session->tls_mode == CMTA_TLS_UNAVAILABLE)
    facts |= FACT_TLS_UNAVAILABLE;
  return session->tls_mode == CMTA_TLS_REQUIRED ? facts | FACT_TLS_FIRST : facts;
}

static unsigned auth_facts(const struct cmta_session *session) {
  if (session->authenticated)
    return FACT_AUTHENTICATED;
  unsigned facts = FACT_NO_AUTH;
  bool needed = session->auth_required || session->manners.submission;
  return needed ? facts | FACT_AUTH_FIRST : facts;
}

static unsigned trust_facts(const struct cmta_session *session) {
  unsigned bits = offer_extensions(session);
  unsigned facts = bits & CMTA_EXTENSION_XCLIENT ? 0u : FACT_NO_XCLIENT;
  return bits & CMTA_EXTENSION_XFORWARD ? facts : facts | FACT_NO_XFORWARD;
}

/* Of chunks (RFC 3030). */
static unsigned chunk_facts(const struct cmta_session *session) {
  const struct transaction *transaction = session->transaction;
  bool chunks = offer_extensions(session) & CMTA_EXTENSION_CHUNKING;
  bool binary = transaction && transaction->envelope.body == CMTA_BODY_BINARYMIME;
  return (chunks ? 0u : FACT_NO_CHUNKING) | (binary ? FACT_BINARY : 0u);
}

/* Which greeting it is that belongs to the session, and whether that has come. */
static unsigned greeting_facts(const struct cmta_session *session) {
  bool lmtp = session->manners.lmtp;
  unsigned facts = lmtp ? FACT_LMTP : FACT_NO_LMTP;
  return session->esmtp ? facts : facts | (lmtp ? FACT_NO_LHLO : FACT_NO_EHLO);
}

unsigned facts_of(const struct cmta_session *session) {
  const struct cmta_service *service = session->service;
  unsigned facts = tls_facts(session) | auth_facts(session) | trust_facts(session) |
                   greeting_facts(session) | chunk_facts(session);
  if (!(offer_extensions(session) & CMTA_EXTENSION_HELP))
    facts |= FACT_NO_HELP;
  if (!(offer_extensions(session) & CMTA_EXTENSION_ETRN))
    facts |= FACT_NO_ETRN;
  if (!chain_has(service, offsetof(struct cmta_hooks, expn)))
    facts |= FACT_NO_EXPN;
  if (!mechanisms_exist(session))
    facts |= FACT_NO_MECHANISM;
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
