/* SPDX-License-Identifier: MIT */

/* Faults that are planned, and when their time has come. */

#include "testkit/plan.h"

#include <cmta/server.h>

#include <stdlib.h>
#include <string.h>

/* What delays and rates share is that others may happen beside them. */
static bool goes_with_others(enum cmta_fault_action action) {
  return action == CMTA_FAULT_DELAY || action == CMTA_FAULT_THROTTLE ||
         action == CMTA_FAULT_SLOW_READ;
}

/* SplitMix64: the same numbers on every machine. */
static uint64_t next_random(uint64_t *state) {
  uint64_t mixed = (*state += 0x9e3779b97f4a7c15u);
  mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
  return mixed ^ mixed >> 31;
}

/* A number from 0 to below 1; 53 bits of it are what a double holds. */
static double next_chance(uint64_t *state) {
  return (double)(next_random(state) >> 11) / 9007199254740992.0;
}

/* ---- Its life ---- */

int cmta_plan_new(struct cmta_plan **plan, uint64_t seed) {
  if (!plan)
    return CMTA_E_ARGUMENT;
  *plan = calloc(1, sizeof **plan);
  if (!*plan)
    return CMTA_E_MEMORY;
  (*plan)->seed = seed;
  (*plan)->reach = ~0u;
  if (pthread_mutex_init(&(*plan)->mutex, NULL) == 0)
    return 0;
  free(*plan);
  *plan = NULL;
  return CMTA_E_MEMORY;
}

static void planned_free(struct planned *planned) {
  free(planned->strings);
  free(planned->words);
  free(planned);
}

/* With the mutex. */
static void give_back(struct planned *planned) {
  if (--planned->users == 0)
    planned_free(planned);
}

void plan_give_back(struct cmta_plan *plan, struct planned *planned) {
  pthread_mutex_lock(&plan->mutex);
  give_back(planned);
  pthread_mutex_unlock(&plan->mutex);
}

void plan_drop(struct cmta_plan *plan, struct planned *planned) {
  pthread_mutex_lock(&plan->mutex);
  planned->open--;
  give_back(planned);
  pthread_mutex_unlock(&plan->mutex);
}

void cmta_plan_clear(struct cmta_plan *plan) {
  pthread_mutex_lock(&plan->mutex);
  for (size_t i = 0; i < plan->count; i++)
    give_back(plan->rows[i]);
  free(plan->rows);
  plan->rows = NULL;
  plan->count = 0;
  plan->changes++;
  pthread_mutex_unlock(&plan->mutex);
}

void cmta_plan_free(struct cmta_plan *plan) {
  if (!plan)
    return;
  cmta_plan_clear(plan);
  pthread_mutex_destroy(&plan->mutex);
  free(plan);
}

void cmta_plan_set_reach(struct cmta_plan *plan, unsigned reach) {
  if (plan)
    plan->reach = reach;
}

/* ---- What is planned ---- */

static char *new_words(const struct cmta_fault *fault) {
  ptrdiff_t length = cmta_fault_words(fault, NULL, 0);
  char *words = malloc((size_t)length + 1);
  if (words)
    cmta_fault_words(fault, words, (size_t)length + 1);
  return words;
}

/* Puts it behind the others; its number. Each has a generator of its own, so that what one draws
 * changes nothing for another. */
static int append(struct cmta_plan *plan, struct planned *planned) {
  struct planned **rows = realloc(plan->rows, (plan->count + 1) * sizeof *rows);
  if (!rows)
    return CMTA_E_MEMORY;
  plan->rows = rows;
  planned->number = (int)plan->count;
  planned->random = plan->seed + plan->count;
  planned->random = next_random(&planned->random);
  rows[plan->count++] = planned;
  return planned->number;
}

/* Plans a fault that can be, and keeps its strings, unless it fails. Behind the lock it is the
 * plan's, and may have been forgotten. */
static int keep(struct cmta_plan *plan, const struct cmta_fault *fault, char *strings) {
  struct planned *planned = calloc(1, sizeof *planned);
  if (!planned)
    return CMTA_E_MEMORY;
  planned->fault = *fault;
  planned->strings = strings;
  planned->users = 1;
  planned->stage = (enum stage)stage_of((struct cmta_slice){fault->stage, strlen(fault->stage)});
  planned->words = new_words(fault);
  pthread_mutex_lock(&plan->mutex);
  int number = planned->words ? append(plan, planned) : CMTA_E_MEMORY;
  pthread_mutex_unlock(&plan->mutex);
  if (number < 0) {
    planned->strings = NULL;
    planned_free(planned);
  }
  return number;
}

/* What clients can have, by the faults so far as well. */
static unsigned reach_of(struct cmta_plan *plan) {
  unsigned reach = plan->reach;
  pthread_mutex_lock(&plan->mutex);
  for (size_t i = 0; i < plan->count; i++)
    reach |= fault_reach_given(&plan->rows[i]->fault);
  pthread_mutex_unlock(&plan->mutex);
  return reach;
}

/* Plans a fault with strings of its own, which are freed when it cannot be. */
static int check_and_keep(struct cmta_plan *plan, const struct cmta_fault *fault, char *strings,
                          char *why, size_t size) {
  int result = fault_check(fault, why, size);
  if (result == 0)
    result = fault_check_reach(fault, reach_of(plan), why, size);
  if (result == 0)
    result = keep(plan, fault, strings);
  if (result < 0)
    free(strings);
  return result;
}

int cmta_plan_add(struct cmta_plan *plan, const struct cmta_fault *fault) {
  struct cmta_fault copy;
  char *strings;
  if (!plan || !fault)
    return CMTA_E_ARGUMENT;
  int result = fault_copy(fault, &copy, &strings);
  return result ? result : check_and_keep(plan, &copy, strings, NULL, 0);
}

int cmta_plan_add_text(struct cmta_plan *plan, const char *text, char *why, size_t size) {
  struct cmta_fault fault;
  char *strings;
  if (!plan || !text)
    return CMTA_E_ARGUMENT;
  if (why && size)
    *why = '\0';
  int result = fault_read(text, &fault, &strings, why, size);
  return result ? result : check_and_keep(plan, &fault, strings, why, size);
}

/* With the mutex: NULL for one that is not there. */
static struct planned *find(struct cmta_plan *plan, int number) {
  return number >= 0 && (size_t)number < plan->count ? plan->rows[number] : NULL;
}

const struct cmta_fault *cmta_plan_fault(struct cmta_plan *plan, int number) {
  pthread_mutex_lock(&plan->mutex);
  const struct planned *planned = find(plan, number);
  pthread_mutex_unlock(&plan->mutex);
  return planned ? &planned->fault : NULL;
}

uint64_t cmta_plan_happened(struct cmta_plan *plan, int number) {
  pthread_mutex_lock(&plan->mutex);
  const struct planned *planned = find(plan, number);
  uint64_t happened = planned ? planned->happened : 0;
  pthread_mutex_unlock(&plan->mutex);
  return happened;
}

void cmta_plan_set_wrong_tls(struct cmta_plan *plan, struct cmta_tls *tls) {
  pthread_mutex_lock(&plan->mutex);
  plan->wrong_tls = tls;
  pthread_mutex_unlock(&plan->mutex);
}

struct cmta_tls *plan_wrong_tls(struct cmta_plan *plan) {
  pthread_mutex_lock(&plan->mutex);
  struct cmta_tls *tls = plan->wrong_tls;
  pthread_mutex_unlock(&plan->mutex);
  return tls;
}

void cmta_plan_on_fault(struct cmta_plan *plan,
                        void (*told)(void *context, struct cmta_session *session, int number,
                                     const char *text),
                        void *context) {
  pthread_mutex_lock(&plan->mutex);
  plan->told = told;
  plan->told_context = context;
  pthread_mutex_unlock(&plan->mutex);
}

/* ---- When ---- */

/* Whether it is about such a moment, but for its counts. */
static bool holds(const struct planned *planned, const struct moment *moment) {
  const struct cmta_fault *fault = &planned->fault;
  const struct stage_row *row = stage_row(moment->stage);
  bool is_command = !row || (row->known & KNOWN_COMMAND);
  bool slices = moment->stage == STAGE_BODY || moment->stage == STAGE_HEADERS ||
                moment->stage == STAGE_MESSAGE;
  bool any = planned->stage == STAGE_ANY && is_command && !slices;
  if (planned->stage != moment->stage && !any)
    return false;
  if (fault->connection && fault->connection != cmta_connection_number(moment->session))
    return false;
  if (fault->command && fault->command != cmta_session_counts(moment->session)->commands)
    return false;
  return plan_matches(moment, &fault->match);
}

/* Whether its time has come, now that all else holds. What comes behind the first of those that
 * exclude each other is counted, and does not happen. */
static bool is_due(struct planned *planned, const struct plan_cursor *cursor) {
  const struct cmta_fault *fault = &planned->fault;
  planned->met++;
  if (fault->nth && fault->nth != planned->met)
    return false;
  if (fault->every && planned->met % fault->every != 0)
    return false;
  if (fault->chance < 1 && !(next_chance(&planned->random) < fault->chance))
    return false;
  if (fault->times && planned->happened + planned->open >= fault->times)
    return false;
  return !cursor->acted || goes_with_others(fault->action);
}

/* With the mutex: the one that the cursor is at, when its time has come. */
static struct planned *step(struct cmta_plan *plan, const struct moment *moment,
                            struct plan_cursor *cursor) {
  struct planned *planned = plan->rows[cursor->at++];
  if (!holds(planned, moment) || !is_due(planned, cursor))
    return NULL;
  planned->open++;
  planned->users++;
  cursor->acted |= !goes_with_others(planned->fault.action);
  return planned;
}

struct planned *plan_next(struct cmta_plan *plan, const struct moment *moment,
                          struct plan_cursor *cursor) {
  struct planned *found = NULL;
  pthread_mutex_lock(&plan->mutex);
  if (cursor->at == 0)
    cursor->changes = plan->changes;
  while (!found && cursor->changes == plan->changes && cursor->at < plan->count)
    found = step(plan, moment, cursor);
  pthread_mutex_unlock(&plan->mutex);
  return found;
}

void plan_happens(struct cmta_plan *plan, struct cmta_session *session, struct planned *planned) {
  pthread_mutex_lock(&plan->mutex);
  planned->open--;
  planned->happened++;
  void (*told)(void *, struct cmta_session *, int, const char *) = plan->told;
  void *context = plan->told_context;
  pthread_mutex_unlock(&plan->mutex);
  if (told)
    told(context, session, planned->number, planned->words);
}
