/* SPDX-License-Identifier: MIT */
/* The guard, once for each combination of facts: what is forbidden then, with which reply, and that
 * the rest goes to the chart. The walk is about order; these are about facts. */
#include "events.h"

#include "engine/facts.h"

#include <criterion/criterion.h>

/* What each fact forbids; a new fact needs a row. */
static const struct {
  unsigned fact;
  const char *event;
  enum reply_id reply;
} rows[] = {
    {FACT_NO_HELP, "HELP", REPLY_NOT_IMPLEMENTED},
    {FACT_NO_EXPN, "EXPN", REPLY_NOT_IMPLEMENTED},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static enum reply_id expected(unsigned facts, const struct events *events, int event) {
  for (size_t i = 0; i < ROWS; i++)
    if ((facts & rows[i].fact) && event_number(events, rows[i].event) == event)
      return rows[i].reply;
  return REPLY_NONE;
}

Test(guard, forbids_what_each_combination_of_facts_forbids_and_nothing_else) {
  struct events events;
  cr_assert(events_read(&events, EVENT_H));
  for (unsigned facts = 0; facts <= FACT_ALL; facts++)
    for (size_t i = 0; i < events.count; i++) {
      const struct verb *verb = verb_of_event(events.rows[i].number);
      if (verb != NULL)
        cr_expect_eq(facts_guard(facts, verb), expected(facts, &events, events.rows[i].number),
                     "%s with facts %u", events.rows[i].name, facts);
    }
}

Test(guard, has_a_row_here_for_each_fact) {
  unsigned facts = 0;
  for (size_t i = 0; i < ROWS; i++)
    facts |= rows[i].fact;
  cr_expect_eq(facts, (unsigned)FACT_ALL);
}

Test(guard, never_forbids_quit) {
  struct events events;
  cr_assert(events_read(&events, EVENT_H));
  cr_expect_eq(facts_guard(FACT_ALL, verb_of_event(event_number(&events, "QUIT"))), REPLY_NONE);
}

Test(verbs, has_a_row_for_each_event_but_answers_and_faults) {
  static const char *const without[] = {"FAULT", "ACCEPT", "REJECT"};
  struct events events;
  cr_assert(events_read(&events, EVENT_H));
  for (size_t i = 0; i < events.count; i++) {
    bool expects_row = true;
    for (size_t j = 0; j < sizeof without / sizeof without[0]; j++)
      expects_row = expects_row && event_number(&events, without[j]) != events.rows[i].number;
    cr_expect_eq(verb_of_event(events.rows[i].number) != NULL, expects_row, "%s",
                 events.rows[i].name);
  }
}
