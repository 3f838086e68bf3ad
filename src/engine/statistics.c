/* SPDX-License-Identifier: MIT */

/* Numbers: of one session, and summed up over many. */

#include "engine/statistics.h"

#include "engine/pump.h"
#include "engine/verbs.h"

/* Events that replies are counted for: none at all, and the rows of the table of verbs. */
static size_t count_events(const struct cmta_service *service) { return service->verb_count + 1; }

/* The event in hand, as an index of the table; 0 for none. */
static size_t event_index(const struct cmta_session *session) {
  return session->verb ? (size_t)(session->verb - session->service->verbs) + 1 : 0;
}

int cmta_statistics_new(struct cmta_statistics **statistics, const struct cmta_service *service) {
  if (!statistics || !service)
    return CMTA_E_ARGUMENT;
  struct memory memory = memory_account(&service->settings.allocator, 0);
  size_t count = count_events(service);
  struct cmta_statistics *made =
      memory_take(&memory, sizeof *made + count * sizeof made->replies[0]);
  *statistics = made;
  if (!made)
    return CMTA_E_MEMORY;
  made->service = service;
  made->event_count = count;
  return 0;
}

void cmta_statistics_free(struct cmta_statistics *statistics) {
  if (!statistics)
    return;
  struct memory memory = memory_account(&statistics->service->settings.allocator, 0);
  memory_give(&memory, statistics);
}

/* Those of another service may have another table. */
void cmta_session_count_in(struct cmta_session *session, struct cmta_statistics *statistics) {
  bool fits = !statistics || statistics->service == session->service;
  if (!session->opened && fits)
    session->statistics = statistics;
}

void statistics_count_reply(struct cmta_session *session, int code) {
  if (session->statistics)
    session->statistics->replies[event_index(session)][code / 100 - REPLY_CLASS_FIRST]++;
}

void statistics_count_opened(struct cmta_session *session) {
  if (session->statistics)
    session->statistics->totals.sessions++;
}

void statistics_count_closed(struct cmta_session *session, enum cmta_close_reason reason) {
  bool counts = session->opened || reason == CMTA_CLOSED_PROTOCOL;
  if (session->statistics && counts)
    session->statistics->totals.closed[reason]++;
}

void statistics_count_handshake(struct cmta_session *session, bool done) {
  if (session->statistics && done)
    session->statistics->totals.handshakes++;
  else if (session->statistics)
    session->statistics->totals.failed_handshakes++;
}

const struct cmta_counts *cmta_session_counts(const struct cmta_session *session) {
  return &session->counts;
}

const struct cmta_totals *cmta_statistics_totals(const struct cmta_statistics *statistics) {
  return &statistics->totals;
}

const char *cmta_statistics_event(const struct cmta_statistics *statistics, size_t index) {
  if (index >= statistics->event_count)
    return NULL;
  const struct verb *verb = index ? &statistics->service->verbs[index - 1] : NULL;
  return verb ? event_name(verb->event, verb) : "";
}

uint64_t cmta_statistics_replies(const struct cmta_statistics *statistics, size_t index,
                                 int reply_class) {
  bool known = index < statistics->event_count && reply_class >= REPLY_CLASS_FIRST &&
               reply_class < REPLY_CLASS_FIRST + REPLY_CLASSES;
  return known ? statistics->replies[index][reply_class - REPLY_CLASS_FIRST] : 0;
}
