/* SPDX-License-Identifier: MIT */

/* How long answers of several recipients may take: each has a deadline of its own, and a session
 * one timer. */

#include "engine/answer.h"

#include "engine/chain.h"
#include "engine/decide.h"

static uint64_t after(uint64_t moment, uint64_t seconds) {
  return moment + seconds * DECIDE_SECOND;
}

/* When the time of an open question is up, by the service's clock; without one it is counted from
 * the beginning, or from the last time that was up. UINT64_MAX: never, or it is not open. */
static uint64_t due_of(const struct cmta_session *session, size_t index) {
  const struct hand *hand = answers_hand(session, index);
  if (hand->question != QUESTION_OPEN)
    return UINT64_MAX;
  uint64_t own = hand->deadline ? after(hand->asked_at, hand->deadline) : UINT64_MAX;
  uint64_t last =
      session->manners.submission ? after(hand->begun_at, SUBMISSION_DEADLINE) : UINT64_MAX;
  return own < last ? own : last;
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
  return due > now ? (unsigned)((due - now - 1) / DECIDE_SECOND) + 1 : 1;
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

/* Up to when the questions are due whose time is up now. */
static uint64_t limit_of(const struct cmta_session *session) {
  uint64_t due = next_due(session), now = chain_clock(session->service);
  return due > now ? due : now;
}

bool cmta_session_overdue(struct cmta_session *session, size_t recipient) {
  struct answers *answers = answers_of(session);
  if (!answers)
    return session->hand.question == QUESTION_OPEN;
  if (!answers->limit)
    answers->limit = limit_of(session);
  return recipient < answers->count &&
         answers_hand(session, recipient)->question == QUESTION_OPEN &&
         due_of(session, recipient) <= answers->limit;
}

void answers_expire(struct cmta_session *session) {
  struct answers *answers = answers_of(session);
  unsigned seconds = answers_deadline(session);
  uint64_t limit = answers->limit ? answers->limit : limit_of(session);
  answers->limit = 0;
  expire_until(session, limit);
  if (!session->service->settings.clock.monotonic)
    pass(session, seconds);
}
