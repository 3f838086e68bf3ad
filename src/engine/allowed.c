/* SPDX-License-Identifier: MIT */

/* What may come next. The chart alone knows, so it is tried out: a session that is nothing but a
 * state of the chart is stepped by each command, and what its actions do is thrown away. */

#include "engine/allowed.h"

#include "engine/chart.h"
#include "engine/facts.h"
#include "engine/own_verbs.h"
#include "engine/reply.h"

#include <string.h>

/* Octets of the names in one line of the 503: with all that stands around them a reply line. */
enum { MAX_NAMES = 400 };

static void do_nothing(struct cmta_session *session) { (void)session; }

/* A walk over the commands that may come now. */
struct listing {
  const struct cmta_session *session;
  unsigned facts;
  const struct verb *verb;   /* the last one found, or NULL */
  struct cmta_session probe; /* what is stepped */
};

static void list(struct listing *listing, const struct cmta_session *session) {
  static const struct verb row = {.done = do_nothing};
  *listing =
      (struct listing){.session = session, .facts = facts_of(session), .probe = {.verb = &row}};
}

static bool chart_takes(struct listing *listing, int event) {
  listing->probe.cs = listing->session->cs;
  listing->probe.misplaced = false;
  session_machine_step(&listing->probe, event);
  return !listing->probe.misplaced;
}

/* The next command, or NULL. */
static const struct verb *next(struct listing *listing) {
  const struct cmta_session *session = listing->session;
  const struct verb *verb = listing->verb;
  do
    verb = verb_next(session->service, verb);
  while (verb && !(facts_offer(listing->facts, verb) && own_verb_comes_in(verb, session->phase) &&
                   chart_takes(listing, verb->event)));
  return listing->verb = verb;
}

/* While a question is open the chart waits for an answer and takes no command. */
size_t cmta_session_allowed(const struct cmta_session *session, const char *names[], size_t count) {
  struct listing listing;
  const struct verb *verb;
  size_t found = 0;
  if (session->close_reason != CMTA_CLOSED_NOT)
    return 0;
  list(&listing, session);
  for (; (verb = next(&listing)); found++)
    if (found < count)
      names[found] = verb->name;
  return found;
}

/* Adds " NAME" to a line of length octets. Returns its length. */
static size_t add_name(char *line, size_t length, const char *name) {
  size_t octets = strlen(name);
  if (length)
    line[length++] = ' ';
  memcpy(line + length, name, octets);
  return length + octets;
}

/* The commands of the application may be many: what does not fit goes into another line. */
void allowed_reply(struct cmta_session *session) {
  struct reply_writer writer = reply_writer_of(session, REPLY_OUT_OF_SEQUENCE);
  struct listing listing;
  const struct verb *verb;
  char line[MAX_NAMES + 34];
  size_t length = add_name(line, 0, reply_row(REPLY_OUT_OF_SEQUENCE)->text);
  list(&listing, session);
  while ((verb = next(&listing))) {
    if (length > MAX_NAMES) {
      reply_line(&writer, (struct cmta_slice){line, length}, true);
      length = 0;
    }
    length = add_name(line, length, verb->name);
  }
  reply_line(&writer, (struct cmta_slice){line, length}, false);
}
