/* SPDX-License-Identifier: MIT */
/* What hook sets are to answer; see agenda.h. */
#include "agenda.h"

#include <stdlib.h>
#include <string.h>

static bool add_answer(struct answers *answers, const struct answer *answer) {
  const bool room = answers->count < AGENDA_MOST;
  if (room)
    answers->once[answers->count++] = answer;
  return room;
}

static bool add_edit(struct agenda *agenda, const struct step *step) {
  const bool room = agenda->edit_count < AGENDA_MOST;
  if (room)
    agenda->edits[agenda->edit_count++] = step;
  return room;
}

bool agenda_take(struct agenda *agenda, const struct step *step) {
  switch (step->kind) {
  case STEP_NO_DATA:
    *(step->question == ASK_CONNECT ? &agenda->no_session_data : &agenda->no_transaction_data) =
        true;
    return true;
  case STEP_DEADLINE:
    agenda->deadline = &step->answer;
    return true;
  case STEP_HOOK:
    return add_answer(&agenda->questions[step->question], &step->answer);
  case STEP_HOOK_ALWAYS:
    agenda->questions[step->question].always = &step->answer;
    return true;
  default:
    return add_edit(agenda, step);
  }
}

const struct answer *agenda_next(const struct agenda *agenda, enum question question) {
  const struct answers *answers = &agenda->questions[question];
  return answers->used < answers->count ? answers->once[answers->used] : answers->always;
}

const struct answer *agenda_give(struct agenda *agenda, enum question question) {
  const struct answer *answer = agenda_next(agenda, question);
  struct answers *answers = &agenda->questions[question];
  answers->used += answers->used < answers->count;
  return answer;
}

/* What goes beside verdict and reply. */
static int tell(struct cmta_session *session, const struct answer *answer) {
  int error = 0;
  if (answer->mechanisms.at != NULL)
    error = cmta_session_set_mechanisms(session, answer->mechanisms.at);
  if (error == 0 && answer->user.at != NULL)
    error = cmta_session_set_identity(session, answer->user.at, answer->authorization.at);
  if (error == 0 && answer->says.at != NULL)
    error = cmta_auth_challenge(session, answer->says.at, answer->says.length);
  return error;
}

int answer_compose(struct cmta_session *session, const struct answer *answer) {
  const char *enhanced = answer->enhanced[0] == '\0' ? NULL : answer->enhanced;
  int error = tell(session, answer);
  if (error == 0 && answer->code != 0)
    error = cmta_reply(session, answer->code, enhanced, "%s", answer->lines[0].at);
  for (size_t i = 1; error == 0 && i < answer->line_count; i++)
    error = cmta_reply_line(session, "%s", answer->lines[i].at);
  return error;
}

int answer_set_deadline(struct cmta_session *session, const struct answer *deadline) {
  return cmta_session_set_deadline(session, (unsigned)deadline->code, deadline->verdict);
}

int step_select(struct cmta_session *session, const struct step *step) {
  const bool first = strcmp(step->text.at, "first") == 0;
  return cmta_session_select(session, first ? SIZE_MAX : (size_t)strtoul(step->text.at, NULL, 10));
}

int step_edit_ehlo(struct cmta_session *session, const struct step *step) {
  return step->kind == STEP_OFFER ? cmta_ehlo_offer(session, step->text.at)
                                  : cmta_ehlo_withhold(session, step->text.at);
}
