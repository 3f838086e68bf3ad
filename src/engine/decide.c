/* SPDX-License-Identifier: MIT */

/* Verdicts. A question is asked once, answered once, and its answer is an event of the chart. */

#include "engine/decide.h"

#include "engine/verbs.h"
#include "event.h"

/* In the middle of a message no reply may look like its acceptance (RFC 5321 section 4.3.2). */
static bool is_success(const struct verb *verb, int code) {
  if (verb->event == DATA)
    return code == 354;
  return verb->event != SLICE && code / 100 == 2;
}

/* What may be said before the session is closed. */
static bool is_farewell(const struct verb *verb, int code) {
  return code != 354 && (code / 100 != 2 || is_success(verb, code));
}

/* A composed reply must be of its verdict's class (RFC 5321 section 4.2.1); with none, every
 * verdict is right. */
static bool reply_fits(const struct cmta_session *session, enum cmta_verdict verdict) {
  int code = reply_composed_code(session);
  if (code == 0)
    return verdict <= CMTA_LATER;
  switch (verdict) {
  case CMTA_ACCEPT:
    return is_success(session->verb, code);
  case CMTA_REJECT:
    return code / 100 == 5;
  case CMTA_TEMPFAIL:
    return code / 100 == 4;
  case CMTA_CLOSE:
    return is_farewell(session->verb, code);
  case CMTA_DROP:
  case CMTA_LATER:
    return true;
  }
  return false;
}

/* Refuses with the reply of the row, or the usual one where the row has none. */
static int refuse(struct cmta_session *session, enum reply_id id, enum reply_id usual) {
  session->standard = id != REPLY_NONE ? id : usual;
  return REJECT;
}

/* CLOSE with a success of the question's own does the command before the end comes. */
static int close_after(struct cmta_session *session) {
  session->ending = CMTA_CLOSED_VERDICT;
  session->standard = REPLY_CLOSING;
  return is_success(session->verb, reply_composed_code(session)) ? ACCEPT : REJECT;
}

/* The event of a verdict; the question is over. */
static int settle(struct cmta_session *session, enum cmta_verdict verdict) {
  session->question = QUESTION_NONE;
  switch (verdict) {
  case CMTA_ACCEPT:
    session->standard = session->verb->accepted;
    return ACCEPT;
  case CMTA_REJECT:
    return refuse(session, session->verb->refused, REPLY_REFUSED);
  case CMTA_CLOSE:
    return close_after(session);
  case CMTA_DROP:
    session->question = QUESTION_ASKED; /* to be cancelled with the rest */
    session_finish(session, CMTA_CLOSED_VERDICT);
    return 0;
  default:
    return refuse(session, session->verb->deferred, REPLY_TRY_LATER);
  }
}

/* A hook whose reply contradicts its verdict, or that gives none there is, is out of order: the
 * client may try again later. */
static int ask(struct cmta_session *session) {
  const struct verb *verb = session->verb;
  enum reply_id wrong = verb->check ? verb->check(session) : REPLY_NONE;
  session->question = QUESTION_NONE;
  if (wrong != REPLY_NONE)
    return refuse(session, wrong, REPLY_NONE);
  session->question = QUESTION_ASKED;
  enum cmta_verdict verdict = verb->ask ? verb->ask(session) : CMTA_ACCEPT;
  if (!reply_fits(session, verdict)) {
    reply_clear(session);
    verdict = CMTA_TEMPFAIL;
  }
  if (verdict != CMTA_LATER)
    return settle(session, verdict);
  session->question = QUESTION_OPEN;
  return 0;
}

int decide_event(struct cmta_session *session) {
  switch ((enum question_state)session->question) {
  case QUESTION_RAISED:
    return ask(session);
  case QUESTION_DECIDED:
    session->progress++;
    return settle(session, (enum cmta_verdict)session->decision);
  default:
    return 0;
  }
}

int cmta_session_decide(struct cmta_session *session, enum cmta_verdict verdict) {
  if (!session || (unsigned)verdict >= CMTA_LATER)
    return CMTA_E_ARGUMENT;
  if (session->question != QUESTION_OPEN)
    return CMTA_E_STATE;
  if (!reply_fits(session, verdict)) {
    reply_clear(session);
    return CMTA_E_VERDICT;
  }
  session->decision = (unsigned char)verdict;
  session->question = QUESTION_DECIDED;
  if (session->woken)
    session->woken(session, session->woken_context);
  return 0;
}

void cmta_session_on_decision(struct cmta_session *session,
                              void (*woken)(struct cmta_session *session, void *context),
                              void *context) {
  session->woken = woken;
  session->woken_context = context;
}
