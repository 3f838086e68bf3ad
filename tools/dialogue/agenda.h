/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_AGENDA_H
#define TOOLS_AGENDA_H

/* What the hook lines of a dialogue have told a hook set to answer, and it has not answered yet:
 * the part of an application that is the same for all that play dialogues. */

#include "dialogue.h"

enum { AGENDA_MOST = 32 };

/* The answers to one question. */
struct answers {
  const struct answer *once[AGENDA_MOST]; /* in this order */
  size_t count;
  size_t used;
  const struct answer *always; /* when no other waits; NULL: the standard one */
};

/* All zero at the beginning. It points to steps, which must outlive it. */
struct agenda {
  struct answers questions[QUESTIONS];
  const struct step *edits[AGENDA_MOST]; /* of the next reply to EHLO; the first set's */
  size_t edit_count;
  const struct answer *deadline; /* of the next LATER of any set; the first's */
  bool no_session_data;          /* `session_new` makes none */
  bool no_transaction_data;      /* `transaction_new` makes none, once */
};

/* Takes up a step of a kind up to STEP_HOOK_ALWAYS, of the set that the step names. False: it has
   no room. */
bool agenda_take(struct agenda *agenda, const struct step *step);

/* The answer to come; NULL for the standard one. */
const struct answer *agenda_next(const struct agenda *agenda, enum question question);

/* The same, and it has been given now. */
const struct answer *agenda_give(struct agenda *agenda, enum question question);

/* Composes the reply of an answer, and tells what goes beside; 0 or the library's error. */
int answer_compose(struct cmta_session *session, const struct answer *answer);

/* Asks for the deadline that a `deadline` line names; 0 or the library's error. */
int answer_set_deadline(struct cmta_session *session, const struct answer *deadline);

/* Makes the edit of the reply to EHLO that a STEP_OFFER or STEP_WITHHOLD is; 0 or the library's
   error. */
int step_edit_ehlo(struct cmta_session *session, const struct step *step);

#endif
