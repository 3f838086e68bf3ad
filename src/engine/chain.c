/* SPDX-License-Identifier: MIT */

/* News to the sets of the chain, and their data. While a set is told or makes its data it is the
 * one in hand, so that the data functions mean its own. */

#include "engine/chain.h"

#include "engine/verbs.h"

#include <string.h>

/* A hook by its place alone: enough to know that it is there. */
bool chain_set_has(const struct hook_set *set, size_t hook) {
  void (*found)(void);
  memcpy(&found, (const char *)&set->hooks + hook, sizeof found);
  return found != NULL;
}

size_t chain_next(const struct cmta_service *service, size_t from, size_t hook) {
  while (from < service->set_count && !chain_set_has(&service->sets[from], hook))
    from++;
  return from;
}

bool chain_has(const struct cmta_service *service, size_t hook) {
  return chain_next(service, 0, hook) < service->set_count;
}

uint64_t chain_now(const struct cmta_service *service) {
  const struct cmta_clock *clock = &service->settings.clock;
  bool wanted = clock->monotonic && chain_has(service, offsetof(struct cmta_hooks, decided));
  return wanted ? clock->monotonic(clock->context) : 0;
}

/* Takes the next set with the hook in hand, the first one for index 0; NULL behind the last. */
static const struct hook_set *step(struct cmta_session *session, size_t *index, size_t hook) {
  const struct cmta_service *service = session->service;
  size_t found = chain_next(service, *index, hook);
  *index = found + 1;
  if (found == service->set_count)
    return NULL;
  session->set = (unsigned short)found;
  return &service->sets[found];
}

void chain_tell_reset(struct cmta_session *session) {
  const struct hook_set *set;
  unsigned short before = session->set;
  size_t at = 0;
  while ((set = step(session, &at, offsetof(struct cmta_hooks, reset))))
    set->hooks.reset(session, set->user);
  session->set = before;
}

void chain_tell_closed(struct cmta_session *session, enum cmta_close_reason reason) {
  const struct hook_set *set;
  unsigned short before = session->set;
  size_t at = 0;
  while ((set = step(session, &at, offsetof(struct cmta_hooks, closed))))
    set->hooks.closed(session, set->user, reason);
  session->set = before;
}

void chain_tell_trace(struct cmta_session *session, enum cmta_direction direction,
                      struct cmta_slice line) {
  const struct hook_set *set;
  unsigned short before = session->set;
  size_t at = 0;
  while ((set = step(session, &at, offsetof(struct cmta_hooks, trace))))
    set->hooks.trace(session, set->user, direction, line);
  session->set = before;
}

void chain_tell_decided(struct cmta_session *session, const struct cmta_decision *decision) {
  const struct hook_set *set;
  unsigned short before = session->set;
  size_t at = 0;
  while ((set = step(session, &at, offsetof(struct cmta_hooks, decided))))
    set->hooks.decided(session, set->user, decision);
  session->set = before;
}

void chain_tell_foresee(struct cmta_session *session, const struct cmta_foreseen *command) {
  const struct hook_set *set;
  unsigned short before = session->set;
  size_t at = 0;
  while ((set = step(session, &at, offsetof(struct cmta_hooks, foresee))))
    set->hooks.foresee(session, set->user, command);
  session->set = before;
}

void chain_tell_cancelled(struct cmta_session *session) {
  const struct hook_set *set = &session->service->sets[session->set];
  if (set->hooks.cancelled)
    set->hooks.cancelled(session, set->user, session->verb->question);
}

bool chain_make_session_data(struct cmta_session *session) {
  const struct hook_set *set;
  bool made = true;
  size_t at = 0;
  while (made && (set = step(session, &at, offsetof(struct cmta_hooks, session_new)))) {
    void *data = set->hooks.session_new(session, set->user);
    attachment_set(&session->attachments[session->set], data,
                   data ? set->hooks.session_free : NULL);
    made = data;
  }
  session->set = 0;
  return made;
}

bool chain_make_transaction_data(struct cmta_session *session) {
  const struct hook_set *set;
  bool made = true;
  size_t at = 0;
  while (made && (set = step(session, &at, offsetof(struct cmta_hooks, transaction_new)))) {
    void *data = set->hooks.transaction_new(session, set->user);
    attachment_set(&session->transaction->attachments[session->set], data,
                   data ? set->hooks.transaction_free : NULL);
    made = data;
  }
  session->set = 0;
  return made;
}

void chain_free_data(const struct cmta_service *service, struct attachment *attachments) {
  for (size_t i = 0; i < service->set_count; i++)
    attachment_set(&attachments[i], NULL, NULL);
}
