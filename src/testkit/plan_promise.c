/* SPDX-License-Identifier: MIT */

/* Replies that are said only if others accept: the wire has them, and whether it says them is known
 * when the session composes its own. */

#include "testkit/plan.h"

#include <cmta/wire.h>

#include <stdlib.h>
#include <string.h>

void promise_make(struct cmta_plan *plan, const struct moment *moment, struct planned *planned,
                  const char *bytes, size_t length) {
  struct promise **last = moment->promises;
  struct promise *promise = malloc(sizeof *promise);
  char *copy = malloc(length + 1);
  if (!promise || !copy) {
    free(promise);
    free(copy);
    plan_drop(plan, planned);
    return;
  }
  memcpy(copy, bytes, length);
  *promise = (struct promise){.planned = planned, .bytes = copy, .length = length};
  while (*last)
    last = &(*last)->next;
  *last = promise;
}

/* Takes the first one out; its fault is the caller's. */
static struct planned *take_first(struct promise **promises) {
  struct promise *first = *promises;
  struct planned *planned = first->planned;
  *promises = first->next;
  free(first->bytes);
  free(first);
  return planned;
}

void promises_drop(struct cmta_plan *plan, struct promise **promises) {
  while (*promises)
    plan_drop(plan, take_first(promises));
}

static bool is_of(const struct promise *promise, const struct cmta_wire *wire) {
  return promise->length == wire->replacement_length &&
         memcmp(promise->bytes, wire->replacement, promise->length) == 0;
}

/* Those before the one that the wire has were of the same reply, or of one that is past. */
void promises_settle(struct cmta_plan *plan, struct cmta_session *session,
                     struct promise **promises, struct cmta_slice line) {
  struct cmta_wire wire;
  cmta_wire_init(&wire);
  if (!*promises || cmta_wire_get(session, &wire) != 0 || !wire.of_success || !wire.replacement)
    return;
  const struct promise *found = *promises;
  while (found && !is_of(found, &wire))
    found = found->next;
  while (found && *promises != found)
    plan_drop(plan, take_first(promises));
  if (!found)
    return;
  struct planned *planned = take_first(promises);
  bool said = line.length && line.at[0] == '2' && wire.cut > 0;
  if (said)
    plan_happens(plan, session, planned);
  (said ? plan_give_back : plan_drop)(plan, planned);
}
