/* SPDX-License-Identifier: MIT */
#ifndef WALK_WALK_H
#define WALK_WALK_H

/*
 * Every step of the chart. The machine of gen/session_machine.c runs here with actions that only
 * write down that they were called: no engine, no bytes, no hooks. Breadth first from its first
 * state, every event is tried in every state.
 */

#include "events.h"

#include "engine/chart.h"

enum { MAX_STATES = 128, MAX_DID = 96 };

/* What one event does in one state. */
struct walk_step {
  size_t next;       /* the state after it */
  char did[MAX_DID]; /* the actions that ran, in order: "ask", "done", "out_of_sequence" */
};

/* A state, known by the shortest way into it. */
struct walk_state {
  int cs;
  enum phase phase; /* as last entered on that way */
  bool over;
  size_t from; /* the state before it, and the event that led here; for state 0 none */
  size_t event;
  struct walk_step steps[MAX_EVENTS];
};

struct walk {
  struct events events;
  struct walk_state states[MAX_STATES];
  size_t count;
};

/* Walks the whole chart. False when spec/event.h cannot be read or there are too many states. */
bool walk_chart(struct walk *walk, const char *event_header);

/* The name of a state: the events of the shortest way into it, or "start". At most size octets. */
void walk_name(const struct walk *walk, size_t state, char *name, size_t size);

/* The index of an event by its name; the count of events when there is none such. */
size_t walk_event(const struct walk *walk, const char *name);

/* True when this step did what `did` says and nothing else. */
bool walk_did(const struct walk *walk, size_t state, size_t event, const char *did);

#endif
