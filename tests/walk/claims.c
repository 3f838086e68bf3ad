/* SPDX-License-Identifier: MIT */
/* What must hold for the chart whatever its rows are. The walk gives the facts; these are the
 * claims that a reviewer of the table need not check by eye. */
#include "walk.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct walk walk;

static void walk_it(void) { cr_assert(walk_chart(&walk, EVENT_H)); }

TestSuite(chart, .init = walk_it);

static const char *name(size_t state) {
  static char text[256];
  walk_name(&walk, state, text, sizeof text);
  return text;
}

/* A state in which a question waits: ACCEPT means something there. */
static bool is_question(size_t state) {
  return !walk_did(&walk, state, walk_event(&walk, "ACCEPT"), "out_of_sequence");
}

static size_t next(size_t state, const char *event) {
  return walk.states[state].steps[walk_event(&walk, event)].next;
}

static bool is_one_of(const char *event, const char *const *names) {
  while (*names != NULL && strcmp(*names, event) != 0)
    names++;
  return *names != NULL;
}

Test(chart, reaches_every_phase_and_its_end) {
  bool reached[PHASE_COUNT] = {false};
  bool over = false;
  for (size_t state = 0; state < walk.count; state++) {
    reached[walk.states[state].phase] = true;
    over = over || walk.states[state].over;
  }
  for (size_t phase = 0; phase < PHASE_COUNT; phase++)
    cr_expect(reached[phase], "phase %zu", phase);
  cr_expect(over);
}

Test(chart, knows_every_event_of_the_alphabet) {
  for (size_t event = 0; event < walk.events.count; event++) {
    bool used = false;
    for (size_t state = 0; state < walk.count; state++)
      used = used || !walk_did(&walk, state, event, "out_of_sequence");
    cr_expect(used, "%s is out of sequence everywhere", walk.events.rows[event].name);
  }
}

/* Whether the way into a state ends with AUTH or a response to it. */
static bool is_exchange(size_t state) {
  const size_t event = walk.states[state].event;
  return event == walk_event(&walk, "AUTH") || event == walk_event(&walk, "RESPONSE");
}

Test(chart, asks_nothing_that_is_not_answered_by_accept_or_reject_alone_or_challenged_in_auth) {
  static const char *const answers[] = {"ACCEPT", "REJECT", NULL};
  static const char *const in_auth[] = {"ACCEPT", "REJECT", "CHALLENGE", NULL};
  for (size_t state = 0; state < walk.count; state++)
    for (size_t event = 0; is_question(state) && event < walk.events.count; event++) {
      const char *event_name = walk.events.rows[event].name;
      const bool refused = walk_did(&walk, state, event, "out_of_sequence");
      cr_expect(refused != is_one_of(event_name, is_exchange(state) ? in_auth : answers),
                "%s in %s", event_name, name(state));
    }
}

Test(chart, challenges_into_the_phase_that_reads_responses_alone) {
  const size_t challenge = walk_event(&walk, "CHALLENGE");
  for (size_t state = 0; state < walk.count; state++)
    if (walk_did(&walk, state, challenge, "challenge"))
      cr_expect_eq(walk.states[next(state, "CHALLENGE")].phase, PHASE_AUTH, "%s", name(state));
}

Test(chart, begins_anew_after_tls) {
  for (size_t state = 0; state < walk.count; state++)
    if (!walk_did(&walk, state, walk_event(&walk, "SECURED"), "out_of_sequence")) {
      const size_t asked = next(state, "SECURED");
      cr_expect_eq(walk.states[state].phase, PHASE_HANDSHAKE, "%s", name(state));
      cr_expect_eq(walk.states[next(asked, "ACCEPT")].phase, PHASE_GREETED, "%s", name(asked));
      cr_expect(walk.states[next(asked, "REJECT")].over, "%s", name(asked));
    }
}

Test(chart, asks_whenever_it_comes_to_a_question_and_only_then) {
  for (size_t state = 0; state < walk.count; state++)
    for (size_t event = 0; event < walk.events.count; event++) {
      const struct walk_step *step = &walk.states[state].steps[event];
      const bool comes = step->next != state && is_question(step->next);
      cr_expect(comes == (strcmp(step->did, "ask") == 0), "%s in %s", walk.events.rows[event].name,
                name(state));
    }
}

Test(chart, says_done_on_accept_and_refuse_or_hold_on_reject) {
  const size_t accept = walk_event(&walk, "ACCEPT"), reject = walk_event(&walk, "REJECT");
  for (size_t state = 0; state < walk.count; state++)
    if (is_question(state)) {
      cr_expect(walk_did(&walk, state, accept, "done"), "%s", name(state));
      cr_expect(walk_did(&walk, state, reject, "refuse") || walk_did(&walk, state, reject, "hold"),
                "%s", name(state));
    }
}

Test(chart, does_one_thing_an_event) {
  for (size_t state = 0; state < walk.count; state++)
    for (size_t event = 0; event < walk.events.count; event++) {
      const char *did = walk.states[state].steps[event].did;
      cr_expect(*did != '\0' && strchr(did, ' ') == NULL, "%s in %s: \"%s\"",
                walk.events.rows[event].name, name(state), did);
    }
}

Test(chart, stays_where_it_is_when_an_event_is_out_of_sequence) {
  for (size_t state = 0; state < walk.count; state++)
    for (size_t event = 0; event < walk.events.count; event++)
      if (walk_did(&walk, state, event, "out_of_sequence"))
        cr_expect_eq(walk.states[state].steps[event].next, state, "%s in %s",
                     walk.events.rows[event].name, name(state));
}

Test(chart, does_nothing_after_its_end) {
  for (size_t state = 0; state < walk.count; state++)
    for (size_t event = 0; walk.states[state].over && event < walk.events.count; event++)
      cr_expect(walk_did(&walk, state, event, "out_of_sequence"));
}

/* A command phase reads commands: QUIT means something there. */
static bool reads_commands(size_t state) {
  return !walk_did(&walk, state, walk_event(&walk, "QUIT"), "out_of_sequence");
}

Test(chart, ends_on_quit_from_every_phase_that_reads_commands) {
  size_t phases = 0;
  for (size_t state = 0; state < walk.count; state++)
    if (reads_commands(state)) {
      phases++;
      cr_expect(walk.states[next(state, "QUIT")].over, "%s", name(state));
    }
  cr_expect_eq(phases, 5);
}

/* Marks the states from which a marked one is one step away. */
static void spread(bool *marked) {
  for (size_t state = 0; state < walk.count; state++)
    for (size_t event = 0; !marked[state] && event < walk.events.count; event++)
      marked[state] = marked[walk.states[state].steps[event].next];
}

Test(chart, can_end_from_every_state) {
  bool marked[MAX_STATES] = {false};
  for (size_t state = 0; state < walk.count; state++)
    marked[state] = walk.states[state].over;
  for (size_t i = 0; i < walk.count; i++)
    spread(marked);
  for (size_t state = 0; state < walk.count; state++)
    cr_expect(marked[state], "%s", name(state));
}

Test(chart, changes_phase_by_no_command_but_starttls_and_those_of_the_transaction) {
  static const char *const movers[] = {"EHLO", "HELO", "LHLO", "MAIL",     "RCPT",    "DATA",
                                       "BDAT", "RSET", "QUIT", "STARTTLS", "XCLIENT", NULL};
  for (size_t state = 0; state < walk.count; state++)
    for (size_t event = 0; reads_commands(state) && event < walk.events.count; event++) {
      const size_t asked = walk.states[state].steps[event].next;
      if (asked == state || is_one_of(walk.events.rows[event].name, movers))
        continue;
      cr_expect_eq(next(asked, "ACCEPT"), state, "%s", name(asked));
      cr_expect_eq(next(asked, "REJECT"), state, "%s", name(asked));
    }
}

/* The octets of a refused BDAT come all the same. */
Test(chart, goes_nowhere_when_a_command_is_refused_unless_octets_follow_it) {
  const size_t bdat = walk_event(&walk, "BDAT");
  for (size_t state = 0; state < walk.count; state++)
    for (size_t event = 0; reads_commands(state) && event < walk.events.count; event++) {
      const size_t asked = walk.states[state].steps[event].next;
      if (is_question(asked) && event == bdat)
        cr_expect_eq(walk.states[next(asked, "REJECT")].phase, PHASE_SKIP, "%s", name(asked));
      else if (is_question(asked))
        cr_expect_eq(next(asked, "REJECT"), state, "%s", name(asked));
    }
}

Test(chart, leaves_a_transaction_on_rset_and_greetings) {
  static const char *const resets[] = {"RSET", "EHLO", "HELO", "LHLO"};
  for (size_t state = 0; state < walk.count; state++)
    for (size_t i = 0; reads_commands(state) && walk.states[state].phase >= PHASE_MAIL && i < 4;
         i++)
      cr_expect_eq(walk.states[next(next(state, resets[i]), "ACCEPT")].phase, PHASE_READY,
                   "%s in %s", resets[i], name(state));
}

Test(chart, leaves_every_message_at_its_end_whatever_the_answer) {
  for (size_t state = 0; state < walk.count; state++) {
    const size_t end = next(state, "BODY_END");
    if (end == state)
      continue;
    if (!is_question(end)) {
      cr_expect_eq(walk.states[end].phase, PHASE_READY, "%s", name(end));
      continue;
    }
    cr_expect_eq(walk.states[next(end, "ACCEPT")].phase, PHASE_READY, "%s", name(end));
    cr_expect_eq(walk.states[next(end, "REJECT")].phase, PHASE_READY, "%s", name(end));
  }
}

Test(chart, asks_for_headers_in_the_middle_of_a_message_alone) {
  for (size_t state = 0; state < walk.count; state++)
    if (!walk_did(&walk, state, walk_event(&walk, "HEADERS"), "out_of_sequence")) {
      const size_t asked = next(state, "HEADERS");
      const bool in_chunk = walk.states[state].phase == PHASE_CHUNK;
      cr_expect(in_chunk || walk.states[state].phase == PHASE_BODY, "%s", name(state));
      cr_expect_eq(next(asked, "ACCEPT"), state, "%s", name(asked));
      cr_expect_eq(walk.states[next(asked, "REJECT")].phase, in_chunk ? PHASE_SKIP : PHASE_DISCARD,
                   "%s", name(asked));
    }
}

static bool is_in_chunk(size_t state) {
  return walk.states[state].phase == PHASE_CHUNK || walk.states[state].phase == PHASE_SKIP;
}

/* Octets of a chunk are no commands: whatever happens in one, they are read to their end. */
Test(chart, leaves_every_chunk_at_its_end_alone) {
  static const char *const ends[] = {"CHUNK_END", "BODY_END", NULL};
  for (size_t state = 0; state < walk.count; state++)
    for (size_t event = 0; is_in_chunk(state) && event < walk.events.count; event++) {
      const char *event_name = walk.events.rows[event].name;
      const size_t to = next(state, event_name);
      const bool stays = is_question(to)
                             ? is_in_chunk(next(to, "ACCEPT")) && is_in_chunk(next(to, "REJECT"))
                             : is_in_chunk(to);
      const bool misplaced = walk_did(&walk, state, event, "out_of_sequence");
      cr_expect(stays != (is_one_of(event_name, ends) && !misplaced), "%s in %s", event_name,
                name(state));
    }
}

Test(chart, takes_nothing_but_chunks_into_a_message_that_comes_in_chunks) {
  static const char *const barred[] = {"MAIL", "RCPT", "DATA", "STARTTLS", "AUTH"};
  for (size_t state = 0; state < walk.count; state++)
    for (size_t i = 0; walk.states[state].phase == PHASE_CHUNKS && i < 5; i++)
      if (!is_question(state))
        cr_expect(walk_did(&walk, state, walk_event(&walk, barred[i]), "out_of_sequence"), "%s",
                  barred[i]);
}

Test(chart, accepts_bdat_after_an_accepted_recipient_or_another_alone) {
  for (size_t state = 0; state < walk.count; state++)
    if (!walk_did(&walk, state, walk_event(&walk, "BDAT"), "out_of_sequence"))
      cr_expect(walk.states[state].phase == PHASE_RCPT || walk.states[state].phase == PHASE_CHUNKS,
                "%s", name(state));
}

Test(chart, accepts_data_after_an_accepted_recipient_alone) {
  for (size_t state = 0; state < walk.count; state++)
    if (!walk_did(&walk, state, walk_event(&walk, "DATA"), "out_of_sequence"))
      cr_expect_eq(walk.states[state].phase, PHASE_RCPT, "%s", name(state));
}
