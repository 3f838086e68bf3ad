/* SPDX-License-Identifier: MIT */
/* Whether a session's numbers are what has happened, and its memory came back. */
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

const char *counts_fault(const struct play *play) {
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

const char *totals_fault(const struct play *play) {
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

const char *memory_fault(const struct play *play) {
  const struct account *account = &play->account;
  const size_t ceiling = play->dialogue->settings.max_memory;
  if (account->blocks > 0 || account->held > 0)
    return "memory was not given back";
  if (account->wrong_size)
    return "a block was given back with another size";
  if (ceiling > 0 && !play->dialogue->takes && account->peak > ceiling + play->held_by_service)
    return "more memory was held than max_memory";
  return NULL;
}
