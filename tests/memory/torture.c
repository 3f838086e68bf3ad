/* SPDX-License-Identifier: MIT */
/* memory_torture FILE...: plays each dialogue once for each request for memory that it makes, with
 * that request failing; and again with all after it failing too. Nothing may crash, leak, hang or
 * break a reply; a session that cannot go on must be over. */
#include "play.h"

#include <stdio.h>

static void report(const char *path, const struct play *play) {
  fprintf(stderr, "%s:%u: %s\n  with request %lu for memory%s failing\n", path, play->line,
          play->failure.at, play->account.fail_at,
          play->account.fail_on ? " and all after it" : "");
}

/* One run; adds to `calls` how many requests it made. */
static bool play_failing(const char *path, const struct dialogue *dialogue, unsigned long fail_at,
                         bool fail_on, unsigned long *calls) {
  struct play play = {
      .dialogue = dialogue, .lenient = true, .account = {.fail_at = fail_at, .fail_on = fail_on}};
  const bool good = play_run(&play);
  if (!good)
    report(path, &play);
  *calls = play.account.calls;
  play_clear(&play);
  return good;
}

/* The number of runs, or 0 after a failure. */
static unsigned long torture(const char *path, const struct dialogue *dialogue) {
  unsigned long requests, calls;
  bool good = play_failing(path, dialogue, 0, false, &requests);
  for (unsigned long i = 1; good && i <= requests; i++)
    good = play_failing(path, dialogue, i, false, &calls) &&
           play_failing(path, dialogue, i, true, &calls);
  return good ? 2 * requests : 0;
}

static unsigned long torture_file(const char *path) {
  struct text source = {0};
  struct dialogue dialogue = {0};
  unsigned long runs = 0;
  if (dialogue_load(&source, path) && dialogue_parse(&dialogue, source.at) == 0)
    runs = torture(path, &dialogue);
  else
    fprintf(stderr, "%s: cannot be read\n", path);
  dialogue_free(&dialogue);
  text_clear(&source);
  return runs;
}

int main(int count, char **arguments) {
  unsigned long all = 0;
  bool good = count > 1;
  for (int i = 1; i < count; i++) {
    const unsigned long runs = torture_file(arguments[i]);
    good = good && runs > 0;
    all += runs;
  }
  printf("%d dialogues, %lu runs\n", count - 1, all);
  return good ? 0 : 1;
}
