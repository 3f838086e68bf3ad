/* SPDX-License-Identifier: MIT */

/* How long answers of several recipients may take: each has a deadline of its own, and a session
 * one timer. */

#include "engine/answer.h"

#include "engine/chain.h"
#include "engine/decide.h"

enum { NANOSECONDS = 1000000000 };

/* When the time of an open question is up, by the service's clock; without one it is counted from
 * the beginning, or from the last time that was up. UINT64_MAX: never, or it is not open. */
static uint64_t due_of(const struct cmta_session *session, size_t index) {
  const struct hand *hand = answers_hand(session, index);
  bool counts = hand->question == QUESTION_OPEN && hand->deadline;
  return counts ? hand->asked_at + (uint64_t)hand->deadline * NANOSECONDS : UINT64_MAX;
}

/* The first of them. */
static uint64_t next_due(const struct cmta_session *session) {
  uint64_t first = UINT64_MAX;
  for (size_t i = 0; i < answers_of(session)->count; i++)
    first = due_of(session, i) < first ? due_of(session, i) : first;
  return first;
}

unsigned answers_deadline(const struct cmta_session *session) {
  uint64_t due = next_due(session), now = chain_clock(session->service);
  if (due == UINT64_MAX)
    return 0;
  return due > now ? (unsigned)((due - now - 1) / NANOSECONDS) + 1 : 1;
}

/* So many seconds have passed that no clock tells of. */
static void pass(struct cmta_session *session, unsigned seconds) {
  struct answers *answers = answers_of(session);
  for (size_t i = 0; i < answers->count; i++) {
    unsigned *deadline =
        i == answers->in_hand ? &session->hand.deadline : &answers->rows[i].hand.deadline;
    *deadline -= *deadline > seconds ? seconds : 0;
  }
}

/* The time of those is up that are due by then; whoever is left stays open. */
static void expire_until(struct cmta_session *session, uint64_t due) {
  size_t count = answers_of(session)->count;
  for (size_t i = 0; i < count; i++) {
    if (answers_hand(session, i)->question != QUESTION_OPEN || due_of(session, i) > due)
      continue;
    answers_choose(session, i);
    answers_cancel_in_hand(session);
    decide_overdue(session);
  }
  answers_take_first_open(session);
}

/* A deadline that is shorter than all of them is for all of them. */
void answers_expire(struct cmta_session *session) {
  unsigned seconds = answers_deadline(session);
  uint64_t due = next_due(session), now = chain_clock(session->service);
  if (seconds != decide_deadline(session))
    due = UINT64_MAX;
  expire_until(session, due > now ? due : now);
  if (!session->service->settings.clock.monotonic)
    pass(session, seconds);
}
