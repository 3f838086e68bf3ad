/* SPDX-License-Identifier: MIT */

/* News to the sets of the chain, and their data. While a set is told or makes its data it is the
 * one in hand, so that the data functions mean its own. */

#include "engine/chain.h"

#include "engine/verbs.h"

#include <string.h>

/* A hook by its place alone: enough to know that it is there. */
static bool has(const struct hook_set *set, size_t hook) {
  void (*found)(void);
  memcpy(&found, (const char *)&set->hooks + hook, sizeof found);
  return found != NULL;
}

size_t chain_next(const struct cmta_service *service, size_t from, size_t hook) {
  while (from < service->set_count && !has(&service->sets[from], hook))
    from++;
  return from;
}

bool chain_has(const struct cmta_service *service, size_t hook) {
  return chain_next(service, 0, hook) < service->set_count;
}

uint64_t chain_clock(const struct cmta_service *service) {
  const struct cmta_clock *clock = &service->settings.clock;
  return clock->monotonic ? clock->monotonic(clock->context) : 0;
}

uint64_t chain_now(const struct cmta_service *service) {
  return chain_has(service, offsetof(struct cmta_hooks, decided)) ? chain_clock(service) : 0;
}

/* A round through the sets that have a hook. */
struct round {
  size_t hook;           /* where it stands in struct cmta_hooks */
  size_t next;           /* the first set that may be the next one */
  unsigned short before; /* the set that was in hand, and is again when the round is over */
};

static struct round round_of(const struct cmta_session *session, size_t hook) {
  return (struct round){.hook = hook, .before = session->hand.set};
}

/* Takes the next set in hand; NULL behind the last. */
static const struct hook_set *step(struct cmta_session *session, struct round *round) {
  const struct cmta_service *service = session->service;
  size_t found = chain_next(service, round->next, round->hook);
  bool over = found == service->set_count;
  round->next = found + 1;
  session->hand.set = over ? round->before : (unsigned short)found;
  return over ? NULL : &service->sets[found];
}

void chain_tell_reset(struct cmta_session *session) {
  struct round round = round_of(session, offsetof(struct cmta_hooks, reset));
  const struct hook_set *set;
  while ((set = step(session, &round)))
    set->hooks.reset(session, set->user);
}

void chain_tell_closed(struct cmta_session *session, enum cmta_close_reason reason) {
  struct round round = round_of(session, offsetof(struct cmta_hooks, closed));
  const struct hook_set *set;
  while ((set = step(session, &round)))
    set->hooks.closed(session, set->user, reason);
}

void chain_tell_trace(struct cmta_session *session, enum cmta_direction direction,
                      struct cmta_slice line) {
  struct round round = round_of(session, offsetof(struct cmta_hooks, trace));
  const struct hook_set *set;
  while ((set = step(session, &round)))
    set->hooks.trace(session, set->user, direction, line);
}

void chain_tell_decided(struct cmta_session *session, const struct cmta_decision *decision) {
  struct round round = round_of(session, offsetof(struct cmta_hooks, decided));
  const struct hook_set *set;
  while ((set = step(session, &round)))
    set->hooks.decided(session, set->user, decision);
}

void chain_tell_foresee(struct cmta_session *session, const struct cmta_foreseen *command) {
  struct round round = round_of(session, offsetof(struct cmta_hooks, foresee));
  const struct hook_set *set;
  while ((set = step(session, &round)))
    set->hooks.foresee(session, set->user, command);
}

void chain_tell_fragment(struct cmta_session *session, const struct cmta_fragment *fragment) {
  struct round round = round_of(session, offsetof(struct cmta_hooks, fragment));
  const struct hook_set *set;
  while ((set = step(session, &round)))
    set->hooks.fragment(session, set->user, fragment);
}

void chain_tell_cancelled(struct cmta_session *session) {
  const struct hook_set *set = &session->service->sets[session->hand.set];
  if (set->hooks.cancelled)
    set->hooks.cancelled(session, set->user, session->verb->question);
}

/* Keeps what a set has made; false when that is nothing. */
static bool keep(struct attachment *attachment, void *data, void (*destroy)(void *)) {
  attachment_set(attachment, data, data ? destroy : NULL);
  return data;
}

bool chain_make_session_data(struct cmta_session *session) {
  struct round round = round_of(session, offsetof(struct cmta_hooks, session_new));
  const struct hook_set *set;
  bool made = true;
  while (made && (set = step(session, &round)))
    made = keep(&session->attachments[session->hand.set],
                set->hooks.session_new(session, set->user), set->hooks.session_free);
  session->hand.set = round.before;
  return made;
}

bool chain_make_transaction_data(struct cmta_session *session) {
  struct round round = round_of(session, offsetof(struct cmta_hooks, transaction_new));
  const struct hook_set *set;
  bool made = true;
  while (made && (set = step(session, &round)))
    made = keep(&session->transaction->attachments[session->hand.set],
                set->hooks.transaction_new(session, set->user), set->hooks.transaction_free);
  session->hand.set = round.before;
  return made;
}

void chain_free_data(const struct cmta_service *service, struct attachment *attachments) {
  for (size_t i = 0; i < service->set_count; i++)
    attachment_set(&attachments[i], NULL, NULL);
}
