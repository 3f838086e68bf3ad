/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_CHART_H
#define CMTA_ENGINE_CHART_H

/*
 * The machine that Ragel makes of spec/session.rl, and what it needs: its actions. The engine's are
 * in src/engine/actions.c; the walk test links the same machine with actions that only write down
 * that they were called.
 */

#include "engine/session.h"

/* The phases of the chart; those in which commands come stand together (own_verbs.c). */
enum phase {
  PHASE_CONNECTING = 0,
  PHASE_GREETED,
  PHASE_READY,
  PHASE_MAIL,
  PHASE_RCPT,
  PHASE_CHUNKS,
  PHASE_BODY,
  PHASE_DISCARD,
  PHASE_CHUNK,
  PHASE_SKIP,
  PHASE_HANDSHAKE,
  PHASE_AUTH,
  PHASE_COUNT
};

/* Puts the machine of a session in its first state. */
void session_machine_init(struct cmta_session *session);

/* Steps it by one event of spec/event.h. Never from inside an action. */
void session_machine_step(struct cmta_session *session, int event);

/* True when the chart has come to its end: QUIT, or a connection refused. */
bool session_machine_over(const struct cmta_session *session);

/* The actions, called by the machine while it steps. */
void session_ask(struct cmta_session *session);    /* put the question of the command that came */
void session_done(struct cmta_session *session);   /* the command is accepted: do it and reply */
void session_refuse(struct cmta_session *session); /* the command is refused: reply */
void session_challenge(struct cmta_session *session); /* more is to be proved: say what */
void session_hold(
    struct cmta_session *session); /* refused in the middle of a message: reply at its end */
void session_out_of_sequence(struct cmta_session *session);         /* good, but not now: 503 */
void session_enter(struct cmta_session *session, enum phase phase); /* a phase begins, or goes on */

#endif
