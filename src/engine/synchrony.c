/* SPDX-License-Identifier: MIT */

/* Clients that do not wait. Whether one has is known only while its reply is not sent: bytes that
 * come later may be an answer to it. */

#include "engine/synchrony.h"

#include "engine/offer.h"
#include "engine/decide.h"
#include "engine/output.h"
#include "engine/reply.h"
#include "event.h"

/* Notes the fault, and ends the session where that is what manners want. */
static bool react(struct cmta_session *session, enum cmta_reaction reaction,
                  enum cmta_violation fault) {
  if (reaction == CMTA_REACTION_IGNORE)
    return true;
  session->violations |= (unsigned)fault;
  if (reaction == CMTA_REACTION_FLAG)
    return true;
  if (reaction == CMTA_REACTION_REFUSE)
    session_goodbye(session, REPLY_OUT_OF_STEP, CMTA_CLOSED_PROTOCOL);
  else
    session_finish(session, CMTA_CLOSED_PROTOCOL);
  return false;
}

/* Whether a client that was offered PIPELINING must wait for the reply. What is no command or
 * message of the client has none of its own. */
static bool ends_group(const struct verb *verb) {
  return verb->event == CONNECT ||
         (verb->flags & (VERB_COMMAND | VERB_ENDS_GROUP)) == (VERB_COMMAND | VERB_ENDS_GROUP);
}

/* Whether the client has said something that is answered. */
static bool is_said(const struct verb *verb) {
  return !verb || (verb->flags & VERB_COMMAND) || verb->event == CHUNK_END ||
         verb->event == BODY_END;
}

/* What comes behind a BDAT are its octets, and commands may follow these (RFC 3030 section 4.2). */
static bool must_wait(const struct cmta_session *session, const struct verb *verb) {
  bool offered = session->esmtp && (offer_extensions(session) & CMTA_EXTENSION_PIPELINING);
  if (verb && verb->event == BDAT)
    return false;
  return verb && ends_group(verb) ? true : is_said(verb) && !offered;
}

void synchrony_note_early(struct cmta_session *session) {
  if (session->manners.early_talker != CMTA_REACTION_IGNORE)
    session->violations |= CMTA_VIOLATION_EARLY_TALKER;
}

bool synchrony_turn_away(struct cmta_session *session) {
  enum cmta_reaction reaction = session->manners.early_talker;
  bool refused = reaction == CMTA_REACTION_REFUSE || reaction == CMTA_REACTION_DROP;
  if (session->event != CONNECT || !refused || !(session->violations & CMTA_VIOLATION_EARLY_TALKER))
    return false;
  session->ending = CMTA_CLOSED_PROTOCOL;
  reply_clear(session);
  if (reaction == CMTA_REACTION_REFUSE)
    reply_standard(session, REPLY_OUT_OF_STEP);
  return true;
}

void connect_done(struct cmta_session *session) {
  if (!synchrony_turn_away(session))
    reply_send(session, session->hand.standard, false);
}

bool synchrony_behind(struct cmta_session *session, const struct verb *verb) {
  if (session->manners.pipelining == CMTA_REACTION_IGNORE || !must_wait(session, verb))
    return true;
  return react(session, session->manners.pipelining, CMTA_VIOLATION_PIPELINING);
}

/* A greeting has no command in front of it; the one that answers XCLIENT is a reply. */
static bool is_greeting(const struct cmta_session *session) {
  return session->verb && session->verb->event == CONNECT && !session->xclient;
}

bool synchrony_at_once(struct cmta_session *session) {
  bool waits = session->hand.question != QUESTION_NONE || cmta_session_output(session).length;
  if (!session->opened || !waits || session->close_reason != CMTA_CLOSED_NOT)
    return true;
  if (!is_greeting(session))
    return synchrony_behind(session, session->verb);
  return react(session, session->manners.early_talker, CMTA_VIOLATION_EARLY_TALKER);
}

bool synchrony_looks(const struct cmta_session *session) {
  bool early = is_greeting(session);
  enum cmta_reaction reaction = early ? session->manners.early_talker : session->manners.pipelining;
  unsigned fault = early ? CMTA_VIOLATION_EARLY_TALKER : CMTA_VIOLATION_PIPELINING;
  return reaction != CMTA_REACTION_IGNORE && !(session->violations & fault) &&
         must_wait(session, session->verb);
}
