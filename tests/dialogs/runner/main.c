/* SPDX-License-Identifier: MIT */
/* dialogs_runner [--watched] FILE...: plays each dialogue whole, byte by byte, with pauses, and cut
 * at every point; all must meet its expectations and give the same replies and the same trace.
 * --watched is for valgrind, where each run takes its time: some cuts only, and memory is not
 * filled. */
#include "play.h"

#include <stdio.h>
#include <string.h>

enum { MOST_CUTS = 2048, WATCHED_CUTS = 3 };

static const char *const manner_names[] = {"whole", "byte by byte", "cut", "with pauses"};

static bool report(const char *path, const struct play *play, const char *failure) {
  fprintf(stderr, "%s:%u: %s\n  played %s", path, play->line, failure, manner_names[play->manner]);
  if (play->manner == MANNER_CUT)
    fprintf(stderr, " at byte %zu", play->cut);
  fputc('\n', stderr);
  return false;
}

/* Plays once more in another manner, which must give what the first run gave. */
static bool play_again(const char *path, const struct play *first, enum manner manner, size_t cut) {
  struct play play = {.dialogue = first->dialogue,
                      .manner = manner,
                      .cut = cut,
                      .account = {.unfilled = first->account.unfilled}};
  const bool same = !first->dialogue->in_clear; /* else it depends on what came before the 220 */
  secrets_add_all(&play.secrets, &first->secrets);
  bool good = play_run(&play);
  if (!good)
    report(path, &play, play.failure.at);
  else if (same && !text_equal(&play.output, &first->output))
    good = report(path, &play, "other replies than in one piece");
  else if (same && !text_equal(&play.script.transcript, &first->script.transcript))
    good = report(path, &play, "another trace than in one piece");
  play_clear(&play);
  return good;
}

/* Every cut; in long dialogues some two thousand of them, evenly spread; few when watched. */
static bool play_cuts(const char *path, const struct play *first) {
  const size_t bytes = play_client_bytes(first->dialogue);
  const size_t most = first->account.unfilled ? WATCHED_CUTS : MOST_CUTS;
  const size_t stride = bytes > 2 * most ? bytes / most + 1 : 1;
  for (size_t cut = 1; cut < bytes; cut += stride)
    if (!play_again(path, first, MANNER_CUT, cut))
      return false;
  return true;
}

/* Byte by byte; long dialogues not when watched. */
static bool play_bytes(const char *path, const struct play *first) {
  const bool skips = first->account.unfilled && play_client_bytes(first->dialogue) > 2 * MOST_CUTS;
  return skips || play_again(path, first, MANNER_BYTES, 0);
}

static bool play_dialogue(const char *path, const struct dialogue *dialogue, bool watched) {
  struct play first = {
      .dialogue = dialogue, .manner = MANNER_WHOLE, .account = {.unfilled = watched}};
  bool good = play_run(&first);
  if (!good)
    report(path, &first, first.failure.at);
  good = good && play_bytes(path, &first) && play_again(path, &first, MANNER_PAUSED, 0) &&
         play_cuts(path, &first);
  play_clear(&first);
  return good;
}

static bool run_file(const char *path, bool watched) {
  struct text source = {0};
  if (!dialogue_load(&source, path)) {
    fprintf(stderr, "%s: cannot be read\n", path);
    return false;
  }
  struct dialogue dialogue;
  const unsigned bad_line = dialogue_parse(&dialogue, source.at);
  if (bad_line != 0)
    fprintf(stderr, "%s:%u: not a line of a dialogue\n", path, bad_line);
  const bool good = bad_line == 0 && play_dialogue(path, &dialogue, watched);
  dialogue_free(&dialogue);
  text_clear(&source);
  return good;
}

int main(int count, char **arguments) {
  const bool watched = count > 1 && strcmp(arguments[1], "--watched") == 0;
  const int first = watched ? 2 : 1;
  bool good = count > first;
  for (int i = first; i < count; i++)
    good = run_file(arguments[i], watched) && good;
  return good ? 0 : 1;
}
