/* SPDX-License-Identifier: MIT */

/* Verdicts. A question goes through the chain of hook sets until one decides; each is asked once
 * and answers once, and what was decided is an event of the chart. */

#include "engine/decide.h"

#include "engine/answers.h"
#include "engine/chain.h"
#include "engine/draft.h"
#include "engine/verbs.h"
#include "event.h"

#include <string.h>

/* In the middle of a message, where accepting says nothing, no reply may look like its acceptance
 * (RFC 5321 section 4.3.2). */
static bool is_success(const struct verb *verb, int code) {
  if (verb->flags & VERB_ONE_SUCCESS)
    return code == reply_row(verb->accepted)->code;
  return verb->accepted != REPLY_NONE && code / 100 == 2;
}

/* What may be said before the session is closed. */
static bool is_farewell(const struct verb *verb, int code) {
  return code != 354 && (code / 100 != 2 || is_success(verb, code));
}

/* The code that the set in hand has composed, or 0. */
static int own_code(const struct cmta_session *session) {
  return session->hand.draft && session->hand.draft->set == session->hand.set
             ? session->hand.draft->code
             : 0;
}

/* For ETRN a refusal for good is 459, whatever its first digit (RFC 1985 section 5.2). */
static bool is_refusal(const struct verb *verb, int code) {
  return code / 100 == 5 || (code == 459 && verb->event == ETRN);
}

/* 421 says that the connection is closed (RFC 5321 section 4.2.2). */
bool decide_fits(const struct verb *verb, enum cmta_verdict verdict, int code) {
  if (verdict == CMTA_CHALLENGE)
    return code == 0 && (verb->flags & VERB_EXCHANGE);
  if (code == 0)
    return (unsigned)verdict <= CMTA_TAKE;
  switch (verdict) {
  case CMTA_ACCEPT:
  case CMTA_TAKE:
    return is_success(verb, code);
  case CMTA_REJECT:
    return is_refusal(verb, code);
  case CMTA_TEMPFAIL:
    return code / 100 == 4 && (code != 421 || verb->event == CONNECT);
  case CMTA_CLOSE:
    return is_farewell(verb, code);
  case CMTA_DROP:
  case CMTA_LATER:
    return true;
  case CMTA_CHALLENGE:
    break;
  }
  return false;
}

static bool reply_fits(const struct cmta_session *session, enum cmta_verdict verdict) {
  return decide_fits(session->verb, verdict, own_code(session));
}

/* Refuses with the reply of the row, or the usual one where the row has none. */
static int refuse(struct cmta_session *session, enum reply_id id, enum reply_id usual) {
  session->hand.standard = id != REPLY_NONE ? id : usual;
  return REJECT;
}

/* CLOSE with a success of the question's own does the command before the end comes. */
static int close_after(struct cmta_session *session) {
  session->ending = CMTA_CLOSED_VERDICT;
  session->hand.standard = REPLY_CLOSING;
  return is_success(session->verb, reply_composed_code(session)) ? ACCEPT : REJECT;
}

/* Throws away the reply that the set in hand has composed; those of sets before it stay. */
static void drop_own_reply(struct cmta_session *session) {
  if (own_code(session))
    reply_clear(session);
}

void decide_forget(struct cmta_session *session) {
  memory_give(&session->memory, session->kept);
  session->kept = NULL;
  session->slice = (struct cmta_slice){0};
}

/* What accepting sets have composed is no reply to a refusal by another. */
static void drop_reply_of_others(struct cmta_session *session) {
  if (session->hand.draft && session->hand.draft->set != session->hand.set)
    reply_clear(session);
}

/* The event of what was decided by the set in hand; the question is over. */
static int settle(struct cmta_session *session, enum cmta_verdict verdict) {
  bool accepted = verdict == CMTA_ACCEPT || verdict == CMTA_TAKE;
  if (!accepted)
    drop_reply_of_others(session);
  session->hand.question = QUESTION_NONE;
  session->hand.set = 0;
  decide_forget(session);
  switch (verdict) {
  case CMTA_CHALLENGE:
    reply_clear(session);
    return CHALLENGE;
  case CMTA_ACCEPT:
  case CMTA_TAKE:
    session->hand.standard = session->verb->accepted;
    return ACCEPT;
  case CMTA_REJECT:
    refuse(session, session->verb->refused, REPLY_REFUSED);
    if (session->verb->rejected)
      session->verb->rejected(session);
    return REJECT;
  case CMTA_CLOSE:
    return close_after(session);
  case CMTA_DROP:
    session->hand.question = QUESTION_ASKED; /* to be cancelled with the rest */
    session_finish(session, CMTA_CLOSED_VERDICT);
    return 0;
  default:
    return refuse(session, session->verb->deferred, REPLY_TRY_LATER);
  }
}

/* The next set that has the hook of the question in hand. A row of settings.verbs is asked in place
 * of the first set and of all others. */
static size_t next_set(const struct cmta_session *session, size_t from) {
  const struct cmta_verb *own = session->verb->own;
  if (own && own->question)
    return from ? session->service->set_count : 0;
  return chain_next(session->service, from, session->verb->hook);
}

/* Whether sets behind the one in hand are to be asked. */
static bool has_more(const struct cmta_session *session) {
  return next_set(session, session->hand.set + 1u) < session->service->set_count;
}

/* The set in hand has answered, and those who want to know are told: while they are, nobody can
 * compose a reply or answer again, and the getters show what was asked. */
static void note_answer(struct cmta_session *session, enum cmta_verdict verdict, bool late) {
  const struct cmta_service *service = session->service;
  session->hand.question = QUESTION_DECIDED;
  if (!chain_has(service, offsetof(struct cmta_hooks, decided)))
    return;
  struct cmta_decision decision = {
      .question = session->verb->question,
      .hook_set = session->hand.set,
      .hook_set_name = service->sets[session->hand.set].hooks.name,
      .verdict = verdict,
      .late = late,
      .final = verdict != CMTA_ACCEPT || !has_more(session),
      .corrected = session->corrected,
      .nanoseconds = chain_now(service) - session->hand.asked_at,
  };
  chain_tell_decided(session, &decision);
}

/* A row of settings.verbs is shown all that follows the verb, and that is what it may keep. */
static enum cmta_verdict call(struct cmta_session *session) {
  const struct cmta_verb *own = session->verb->own;
  if (!own || !own->question)
    return session->verb->ask(session, &session->service->sets[session->hand.set]);
  session->slice = session->command->rest;
  return own->question(session, own->user, own, session->slice);
}

/* Whether a verdict is a success without something that it needs. */
static bool is_hollow(const struct cmta_session *session, enum cmta_verdict verdict) {
  const struct verb *verb = session->verb;
  if (!verb->is_complete || verb->is_complete(session))
    return false;
  return verdict == CMTA_TAKE || (verdict == CMTA_ACCEPT && !has_more(session)) ||
         (verdict == CMTA_CLOSE && is_success(verb, own_code(session)));
}

/* What counts of an answer that is out of order: the client may try again later, unless it was to
 * go. */
static enum cmta_verdict correct(struct cmta_session *session, enum cmta_verdict verdict) {
  session->corrected = !reply_fits(session, verdict) || is_hollow(session, verdict);
  if (!session->corrected)
    return verdict;
  reply_clear(session);
  return verdict == CMTA_CLOSE ? CMTA_CLOSE : CMTA_TEMPFAIL;
}

/* Asks the set in hand. */
static enum cmta_verdict ask_set(struct cmta_session *session) {
  session->hand.question = QUESTION_ASKED;
  session->hand.deadline = session->service->settings.decision_timeout;
  session->hand.overdue = CMTA_TEMPFAIL;
  session->hand.asked_at =
      answers_are_asked(session) ? chain_clock(session->service) : chain_now(session->service);
  session->hand.number = ++session->asked;
  return correct(session, call(session));
}

/* The bytes of the slice in hand stay until the question is over. */
static bool is_kept(const struct cmta_session *session) {
  const struct transaction *transaction = session->transaction;
  const char *at = session->slice.at;
  return session->slice.length == 0 || session->kept || session->exchange ||
         (transaction && (at == transaction->section.data || at == transaction->received));
}

/* Has the slice in hand outlast the bytes that it was borrowed from. */
static bool keep_slice(struct cmta_session *session) {
  if (is_kept(session))
    return true;
  session->kept = memory_copy(&session->memory, session->slice);
  session->slice.at = session->kept ? session->kept : session->slice.at;
  return session->kept != NULL;
}

/* The set in hand will answer later. Sets behind it are shown the same bytes, which are borrowed
 * now: they get a copy. Without memory for that nobody waits. */
static int leave_open(struct cmta_session *session) {
  session->hand.question = QUESTION_OPEN;
  if (!has_more(session) || keep_slice(session))
    return 0;
  chain_tell_cancelled(session);
  drop_own_reply(session);
  note_answer(session, CMTA_TEMPFAIL, true);
  return settle(session, CMTA_TEMPFAIL);
}

/* Asks the sets from number `from` on, until one decides. */
static int ask_from(struct cmta_session *session, size_t from) {
  size_t count = session->service->set_count;
  for (size_t set = next_set(session, from); set < count; set = next_set(session, set + 1)) {
    session->hand.set = (unsigned short)set;
    enum cmta_verdict verdict = ask_set(session);
    if (verdict == CMTA_LATER)
      return leave_open(session);
    note_answer(session, verdict, false);
    if (verdict != CMTA_ACCEPT)
      return settle(session, verdict);
  }
  return settle(session, CMTA_ACCEPT);
}

int decide_ask(struct cmta_session *session) {
  if (session->manners.submission)
    session->hand.begun_at = chain_clock(session->service);
  return session->verb->ask ? ask_from(session, 0) : settle(session, CMTA_ACCEPT);
}

static int ask(struct cmta_session *session) {
  const struct verb *verb = session->verb;
  enum reply_id wrong = verb->check ? verb->check(session) : REPLY_NONE;
  session->hand.question = QUESTION_NONE;
  if (wrong != REPLY_NONE)
    return refuse(session, wrong, REPLY_NONE);
  return answers_are_wanted(session) ? answers_begin(session) : decide_ask(session);
}

int decide_take_answer(struct cmta_session *session) {
  enum cmta_verdict verdict = correct(session, (enum cmta_verdict)session->hand.decision);
  session->progress++;
  note_answer(session, verdict, true);
  return verdict == CMTA_ACCEPT ? ask_from(session, session->hand.set + 1u)
                                : settle(session, verdict);
}

int decide_event(struct cmta_session *session) {
  if (session->hand.question == QUESTION_RAISED)
    return ask(session);
  if (answers_are_asked(session))
    return answers_go_on(session);
  return session->hand.question == QUESTION_DECIDED ? decide_take_answer(session) : 0;
}

bool decide_is_answer(enum cmta_verdict verdict) {
  return (unsigned)verdict <= CMTA_CHALLENGE && verdict != CMTA_LATER;
}

int cmta_session_decide(struct cmta_session *session, enum cmta_verdict verdict) {
  if (!session || !decide_is_answer(verdict))
    return CMTA_E_ARGUMENT;
  if (session->hand.question != QUESTION_OPEN || session->running)
    return CMTA_E_STATE;
  if (!reply_fits(session, verdict)) {
    reply_clear(session);
    return CMTA_E_VERDICT;
  }
  session->hand.decision = (unsigned char)verdict;
  session->hand.question = QUESTION_DECIDED;
  answers_leave(session);
  if (session->woken)
    session->woken(session, session->woken_context);
  return 0;
}

int cmta_session_keep(struct cmta_session *session, struct cmta_slice *kept) {
  if (!session || !kept)
    return CMTA_E_ARGUMENT;
  if (session->hand.question != QUESTION_ASKED || !session->slice.at)
    return CMTA_E_STATE;
  if (!keep_slice(session))
    return CMTA_E_MEMORY;
  *kept = session->slice;
  return 0;
}

int cmta_session_set_deadline(struct cmta_session *session, unsigned seconds,
                              enum cmta_verdict verdict) {
  if (!session || !decide_is_answer(verdict))
    return CMTA_E_ARGUMENT;
  if (session->hand.question != QUESTION_ASKED)
    return CMTA_E_STATE;
  if (!decide_fits(session->verb, verdict, 0))
    return CMTA_E_ARGUMENT;
  session->hand.deadline = seconds;
  session->hand.overdue = (unsigned char)verdict;
  return 0;
}

/* What is left of the time that submission has for all sets together. */
static unsigned submission_rest(const struct cmta_session *session) {
  uint64_t elapsed = chain_clock(session->service) - session->hand.begun_at;
  uint64_t seconds = elapsed / DECIDE_SECOND;
  return seconds < SUBMISSION_DEADLINE ? SUBMISSION_DEADLINE - (unsigned)seconds : 1;
}

unsigned decide_deadline(const struct cmta_session *session) {
  if (answers_are_asked(session))
    return answers_deadline(session);
  unsigned seconds = session->hand.deadline;
  if (!session->manners.submission)
    return seconds;
  unsigned rest = submission_rest(session);
  return seconds == 0 || seconds > rest ? rest : seconds;
}

/* What the hook has said before it put the answer off may be meant for this. */
void decide_overdue(struct cmta_session *session) {
  enum cmta_verdict verdict = (enum cmta_verdict)session->hand.overdue;
  if (!reply_fits(session, verdict))
    drop_own_reply(session);
  session->hand.decision = (unsigned char)verdict;
  session->hand.question = QUESTION_DECIDED;
}

void cmta_session_on_decision(struct cmta_session *session,
                              void (*woken)(struct cmta_session *session, void *context),
                              void *context) {
  session->woken = woken;
  session->woken_context = context;
}
