/* SPDX-License-Identifier: MIT */

/*
 * Looking ahead. Only what stands behind a command that may be followed in a pipelined group (RFC
 * 2920 section 3.1) is looked at: how the bytes behind any other are to be read depends on its
 * reply. So all lines that are told will be read as commands, one for one, and how far they have
 * been told is known by the octets and commands taken from the client.
 */

#include "engine/foresee.h"

#include "engine/chain.h"
#include "engine/line.h"
#include "engine/pump.h"
#include "engine/verbs.h"
#include "event.h"

static bool is_possible(const struct cmta_session *session) {
  size_t hook = offsetof(struct cmta_hooks, foresee);
  return session->hand.question == QUESTION_OPEN && !(session->verb->flags & VERB_ENDS_GROUP) &&
         chain_has(session->service, hook);
}

/* The session has come up to all that was looked at. */
static bool is_used_up(const struct cmta_session *session) {
  return session->foresight.number <= session->counts.commands;
}

bool foresee_wants_more(const struct cmta_session *session) {
  return is_possible(session) && (is_used_up(session) || !session->foresight.ended);
}

/* A verb that nobody knows ends a group, too, and so does any BDAT: octets that are no commands
 * follow it. */
static void look_at(struct cmta_session *session, struct cmta_slice line) {
  struct command command = {.verb = 0};
  const struct verb *verb;
  int event = line_read(session, line, &command, &verb);
  session->foresight.ended =
      !verb || verb->event == BDAT || (event >= 0 && (verb->flags & VERB_ENDS_GROUP));
  if (event < 0 || !verb)
    return;
  struct cmta_foreseen foreseen = {
      .number = session->foresight.number,
      .verb = event_name(event, verb),
      .path = event == MAIL || event == RCPT ? &command.path : NULL,
      .argument = event == AUTH ? command.argument : command.rest,
  };
  chain_tell_foresee(session, &foreseen);
}

/* Takes the next line off input and looks at it; false when there is none, or nothing counts behind
 * it. */
static bool look_at_next(struct cmta_session *session, struct cmta_slice *input) {
  struct foresight *foresight = &session->foresight;
  size_t found = framer_line_end(input, false);
  struct cmta_slice line = {input->at, found ? found : input->length};
  bool too_long = line.length > session->service->max_line;
  if (!found && !too_long)
    return false;
  foresight->number++;
  foresight->octets += line.length;
  foresight->ended = too_long;
  if (!too_long)
    look_at(session, line);
  input->at += line.length;
  input->length -= line.length;
  return !foresight->ended;
}

void foresee(struct cmta_session *session, struct cmta_slice input) {
  struct foresight *foresight = &session->foresight;
  if (!foresee_wants_more(session) || input.length == 0)
    return;
  if (is_used_up(session))
    *foresight = (struct foresight){session->counts.octets_in, session->counts.commands, false};
  uint64_t known = foresight->octets - session->counts.octets_in;
  if (known > input.length)
    return;
  input.at += known;
  input.length -= (size_t)known;
  bool more = true;
  while (more)
    more = look_at_next(session, &input);
}
