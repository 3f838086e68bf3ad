/* SPDX-License-Identifier: MIT */

/* The actions of the chart (spec/session.rl). None steps the machine, and none asks a hook: that is
 * the pump's. */

#include "engine/answers.h"
#include "engine/auth.h"
#include "engine/chart.h"
#include "engine/decide.h"
#include "engine/envelope.h"
#include "engine/section.h"
#include "engine/message.h"
#include "engine/synchrony.h"
#include "engine/verbs.h"
#include "event.h"

void session_ask(struct cmta_session *session) { session->hand.question = QUESTION_RAISED; }

void session_done(struct cmta_session *session) {
  if (session->verb->done)
    session->verb->done(session);
  else
    reply_send(session, session->hand.standard, false);
}

void session_refuse(struct cmta_session *session) {
  if (synchrony_turn_away(session))
    return;
  if (answers_are_asked(session))
    answers_send(session);
  else if (session->event == BODY_END)
    answers_refuse(session);
  else if (!reply_composed_code(session) && reply_row(session->hand.standard)->error)
    session_complain(session, session->hand.standard);
  else
    reply_send(session, session->hand.standard, false);
  if (session->verb->undone)
    session->verb->undone(session);
}

void session_challenge(struct cmta_session *session) { auth_challenge(session); }

/* The reply is kept for the end of the message, unless the session ends here. */
void session_hold(struct cmta_session *session) {
  message_forget(session);
  section_forget(session);
  if (session->ending != CMTA_CLOSED_NOT)
    reply_send(session, session->hand.standard, false);
}

/* The pump answers it once the chart has stepped, so that a copy of the chart can be tried out
 * (allowed.c). */
void session_out_of_sequence(struct cmta_session *session) { session->misplaced = true; }
