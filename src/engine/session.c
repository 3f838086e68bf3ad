/* SPDX-License-Identifier: MIT */

/* A session is made and freed here; what it knows is shown here. */

#include "engine/session.h"

#include "engine/chart.h"
#include "engine/output.h"
#include "engine/reply.h"
#include "engine/verbs.h"
#include "event.h"

#include <string.h>

/* A session and its peer's address lie in one block. */
int cmta_session_new(struct cmta_session **session, const struct cmta_service *service,
                     const struct cmta_peer *peer) {
  if (!session || !service)
    return CMTA_E_ARGUMENT;
  const char *address = peer && peer->address ? peer->address : "";
  size_t length = strlen(address) + 1;
  const struct cmta_settings *settings = &service->settings;
  struct memory memory = memory_account(&settings->allocator, settings->max_memory);
  struct cmta_session *made = memory_take(&memory, sizeof *made + length);
  *session = made;
  if (!made)
    return CMTA_E_MEMORY;
  made->service = service;
  made->memory = memory;
  made->memory.reserve = output_reserve(settings->max_memory);
  made->peer.address = memcpy(made + 1, address, length);
  made->peer.port = peer ? peer->port : 0;
  session_machine_init(made);
  return 0;
}

void cmta_session_free(struct cmta_session *session) {
  if (!session)
    return;
  session_finish(session, CMTA_CLOSED_FREED);
  attachment_set(&session->attachment, NULL, NULL);
  struct memory memory = session->memory;
  memory_give(&memory, session->hello);
  memory_give(&memory, session->output);
  memory_give(&memory, session);
}

unsigned cmta_session_wants(const struct cmta_session *session) {
  unsigned wants = cmta_session_output(session).length ? CMTA_WANTS_WRITE : 0;
  if (session->close_reason != CMTA_CLOSED_NOT)
    return wants | CMTA_WANTS_CLOSE;
  if (session->question == QUESTION_OPEN)
    return wants | CMTA_WANTS_DECISION;
  return output_is_full(session) ? wants : wants | CMTA_WANTS_READ;
}

uint64_t cmta_session_progress(const struct cmta_session *session) { return session->progress; }

const struct cmta_peer *cmta_session_peer(const struct cmta_session *session) {
  return &session->peer;
}

struct cmta_slice cmta_session_hello_name(const struct cmta_session *session) {
  const char *name = session->hello_candidate ? session->hello_candidate : session->hello;
  return (struct cmta_slice){name, name ? strlen(name) : 0};
}

/* While a greeting is in question, its own verb counts. */
static bool speaks_esmtp(const struct cmta_session *session) {
  return session->hello_candidate ? session->verb->event == EHLO : session->esmtp;
}

const char *cmta_session_protocol(const struct cmta_session *session) {
  if (session->transaction && session->transaction->envelope.smtputf8)
    return "UTF8SMTP";
  return speaks_esmtp(session) ? "ESMTP" : "SMTP";
}

const struct cmta_envelope *cmta_session_envelope(const struct cmta_session *session) {
  return session->transaction ? &session->transaction->envelope : NULL;
}

void attachment_set(struct attachment *attachment, void *data, void (*destroy)(void *)) {
  struct attachment old = *attachment;
  *attachment = (struct attachment){data, destroy};
  if (old.destroy)
    old.destroy(old.data);
}

int cmta_session_set_data(struct cmta_session *session, void *data, void (*destroy)(void *data)) {
  if (!session)
    return CMTA_E_ARGUMENT;
  attachment_set(&session->attachment, data, destroy);
  return 0;
}

void *cmta_session_data(const struct cmta_session *session) { return session->attachment.data; }

int cmta_transaction_set_data(struct cmta_session *session, void *data,
                              void (*destroy)(void *data)) {
  if (!session)
    return CMTA_E_ARGUMENT;
  if (!session->transaction)
    return CMTA_E_STATE;
  attachment_set(&session->transaction->attachment, data, destroy);
  return 0;
}

void *cmta_transaction_data(const struct cmta_session *session) {
  return session->transaction ? session->transaction->attachment.data : NULL;
}
