/* SPDX-License-Identifier: MIT */

/* How sessions end: too many errors, time, a stopping server, a client that is gone (RFC 5321
 * section 3.8). */

#include "engine/allowed.h"
#include "engine/answers.h"
#include "engine/auth.h"
#include "engine/chain.h"
#include "engine/decide.h"
#include "engine/fragment.h"
#include "engine/starttls.h"
#include "engine/statistics.h"
#include "engine/transaction.h"
#include "engine/verbs.h"

/* The question in hand will not be answered: what was laid out for it is taken back. */
static void cancel_question(struct cmta_session *session) {
  bool asked = session_in_question(session);
  if (asked && answers_are_asked(session))
    answers_cancel(session);
  else if (session->hand.question == QUESTION_OPEN)
    chain_tell_cancelled(session);
  session->hand.question = QUESTION_NONE;
  session->hand.set = 0;
  decide_forget(session);
  if (asked && session->verb->undone)
    session->verb->undone(session);
}

void session_finish(struct cmta_session *session, enum cmta_close_reason reason) {
  if (session->close_reason != CMTA_CLOSED_NOT)
    return;
  bool running = session->running;
  session->close_reason = (unsigned char)reason;
  statistics_count_closed(session, reason);
  if (starttls_is_waited_for(session))
    statistics_count_handshake(session, false);
  session->running = true;
  cancel_question(session);
  fragment_tell_rest(session);
  reply_clear(session);
  transaction_drop(session);
  auth_drop(session);
  session->framer.length = 0;
  framer_release(&session->framer, &session->memory);
  if (session->opened)
    chain_tell_closed(session, reason);
  chain_free_data(session->service, session->attachments);
  session->running = running;
}

void session_goodbye(struct cmta_session *session, enum reply_id id,
                     enum cmta_close_reason reason) {
  if (session->close_reason != CMTA_CLOSED_NOT)
    return;
  if (starttls_is_waited_for(session)) {
    session_finish(session, reason);
    return;
  }
  bool running = session->running;
  session->running = true;
  cancel_question(session);
  fragment_tell_rest(session);
  if (id != REPLY_OUT_OF_STEP)
    session->verb = NULL;
  reply_standard(session, id);
  session_finish(session, reason);
  session->running = running;
}

void session_complain(struct cmta_session *session, enum reply_id id) {
  unsigned most = session->service->settings.max_errors;
  reply_clear(session);
  statistics_count(session, (struct cmta_counts){.errors = 1});
  if (++session->errors >= most && most && session->ending == CMTA_CLOSED_NOT) {
    session->ending = CMTA_CLOSED_ERRORS;
    id = REPLY_TOO_MANY_ERRORS;
  }
  if (id == REPLY_OUT_OF_SEQUENCE)
    allowed_reply(session);
  else
    reply_standard(session, id);
}

void cmta_session_expire(struct cmta_session *session) {
  if (session->running || session->close_reason != CMTA_CLOSED_NOT ||
      session->hand.question == QUESTION_DECIDED)
    return;
  if (session->hand.question != QUESTION_OPEN) {
    session_goodbye(session, REPLY_TIMEOUT, CMTA_CLOSED_TIMEOUT);
    return;
  }
  if (answers_are_asked(session)) {
    answers_expire(session);
    return;
  }
  session->running = true;
  chain_tell_cancelled(session);
  session->running = false;
  decide_overdue(session);
}

/* Whoever is in a handshake has said nothing yet. */
static bool is_idle(const struct cmta_session *session) {
  bool begun = session->opened || starttls_is_waited_for(session);
  return begun && !session->transaction && session->hand.question == QUESTION_NONE;
}

void cmta_session_stop(struct cmta_session *session) {
  session->stopping_now |= session->stopping;
  session->stopping = true;
  if (session->running)
    return;
  if (session->stopping_now || is_idle(session))
    session_goodbye(session, REPLY_SHUTDOWN, CMTA_CLOSED_SHUTDOWN);
}

void cmta_session_halt(struct cmta_session *session) { session->halts = true; }

void cmta_session_pause(struct cmta_session *session) { session->paused = true; }

void cmta_session_hangup(struct cmta_session *session) {
  if (!session->running)
    session_finish(session, CMTA_CLOSED_HANGUP);
}

void cmta_session_abandon(struct cmta_session *session) {
  if (!session->running)
    session_finish(session, CMTA_CLOSED_VERDICT);
}

enum cmta_close_reason cmta_session_close_reason(const struct cmta_session *session) {
  return (enum cmta_close_reason)session->close_reason;
}

const char *cmta_close_reason_name(enum cmta_close_reason reason) {
  static const char *const names[] = {
      [CMTA_CLOSED_NOT] = "open",          [CMTA_CLOSED_QUIT] = "quit",
      [CMTA_CLOSED_VERDICT] = "verdict",   [CMTA_CLOSED_ERRORS] = "errors",
      [CMTA_CLOSED_TIMEOUT] = "timeout",   [CMTA_CLOSED_SHUTDOWN] = "shutdown",
      [CMTA_CLOSED_HANGUP] = "hangup",     [CMTA_CLOSED_MEMORY] = "memory",
      [CMTA_CLOSED_FREED] = "freed",       [CMTA_CLOSED_TLS] = "tls",
      [CMTA_CLOSED_PROTOCOL] = "protocol",
  };
  return (unsigned)reason < sizeof names / sizeof *names ? names[reason] : "unknown";
}
