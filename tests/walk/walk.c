/* SPDX-License-Identifier: MIT */
/* Walks the chart; see walk.h. */
#include "walk.h"

#include <stdio.h>
#include <string.h>

/* A session whose only living parts are the chart's, and what was called. */
struct probe {
  struct cmta_session session; /* first, so that the actions find the rest behind it */
  enum phase phase;
  char did[MAX_DID];
};

static void write_down(struct cmta_session *session, const char *action) {
  struct probe *probe = (struct probe *)session;
  const size_t length = strlen(probe->did);
  snprintf(probe->did + length, sizeof probe->did - length, "%s%s", length > 0 ? " " : "", action);
}

void session_ask(struct cmta_session *session) { write_down(session, "ask"); }
void session_done(struct cmta_session *session) { write_down(session, "done"); }
void session_refuse(struct cmta_session *session) { write_down(session, "refuse"); }
void session_challenge(struct cmta_session *session) { write_down(session, "challenge"); }
void session_hold(struct cmta_session *session) { write_down(session, "hold"); }
void session_out_of_sequence(struct cmta_session *session) {
  write_down(session, "out_of_sequence");
}
void session_enter(struct cmta_session *session, enum phase phase) {
  ((struct probe *)session)->phase = phase;
}

/* The state that the machine is in, added when it is new; MAX_STATES when there is no room. */
static size_t find_state(struct walk *walk, const struct probe *probe, size_t from, size_t event) {
  for (size_t i = 0; i < walk->count; i++)
    if (walk->states[i].cs == probe->session.cs)
      return i;
  if (walk->count == MAX_STATES)
    return MAX_STATES;
  walk->states[walk->count] = (struct walk_state){.cs = probe->session.cs,
                                                  .phase = probe->phase,
                                                  .over = session_machine_over(&probe->session),
                                                  .from = from,
                                                  .event = event};
  return walk->count++;
}

static bool step(struct walk *walk, size_t state, size_t event) {
  struct probe probe = {.phase = walk->states[state].phase};
  probe.session.cs = walk->states[state].cs;
  session_machine_step(&probe.session, walk->events.rows[event].number);
  struct walk_step made = {.next = find_state(walk, &probe, state, event)};
  memcpy(made.did, probe.did, sizeof made.did);
  walk->states[state].steps[event] = made;
  return made.next < MAX_STATES;
}

bool walk_chart(struct walk *walk, const char *event_header) {
  struct probe probe = {.phase = PHASE_CONNECTING};
  bool good = events_read(&walk->events, event_header);
  walk->count = 0;
  session_machine_init(&probe.session);
  find_state(walk, &probe, 0, 0);
  for (size_t state = 0; good && state < walk->count; state++)
    for (size_t event = 0; good && event < walk->events.count; event++)
      good = step(walk, state, event);
  return good;
}

void walk_name(const struct walk *walk, size_t state, char *name, size_t size) {
  if (state == 0) {
    snprintf(name, size, "start");
    return;
  }
  const struct walk_state *here = &walk->states[state];
  walk_name(walk, here->from, name, size);
  const size_t length = here->from == 0 ? 0 : strlen(name);
  snprintf(name + length, size - length, "%s%s", length > 0 ? " " : "",
           walk->events.rows[here->event].name);
}

size_t walk_event(const struct walk *walk, const char *name) {
  size_t event = 0;
  while (event < walk->events.count && strcmp(walk->events.rows[event].name, name) != 0)
    event++;
  return event;
}

bool walk_did(const struct walk *walk, size_t state, size_t event, const char *did) {
  return strcmp(walk->states[state].steps[event].did, did) == 0;
}
