/* SPDX-License-Identifier: MIT */
/* The guard, once for each combination of facts: what is forbidden then, with which reply, and that
 * the rest goes to the chart. The walk is about order; these are about facts. */
#include "events.h"

#include "engine/facts.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* What each fact forbids, and the reply, in the order in which they count; a new fact needs a row.
 * "": only what the application says. */
static const struct {
  unsigned fact;
  const char *events;
  enum reply_id reply;
} rows[] = {
    {FACT_LMTP, " EHLO HELO ", REPLY_UNKNOWN_COMMAND},
    {FACT_NO_LMTP, " LHLO ", REPLY_UNKNOWN_COMMAND},
    {FACT_TLS_FIRST,
     " HELO MAIL RCPT DATA BDAT RSET VRFY EXPN HELP AUTH XCLIENT XFORWARD ETRN EXTENSION ",
     REPLY_TLS_NEEDED},
    {FACT_NO_HELP, " HELP ", REPLY_NOT_IMPLEMENTED},
    {FACT_NO_EXPN, " EXPN ", REPLY_NOT_IMPLEMENTED},
    {FACT_NO_ETRN, " ETRN ", REPLY_NOT_IMPLEMENTED},
    {FACT_TLS_ON, " STARTTLS ", REPLY_TLS_ALREADY},
    {FACT_NO_STARTTLS, " STARTTLS ", REPLY_NOT_IMPLEMENTED},
    {FACT_NO_MECHANISM, " AUTH ", REPLY_NOT_IMPLEMENTED},
    {FACT_NO_CHUNKING, " BDAT ", REPLY_NOT_IMPLEMENTED},
    {FACT_NO_XCLIENT, " XCLIENT ", REPLY_NOT_TRUSTED},
    {FACT_NO_XFORWARD, " XFORWARD ", REPLY_NOT_TRUSTED},
    {FACT_NO_EHLO, " STARTTLS AUTH BDAT ", REPLY_EHLO_NEEDED},
    {FACT_NO_LHLO, " STARTTLS AUTH BDAT ", REPLY_LHLO_NEEDED},
    {FACT_TLS_UNAVAILABLE, " STARTTLS ", REPLY_TLS_UNAVAILABLE},
    {FACT_AUTHENTICATED, " AUTH ", REPLY_AUTHENTICATED_ALREADY},
    {FACT_NO_TLS, "", REPLY_TLS_NEEDED},
    {FACT_NO_AUTH, "", REPLY_AUTHENTICATION_NEEDED},
    {FACT_AUTH_FIRST, " MAIL RCPT DATA BDAT VRFY EXPN ETRN ", REPLY_AUTHENTICATION_NEEDED},
    {FACT_BINARY, " DATA ", REPLY_BDAT_NEEDED},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static const struct verb *row_of(int event) {
  struct cmta_service service = {.set_count = 0};
  service.verbs = verbs_built_in(&service.verb_count);
  return verb_of_event(&service, event);
}

static enum reply_id expected(unsigned facts, const char *event) {
  char word[32];
  snprintf(word, sizeof word, " %s ", event);
  for (size_t i = 0; i < ROWS; i++)
    if ((facts & rows[i].fact) && strstr(rows[i].events, word))
      return rows[i].reply;
  return REPLY_NONE;
}

Test(guard, forbids_what_each_combination_of_facts_forbids_and_nothing_else) {
  struct events events;
  cr_assert(events_read(&events, EVENT_H));
  for (unsigned facts = 0; facts <= FACT_ALL; facts++)
    for (size_t i = 0; i < events.count; i++) {
      const struct verb *verb = row_of(events.rows[i].number);
      if (verb != NULL)
        cr_assert_eq(facts_guard(facts, verb), expected(facts, events.rows[i].name),
                     "%s with facts %u", events.rows[i].name, facts);
    }
}

Test(guard, answers_each_fact_that_forbids_a_verb_in_its_way) {
  for (size_t i = 0; i < ROWS; i++) {
    const struct verb verb = {.barred = rows[i].fact};
    cr_expect_eq(facts_guard(rows[i].fact, &verb), rows[i].reply);
    cr_expect_eq(facts_guard(FACT_ALL & ~rows[i].fact, &verb), REPLY_NONE);
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
  cr_expect_eq(facts_guard(FACT_ALL, row_of(event_number(&events, "QUIT"))), REPLY_NONE);
}

Test(verbs, has_a_row_for_each_event_but_answers_and_faults) {
  static const char *const without[] = {"FAULT", "ACCEPT", "REJECT", "CHALLENGE"};
  struct events events;
  cr_assert(events_read(&events, EVENT_H));
  for (size_t i = 0; i < events.count; i++) {
    bool expects_row = true;
    for (size_t j = 0; j < sizeof without / sizeof without[0]; j++)
      expects_row = expects_row && event_number(&events, without[j]) != events.rows[i].number;
    cr_expect_eq(row_of(events.rows[i].number) != NULL, expects_row, "%s", events.rows[i].name);
  }
}
