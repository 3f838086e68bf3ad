/* SPDX-License-Identifier: MIT */
/* walk_dot EVENT_H: prints the chart as a picture for Graphviz. Phases are nodes; an edge is what
 * the events on it lead to once they are answered. What is out of sequence, or refused
 * and stays in its phase, is left out. */
#include "walk.h"

#include <stdio.h>
#include <string.h>

/* The end is a node beside the phases. */
enum { OVER = PHASE_COUNT, NODES, MAX_LABEL = 256 };

static const char *const node_names[NODES] = {"connecting", "greeted", "ready",   "mail",  "rcpt",
                                              "chunks",     "body",    "discard", "chunk", "skip",
                                              "handshake",  "auth",    "over"};

/* How an event was answered. */
enum outcome { ACCEPTED, REFUSED, UNASKED, CHALLENGED, OUTCOMES };

static const char *const outcome_styles[OUTCOMES] = {"", " style=dashed", " color=blue",
                                                     " style=dotted"};

/* The events on each edge, by name. */
struct edges {
  char labels[NODES][NODES][OUTCOMES][MAX_LABEL];
};

static size_t node_of(const struct walk *walk, size_t state) {
  return walk->states[state].over ? (size_t)OVER : (size_t)walk->states[state].phase;
}

/* Adds a name to an edge, unless it is there. */
static void add(char *label, const char *name) {
  char word[MAX_LABEL];
  char all[MAX_LABEL + 2];
  snprintf(word, sizeof word, "\n%s\n", name);
  snprintf(all, sizeof all, "\n%s\n", label);
  const size_t length = strlen(label);
  if (strstr(all, word) == NULL)
    snprintf(label + length, MAX_LABEL - length, "%s%s", length > 0 ? "\n" : "", name);
}

static void add_edge(const struct walk *walk, struct edges *edges, size_t from, size_t to,
                     enum outcome outcome, size_t event) {
  add(edges->labels[node_of(walk, from)][node_of(walk, to)][outcome],
      walk->events.rows[event].name);
}

/* The event in a state that waits for one: at once, or with all answers to its question. */
static void add_event(const struct walk *walk, struct edges *edges, size_t state, size_t event) {
  const size_t next = walk->states[state].steps[event].next;
  if (!walk_did(walk, state, event, "ask")) {
    add_edge(walk, edges, state, next, UNASKED, event);
    return;
  }
  const struct walk_step *answers = walk->states[next].steps;
  add_edge(walk, edges, state, answers[walk_event(walk, "ACCEPT")].next, ACCEPTED, event);
  add_edge(walk, edges, state, answers[walk_event(walk, "REJECT")].next, REFUSED, event);
  if (strcmp(answers[walk_event(walk, "CHALLENGE")].did, "challenge") == 0)
    add_edge(walk, edges, state, answers[walk_event(walk, "CHALLENGE")].next, CHALLENGED, event);
}

/* True when a question is open: ACCEPT is in sequence. */
static bool is_question(const struct walk *walk, size_t state) {
  return !walk_did(walk, state, walk_event(walk, "ACCEPT"), "out_of_sequence");
}

static void add_state(const struct walk *walk, struct edges *edges, size_t state) {
  for (size_t event = 0; event < walk->events.count; event++)
    if (!is_question(walk, state) && !walk_did(walk, state, event, "out_of_sequence"))
      add_event(walk, edges, state, event);
}

static void print_label(const char *label) {
  for (; *label != '\0'; label++)
    if (*label == '\n')
      fputs("\\n", stdout);
    else
      putchar(*label);
}

static void print_edge(const struct edges *edges, size_t from, size_t to, size_t outcome) {
  const char *label = edges->labels[from][to][outcome];
  if (*label == '\0' || (from == to && outcome == REFUSED))
    return;
  printf("  %s -> %s [label=\"", node_names[from], node_names[to]);
  print_label(label);
  printf("\"%s]\n", outcome_styles[outcome]);
}

static void print_edges(const struct edges *edges) {
  for (size_t from = 0; from < NODES; from++)
    for (size_t to = 0; to < NODES; to++)
      for (size_t outcome = 0; outcome < OUTCOMES; outcome++)
        print_edge(edges, from, to, outcome);
}

int main(int count, char **arguments) {
  static struct walk walk;
  static struct edges edges;
  if (count != 2 || !walk_chart(&walk, arguments[1])) {
    fprintf(stderr, "usage: walk_dot EVENT_H (which must list events, one a line)\n");
    return 1;
  }
  for (size_t state = 0; state < walk.count; state++)
    add_state(&walk, &edges, state);
  printf("digraph chart {\n  label=\"solid: accepted; dashed: refused; blue: nobody is asked\"\n"
         "  node [shape=box style=rounded fontname=\"sans-serif\"]\n"
         "  edge [fontname=\"sans-serif\" fontsize=10]\n  over [shape=doublecircle]\n");
  print_edges(&edges);
  printf("}\n");
  return 0;
}
