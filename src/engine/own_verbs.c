/* SPDX-License-Identifier: MIT */

/* Verbs of the application's own. To the rest of the engine they are rows like those of verbs.c: a
 * service that has any has a table of its own, with both. */

#include "engine/own_verbs.h"

#include "engine/ascii.h"
#include "engine/chart.h"
#include "engine/facts.h"
#include "engine/text.h"
#include "engine/utf8.h"
#include "event.h"

#include <string.h>

enum { MAX_NAME = 32, MAX_HELP = 200, ALL_PHASES = 31, ALL_FLAGS = 7 };

_Static_assert(CMTA_PHASE_GREETED == 1 && CMTA_PHASE_READY == 1 << (PHASE_READY - PHASE_GREETED) &&
                   CMTA_PHASE_MAIL == 1 << (PHASE_MAIL - PHASE_GREETED) &&
                   CMTA_PHASE_RCPT == 1 << (PHASE_RCPT - PHASE_GREETED) &&
                   CMTA_PHASE_CHUNKS == 1 << (PHASE_CHUNKS - PHASE_GREETED),
               "the phases of <cmta/extend.h> are those of the chart, in order");

/* ---- The table ---- */

static bool is_name(const char *name) {
  if (!name || !ascii_is_letter(*name) || strlen(name) > MAX_NAME)
    return false;
  for (; *name; name++)
    if (!ascii_is_letter(*name) && !(*name >= '0' && *name <= '9') && *name != '-')
      return false;
  return true;
}

static bool is_help(const char *help) {
  return *help && strlen(help) <= MAX_HELP && text_is_printable(help);
}

/* The built-in row that a row overrides, or NULL. */
static const struct verb *overridden(const struct cmta_verb *own) {
  struct cmta_service built_in = {.set_count = 0};
  built_in.verbs = verbs_built_in(&built_in.verb_count);
  return verb_of_name(&built_in, text_slice(own->name));
}

/* A verb that asks nobody cannot be given a question: there is no place for it in the chart. Nor
 * can one that asks several times (AUTH). */
static bool is_sound(const struct cmta_verb *own) {
  if (!is_name(own->name) || (own->flags & ~(unsigned)ALL_FLAGS) ||
      (own->help && !is_help(own->help)))
    return false;
  const struct verb *verb = overridden(own);
  if (verb)
    return own->phases == 0 && ((verb->ask && !(verb->flags & VERB_EXCHANGE)) || !own->question);
  return own->help && !(own->phases & ~(unsigned)ALL_PHASES);
}

static bool is_repeated(const struct cmta_verb *own, const struct cmta_verb *first) {
  struct cmta_slice name = text_slice(own->name);
  for (const struct cmta_verb *other = first; other < own; other++)
    if (ascii_same(text_slice(other->name), name))
      return true;
  return false;
}

bool own_verbs_are_sound(const struct cmta_settings *settings) {
  const struct cmta_verb *verbs = settings->verbs;
  if (settings->verb_count && !verbs)
    return false;
  for (size_t i = 0; i < settings->verb_count; i++)
    if (!is_sound(&verbs[i]) || is_repeated(&verbs[i], verbs))
      return false;
  return true;
}

/* ---- Rows ---- */

static size_t size_of_texts(const struct cmta_settings *settings) {
  size_t size = 0;
  for (size_t i = 0; i < settings->verb_count; i++) {
    const struct cmta_verb *own = &settings->verbs[i];
    size += text_size(own->name) + text_size(own->help);
  }
  return size;
}

/* The facts that forbid a verb with this row. An EXPN with a question needs no hook. */
static unsigned barred_by(const struct verb *verb, const struct cmta_verb *own) {
  unsigned barred = verb->barred;
  if (own->flags & CMTA_VERB_NEEDS_TLS)
    barred |= FACT_NO_TLS;
  if (own->flags & CMTA_VERB_NEEDS_AUTH)
    barred |= FACT_NO_AUTH;
  return own->question ? barred & ~(unsigned)FACT_NO_EXPN : barred;
}

/* Puts a row into the service's table: in place of the one that it overrides, or as a new one. */
static void add_row(struct cmta_service *service, struct verb *rows, const struct cmta_verb *own) {
  const struct verb *verb = verb_of_name(service, text_slice(own->name));
  struct verb *row = verb ? &rows[verb - rows] : &rows[service->verb_count];
  if (!verb) {
    *row = *verb_of_event(service, EXTENSION);
    row->name = own->name;
    row->flags = VERB_COMMAND;
    service->verb_count++;
  }
  if (own->flags & CMTA_VERB_ENDS_GROUP)
    row->flags |= VERB_ENDS_GROUP;
  if (own->help)
    row->help = own->help;
  row->barred = barred_by(row, own);
  row->own = own;
}

/* Copies settings.verbs into the block, and makes rows of it. */
static void lay_out(struct cmta_service *service, struct verb *rows, size_t built_in) {
  const struct cmta_settings *settings = &service->settings;
  struct cmta_verb *copies = (struct cmta_verb *)(rows + built_in + settings->verb_count);
  char *room = (char *)(copies + settings->verb_count);
  memcpy(rows, service->verbs, built_in * sizeof *rows);
  service->verbs = rows;
  for (size_t i = 0; i < settings->verb_count; i++) {
    copies[i] = settings->verbs[i];
    copies[i].name = text_copy(copies[i].name, &room);
    copies[i].help = text_copy(copies[i].help, &room);
    add_row(service, rows, &copies[i]);
  }
  service->settings.verbs = copies;
}

/* One block: the rows of all events, the copies of settings.verbs that some point to, their texts.
 */
bool own_verbs_copy(struct cmta_service *service, struct memory *memory) {
  size_t count = service->settings.verb_count;
  service->verbs = verbs_built_in(&service->verb_count);
  if (count == 0)
    return true;
  size_t size = (service->verb_count + count) * sizeof *service->verbs +
                count * sizeof *service->settings.verbs + size_of_texts(&service->settings);
  struct verb *rows = memory_take(memory, size);
  if (rows)
    lay_out(service, rows, service->verb_count);
  return rows;
}

void own_verbs_free(struct cmta_service *service, struct memory *memory) {
  size_t count;
  if (service->verbs != verbs_built_in(&count))
    memory_give(memory, (void *)service->verbs);
}

/* ---- Commands ---- */

bool own_verb_takes(struct cmta_slice argument, unsigned manner) {
  bool ascii = true;
  for (size_t i = 0; i < argument.length; i++)
    ascii &= (unsigned char)argument.at[i] < 0x80;
  return ascii || ((manner & COMMAND_UTF8) && utf8_is_valid(argument.at, argument.length));
}

bool own_verb_comes_in(const struct verb *verb, unsigned phase) {
  unsigned phases = verb->own ? verb->own->phases : 0;
  return phases == 0 || (phase >= PHASE_GREETED && (phases >> (phase - PHASE_GREETED) & 1));
}

enum reply_id own_verb_guard(const struct cmta_session *session, bool more) {
  const struct verb *verb = session->verb;
  if (!own_verb_comes_in(verb, session->phase))
    return REPLY_OUT_OF_SEQUENCE;
  return more && (verb->own->flags & CMTA_VERB_ENDS_GROUP) ? REPLY_NOT_LAST : REPLY_NONE;
}

enum cmta_verdict own_verb_ask(struct cmta_session *session, const struct hook_set *set) {
  return set->hooks.verb(session, set->user, session->verb->own, session->slice);
}
