/* SPDX-License-Identifier: MIT */

/*
 * Binds the chart (session.rl) to C: its alphabet, its actions in one line each, and the three functions of src/engine/chart.h. An
 * action calls and no more: it never touches the machine's state and never steps it, because it cannot know the state it runs in.
 */

#include "engine/chart.h"

#include <stddef.h>

%%{
  machine session_machine;
  alphtype int;
  access session->;

  action ask             { session_ask(session); }
  action done            { session_done(session); }
  action refuse          { session_refuse(session); }
  action challenge       { session_challenge(session); }
  action hold            { session_hold(session); }
  action out_of_sequence { session_out_of_sequence(session); fgoto *fcurs; }

  # Phases: each is named for logs, timeouts and tests, and says who reads the next bytes (src/engine/pump.c).
  action connecting { session_enter(session, PHASE_CONNECTING); }
  action greeted    { session_enter(session, PHASE_GREETED); }
  action ready      { session_enter(session, PHASE_READY); }
  action handshake  { session_enter(session, PHASE_HANDSHAKE); }
  action auth       { session_enter(session, PHASE_AUTH); }
  action mail       { session_enter(session, PHASE_MAIL); }
  action rcpt       { session_enter(session, PHASE_RCPT); }
  action body       { session_enter(session, PHASE_BODY); }
  action discard    { session_enter(session, PHASE_DISCARD); }
  action chunk      { session_enter(session, PHASE_CHUNK); }
  action chunks     { session_enter(session, PHASE_CHUNKS); }
  action skip       { session_enter(session, PHASE_SKIP); }

  include session "session.rl";
  main := Session;

  write data noerror noentry;
}%%

void session_machine_init(struct cmta_session *session)
{
  %% write init;
}

void session_machine_step(struct cmta_session *session, int event)
{
  const int *p = &event, *pe = p + 1, *eof = NULL;
  %% write exec;
}

bool session_machine_over(const struct cmta_session *session)
{
  return session->cs >= session_machine_first_final;
}
