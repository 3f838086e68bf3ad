/* SPDX-License-Identifier: MIT */

/* STARTTLS. What a client sends in clear behind it is never read as anything: the session ends (NO
 * STARTTLS; CVE-2011-0411). */

#include "engine/starttls.h"

#include "engine/auth.h"
#include "engine/decide.h"
#include "engine/offer.h"
#include "engine/reply.h"
#include "engine/statistics.h"
#include "engine/text.h"
#include "engine/told.h"

bool starttls_is_waited_for(const struct cmta_session *session) {
  return session->tls_step == TLS_STEP_WANTED;
}

enum cmta_verdict starttls_ask(struct cmta_session *session, const struct hook_set *set) {
  return set->hooks.starttls(session, set->user);
}

void starttls_done(struct cmta_session *session) {
  if (session->ending != CMTA_CLOSED_NOT) {
    reply_send(session, session->hand.standard, false);
    return;
  }
  if (session->behind) {
    reply_clear(session);
    session->ending = CMTA_CLOSED_TLS;
    session_complain(session, REPLY_SPOKE_IN_CLEAR);
    return;
  }
  reply_send(session, session->hand.standard, false);
  session->tls_step = TLS_STEP_WANTED;
}

/* What was heard in clear may have been anybody's (RFC 3207 section 4.2). */
enum reply_id secured_check(struct cmta_session *session) {
  memory_give(&session->memory, session->hello);
  session->hello = NULL;
  session->esmtp = false;
  forwarded_forget(session);
  offer_accept(session);
  auth_forget(session);
  return REPLY_NONE;
}

enum cmta_verdict secured_ask(struct cmta_session *session, const struct hook_set *set) {
  return set->hooks.secured(session, set->user);
}

/* ---- What runtimes say ---- */

int cmta_session_set_tls(struct cmta_session *session, enum cmta_tls_mode mode) {
  if (!session || (unsigned)mode > CMTA_TLS_IMPLICIT)
    return CMTA_E_ARGUMENT;
  if (session->opened)
    return CMTA_E_STATE;
  session->tls_mode = (unsigned char)mode;
  session->tls_step = mode == CMTA_TLS_IMPLICIT ? TLS_STEP_WANTED : TLS_STEP_NONE;
  return 0;
}

static bool are_facts(const struct cmta_tls_facts *facts) {
  return facts->version && facts->cipher && facts->server_name && facts->alpn &&
         facts->peer_subject && facts->peer_fingerprint && facts->cipher_suite;
}

static bool copy_facts(struct cmta_session *session, const struct cmta_tls_facts *facts) {
  size_t texts = text_size(facts->version) + text_size(facts->cipher) +
                 text_size(facts->server_name) + text_size(facts->alpn) +
                 text_size(facts->peer_subject) + text_size(facts->peer_fingerprint) +
                 text_size(facts->cipher_suite);
  struct cmta_tls_facts *copy = memory_take(&session->memory, sizeof *copy + texts);
  if (!copy)
    return false;
  char *room = (char *)(copy + 1);
  copy->version = text_copy(facts->version, &room);
  copy->cipher = text_copy(facts->cipher, &room);
  copy->server_name = text_copy(facts->server_name, &room);
  copy->alpn = text_copy(facts->alpn, &room);
  copy->peer_subject = text_copy(facts->peer_subject, &room);
  copy->peer_fingerprint = text_copy(facts->peer_fingerprint, &room);
  copy->peer_verified = facts->peer_verified;
  copy->cipher_suite = text_copy(facts->cipher_suite, &room);
  session->tls = copy;
  return true;
}

int cmta_session_secured(struct cmta_session *session, const struct cmta_tls_facts *facts) {
  if (!session || (facts && !are_facts(facts)))
    return CMTA_E_ARGUMENT;
  if (session->running || !starttls_is_waited_for(session) ||
      session->close_reason != CMTA_CLOSED_NOT)
    return CMTA_E_STATE;
  if (facts && !copy_facts(session, facts)) {
    session_finish(session, CMTA_CLOSED_MEMORY);
    return CMTA_E_MEMORY;
  }
  session->encrypted = true;
  session->progress++;
  statistics_count_handshake(session, true);
  session->tls_step = session->opened ? TLS_STEP_DONE : TLS_STEP_NONE;
  return 0;
}

void cmta_session_tls_failed(struct cmta_session *session) {
  if (!session->running && starttls_is_waited_for(session))
    session_finish(session, CMTA_CLOSED_TLS);
}

void cmta_session_set_encrypted(struct cmta_session *session, bool encrypted) {
  session->encrypted = encrypted;
}

bool cmta_session_encrypted(const struct cmta_session *session) { return session->encrypted; }

const struct cmta_tls_facts *cmta_session_tls(const struct cmta_session *session) {
  return session->tls;
}
