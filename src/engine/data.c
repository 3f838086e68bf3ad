/* SPDX-License-Identifier: MIT */

/* Data of the application's own, one with each session and each transaction for each hook set. */

#include "engine/data.h"

#include "engine/session.h"

void attachment_set(struct attachment *attachment, void *data, void (*destroy)(void *)) {
  struct attachment old = *attachment;
  *attachment = (struct attachment){data, destroy};
  if (old.destroy)
    old.destroy(old.data);
}

int cmta_session_set_data(struct cmta_session *session, void *data, void (*destroy)(void *data)) {
  if (!session)
    return CMTA_E_ARGUMENT;
  attachment_set(&session->attachments[session->hand.set], data, destroy);
  return 0;
}

int cmta_transaction_set_data(struct cmta_session *session, void *data,
                              void (*destroy)(void *data)) {
  if (!session)
    return CMTA_E_ARGUMENT;
  if (!session->transaction)
    return CMTA_E_STATE;
  attachment_set(&session->transaction->attachments[session->hand.set], data, destroy);
  return 0;
}

void *cmta_session_user(const struct cmta_session *session) {
  return session->service->sets[session->hand.set].user;
}

void *cmta_session_data_of(const struct cmta_session *session, size_t hook_set) {
  return hook_set < session->service->set_count ? session->attachments[hook_set].data : NULL;
}

void *cmta_transaction_data_of(const struct cmta_session *session, size_t hook_set) {
  if (!session->transaction || hook_set >= session->service->set_count)
    return NULL;
  return session->transaction->attachments[hook_set].data;
}

void *cmta_session_data(const struct cmta_session *session) {
  return cmta_session_data_of(session, session->hand.set);
}

void *cmta_transaction_data(const struct cmta_session *session) {
  return cmta_transaction_data_of(session, session->hand.set);
}

void cmta_session_set_runtime(struct cmta_session *session, void *runtime) {
  session->runtime = runtime;
}

void *cmta_session_runtime(const struct cmta_session *session) { return session->runtime; }
