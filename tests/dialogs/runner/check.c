/* SPDX-License-Identifier: MIT */
/* What must hold in every dialogue: the session's numbers are what has happened, each hook set has
 * heard the same, and all memory comes back. */
#include "play.h"

#include <string.h>

/* Replies of a class in the output: their last lines, which have a blank behind the code. */
static uint64_t replies_sent(const struct text *output, int class) {
  uint64_t sent = 0;
  const char *end = output->at + output->length;
  for (const char *line = output->at; line != NULL && end - line > 3;
       line = memchr(line, '\n', (size_t)(end - line))) {
    line += *line == '\n';
    sent += end - line > 3 && line[0] == '0' + class && line[3] == ' ';
  }
  return sent;
}

static const char *reply_count_fault(const struct text *output,
                                     const struct cmta_statistics *statistics) {
  for (int class = 2; class < 6; class ++) {
    uint64_t counted = 0;
    for (size_t i = 0; cmta_statistics_event(statistics, i) != NULL; i++)
      counted += cmta_statistics_replies(statistics, i, class);
    if (counted != replies_sent(output, class))
      return "other replies were counted than were sent";
  }
  return NULL;
}

static const char *counts_fault(const struct play *play) {
  const struct cmta_counts *counts = cmta_session_counts(play->session);
  const struct cmta_totals *totals = cmta_statistics_totals(play->statistics);
  if (counts->octets_in != play->fed)
    return "other octets were counted than were taken";
  if (counts->octets_out != play->output.length)
    return "other octets were counted than were sent";
  if (memcmp(counts, &totals->sum, sizeof *counts) != 0)
    return "the statistics are not the counts of their one session";
  return reply_count_fault(&play->output, play->statistics);
}

static const char *totals_fault(const struct play *play) {
  const struct cmta_totals *totals = cmta_statistics_totals(play->statistics);
  uint64_t closed = 0;
  for (size_t i = 0; i < sizeof totals->closed / sizeof totals->closed[0]; i++)
    closed += totals->closed[i];
  if (totals->sessions != closed || closed > 1)
    return "a session was not counted once at its beginning and its end";
  if (play->script.closed > 0 && totals->closed[play->script.reason] != 1)
    return "a session was counted with another reason than `closed` was told";
  return NULL;
}

static const char *memory_fault(const struct play *play) {
  const struct account *account = &play->account;
  const size_t ceiling = play->dialogue->settings.max_memory;
  if (account->blocks > 0 || account->held > 0)
    return "memory was not given back";
  if (account->wrong_size)
    return "a block was given back with another size";
  if (account->leaked)
    return "a block was given back with a secret in it";
  if (ceiling > 0 && !play->dialogue->takes && account->peak > ceiling + play->held_by_service)
    return "more memory was held than max_memory";
  return NULL;
}

/* Of one hook set, while the session rests. */
static void check_set(struct play *play, const struct script *script) {
  if (script->fault.length > 0)
    play_fail(play, script->fault.at);
  if (cmta_session_envelope(play->session) == NULL && script->transaction_data > 0)
    play_fail(play, "data of a transaction outlives it");
  if (strcmp(cmta_session_phase(play->session), "auth") != 0 &&
      *cmta_session_question(play->session) == '\0' && script->exchange_data > 0)
    play_fail(play, "data of an exchange outlives it");
}

void play_check_rest(struct play *play) {
  for (size_t i = 0; i < DIALOGUE_SETS; i++)
    check_set(play, play_script(play, i));
  const char *fault = counts_fault(play);
  if (fault != NULL)
    play_fail(play, fault);
  if (play->account.wrong_size)
    play_fail(play, "a block was given back with another size");
  if (play->account.leaked)
    play_fail(play, "a block was given back with a secret in it");
}

void play_check_end(struct play *play) {
  const struct text unread = {0};
  if (play->compared < play->output.length)
    play_fail_text(play, "a reply that no line expects", &unread, play->output.at + play->compared,
                   play->output.length - play->compared);
  if (secrets_are_in(&play->secrets, play->output.at, play->output.length))
    play_fail(play, "a reply shows a secret");
  if (play->pending.length > 0 && play_can_read(play))
    play_fail(play, "bytes of the client were not taken");
  if (!play->dialogue->bare && !text_equal(&play->output, &play->script.said))
    play_fail_text(play, "the trace shows other replies than were sent", &play->output,
                   play->script.said.at, play->script.said.length);
}

/* News has come to each hook set as to the first, and each has its data back. */
static void check_set_after(struct play *play, const struct script *script) {
  if (script->closed != play->script.closed || script->resets != play->script.resets)
    play_fail(play, "`closed` and `reset` were not told to all hook sets");
  if (!text_equal(&script->transcript, &play->script.transcript))
    play_fail(play, "the hook sets heard different traces");
  if (!text_equal(&script->decided, &play->script.decided))
    play_fail(play, "the hook sets heard different decisions");
  if (script->session_data > 0 || script->transaction_data > 0 || script->exchange_data > 0)
    play_fail(play, "data of the application was not destroyed");
}

void play_check_after(struct play *play) {
  const struct script *script = &play->script;
  const char *fault = reply_fault(&play->output);
  if (fault != NULL)
    play_fail(play, fault);
  for (size_t i = 0; i < play->dialogue->sets; i++)
    check_set_after(play, play_script(play, i));
  if (!play->dialogue->bare && script->closed != (script->questions[ASK_CONNECT].asked > 0))
    play_fail(play, "`closed` was not told exactly once");
  if (script->fault.length > 0)
    play_fail(play, script->fault.at);
  if (play->shelf.misused || play->shelf.begun != play->shelf.ended)
    play_fail(play, "a file of the store was not ended once");
  fault = memory_fault(play);
  if (fault != NULL)
    play_fail(play, fault);
}

void play_check_sums(struct play *play) {
  const char *fault = play->statistics != NULL ? totals_fault(play) : NULL;
  if (fault != NULL)
    play_fail(play, fault);
}
