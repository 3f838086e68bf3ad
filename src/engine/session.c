/* SPDX-License-Identifier: MIT */

/* A session is made and freed here; what it knows is shown here. */

#include "engine/session.h"

#include "engine/chain.h"
#include "engine/chart.h"
#include "engine/domains.h"
#include "engine/foresee.h"
#include "engine/output.h"
#include "engine/protocol.h"
#include "engine/reply.h"
#include "engine/starttls.h"
#include "engine/synchrony.h"
#include "engine/text.h"
#include "engine/verbs.h"
#include "event.h"

#include <string.h>

/* Octets of one end's address as text, with its NUL. */
static size_t address_size(const struct cmta_peer *end) {
  return end && end->address ? strlen(end->address) + 1 : 1;
}

/* Copies one end, its address to `text`. */
static struct cmta_peer copy_end(const struct cmta_peer *end, char *text) {
  if (!end || !end->address)
    return (struct cmta_peer){.address = text, .port = end ? end->port : 0};
  return (struct cmta_peer){.address = strcpy(text, end->address), .port = end->port};
}

/* A session, the data of its hook sets and the addresses of both ends lie in one block. */
int cmta_session_new(struct cmta_session **session, struct cmta_service *service,
                     const struct cmta_peer *peer, const struct cmta_peer *local) {
  if (!session || !service)
    return CMTA_E_ARGUMENT;
  const struct cmta_settings *settings = &service->settings;
  struct memory memory = memory_account(&settings->allocator, settings->max_memory);
  size_t data = service->set_count * sizeof(struct attachment);
  size_t size = sizeof(struct cmta_session) + data + address_size(peer) + address_size(local);
  struct cmta_session *made = memory_take(&memory, size);
  *session = made;
  if (!made)
    return CMTA_E_MEMORY;
  made->attachments = (struct attachment *)(made + 1);
  char *text = (char *)(made + 1) + data;
  made->service = service;
  made->manners = settings->manners;
  made->memory = memory;
  made->memory.reserve = output_reserve(settings->max_memory);
  made->peer = copy_end(peer, text);
  made->local = copy_end(local, text + address_size(peer));
  made->auth_required = settings->auth_required;
  session_machine_init(made);
  atomic_store_explicit(&service->sealed, true, memory_order_relaxed);
  return 0;
}

void cmta_session_free(struct cmta_session *session) {
  if (!session)
    return;
  session_finish(session, CMTA_CLOSED_FREED);
  chain_free_data(session->service, session->attachments);
  domains_free(session);
  struct memory memory = session->memory;
  memory_give(&memory, session->hello);
  memory_give(&memory, session->offer);
  memory_give(&memory, session->output);
  memory_give(&memory, session->tls);
  memory_give(&memory, session->mechanisms);
  memory_give(&memory, session->identity);
  memory_give(&memory, session->proxied);
  memory_give(&memory, session->xclient);
  memory_give(&memory, session->forwarded);
  memory_give(&memory, session->ends);
  memory_give(&memory, session);
}

static bool looks_ahead(const struct cmta_session *session) {
  return foresee_wants_more(session) || synchrony_looks(session);
}

unsigned cmta_session_wants(const struct cmta_session *session) {
  unsigned wants = cmta_session_output(session).length ? CMTA_WANTS_WRITE : 0;
  if (session->close_reason != CMTA_CLOSED_NOT)
    return wants | CMTA_WANTS_CLOSE;
  if (session->hand.question == QUESTION_OPEN)
    return wants | CMTA_WANTS_DECISION | (looks_ahead(session) ? CMTA_WANTS_FORESIGHT : 0u);
  if (starttls_is_waited_for(session))
    return wants | CMTA_WANTS_TLS;
  return session->halted || output_is_full(session) ? wants : wants | CMTA_WANTS_READ;
}

uint64_t cmta_session_progress(const struct cmta_session *session) { return session->progress; }

const struct cmta_peer *cmta_session_peer(const struct cmta_session *session) {
  return &session->peer;
}

const struct cmta_peer *cmta_session_local(const struct cmta_session *session) {
  return &session->local;
}

struct cmta_slice cmta_session_hello_name(const struct cmta_session *session) {
  const char *name = session->hello_candidate ? session->hello_candidate : session->hello;
  return text_slice(name);
}

/* While a greeting is in question, its own verb counts. */
static bool speaks_esmtp(const struct cmta_session *session) {
  return session->hello_candidate ? session->verb->event != HELO : session->esmtp;
}

/* SMTPUTF8 can be asked for in ESMTP and LMTP only. */
static const char *protocol_of(const struct cmta_session *session, bool esmtp) {
  bool utf8 = session->transaction && session->transaction->envelope.smtputf8;
  unsigned facts = utf8 ? PROTOCOL_ESMTP | PROTOCOL_UTF8 : esmtp ? PROTOCOL_ESMTP : 0u;
  facts |= session->manners.lmtp ? PROTOCOL_LMTP : 0u;
  facts |= session->encrypted ? PROTOCOL_TLS : 0u;
  return protocol_word(facts | (session->authenticated ? PROTOCOL_AUTH : 0u));
}

const char *session_protocol(const struct cmta_session *session) {
  return protocol_of(session, session->esmtp);
}

const char *cmta_session_protocol(const struct cmta_session *session) {
  return protocol_of(session, speaks_esmtp(session));
}

const char *cmta_session_question(const struct cmta_session *session) {
  return session_in_question(session) ? session->verb->question : "";
}

uint64_t cmta_session_question_number(const struct cmta_session *session) {
  bool waits = session->hand.question == QUESTION_ASKED || session->hand.question == QUESTION_OPEN;
  return waits ? session->hand.number : 0;
}

uint64_t cmta_session_now(const struct cmta_session *session) {
  const struct cmta_clock *clock = &session->service->settings.clock;
  return clock->monotonic ? clock->monotonic(clock->context) : 0;
}

const struct cmta_service *cmta_session_service(const struct cmta_session *session) {
  return session->service;
}

const struct cmta_path *cmta_session_candidate(const struct cmta_session *session) {
  bool asks = session_in_question(session) && session->event == RCPT;
  return asks ? &session->transaction->candidate : NULL;
}

const struct cmta_envelope *cmta_session_envelope(const struct cmta_session *session) {
  return session->transaction ? &session->transaction->envelope : NULL;
}
