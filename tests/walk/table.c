/* SPDX-License-Identifier: MIT */
/* walk_table EVENT_H: prints the chart as it really is: for each state each event, what happened,
 * and the state after it. What is merely out of sequence and changes nothing stands in one line. */
#include "walk.h"

#include <stdio.h>

/* The phase of a state is entered on the way; a question keeps that of the command's. */
static const char *const phase_names[] = {
    [PHASE_CONNECTING] = "connecting",
    [PHASE_GREETED] = "greeted",
    [PHASE_READY] = "ready",
    [PHASE_MAIL] = "mail",
    [PHASE_RCPT] = "rcpt",
    [PHASE_CHUNKS] = "chunks",
    [PHASE_BODY] = "body",
    [PHASE_DISCARD] = "discard",
    [PHASE_CHUNK] = "chunk",
    [PHASE_SKIP] = "skip",
    [PHASE_HANDSHAKE] = "handshake",
    [PHASE_AUTH] = "auth",
};

_Static_assert(sizeof phase_names / sizeof *phase_names == PHASE_COUNT, "each phase has a name");

enum { MAX_NAME = 256 };

static bool is_refused(const struct walk *walk, size_t state, size_t event) {
  return walk_did(walk, state, event, "out_of_sequence") &&
         walk->states[state].steps[event].next == state;
}

static void print_step(const struct walk *walk, size_t state, size_t event) {
  char next[MAX_NAME];
  const struct walk_step *step = &walk->states[state].steps[event];
  walk_name(walk, step->next, next, sizeof next);
  printf("  %-9s %-8s -> %s\n", walk->events.rows[event].name, step->did,
         step->next == state ? "(same)" : next);
}

static void print_state(const struct walk *walk, size_t state) {
  char name[MAX_NAME];
  walk_name(walk, state, name, sizeof name);
  printf("%s [%s%s]\n", name, phase_names[walk->states[state].phase],
         walk->states[state].over ? ", over" : "");
  for (size_t event = 0; event < walk->events.count; event++)
    if (!is_refused(walk, state, event))
      print_step(walk, state, event);
  printf("  out of sequence:");
  for (size_t event = 0; event < walk->events.count; event++)
    if (is_refused(walk, state, event))
      printf(" %s", walk->events.rows[event].name);
  printf("\n\n");
}

int main(int count, char **arguments) {
  static struct walk walk;
  if (count != 2 || !walk_chart(&walk, arguments[1])) {
    fprintf(stderr, "usage: walk_table EVENT_H (which must list events, one a line)\n");
    return 1;
  }
  printf("%zu states, %zu events\n\n", walk.count, walk.events.count);
  for (size_t state = 0; state < walk.count; state++)
    print_state(&walk, state);
  return 0;
}
