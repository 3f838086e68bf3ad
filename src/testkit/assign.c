/* SPDX-License-Identifier: MIT */

/*
 * Which mail is for which expectation. A mail may be like several, so they are assigned as well as
 * it can be done (Kuhn's algorithm): each expectation in turn takes a mail that is free, or one
 * whose holder can have another, and so on; the search goes from the nearest to the farthest. What
 * a search that fails has tried leads nowhere for good, and is never tried again.
 */

#include "testkit/expect.h"

#include "testkit/match.h"

#include <stdlib.h>

/* What is known of a mail and an expectation; 0: nothing. */
enum { LIKE = 1, UNLIKE = 2 };

bool assign_is_like(const struct comparison *comparison, size_t expectation,
                    struct candidate *candidate) {
  char *known = &candidate->likeness[expectation];
  if (!*known)
    *known = match_all(&comparison->expected[expectation], candidate->mail) ? LIKE : UNLIKE;
  return *known == LIKE;
}

/* ---- A search for a mail for one expectation ---- */

/* A mail for it that is free, or NULL. */
static struct candidate *find_free(const struct comparison *comparison, size_t expectation) {
  for (size_t i = 0; i < comparison->candidate_count; i++) {
    struct candidate *candidate = &comparison->candidates[i];
    if (candidate->holder == SIZE_MAX && !candidate->tried &&
        assign_is_like(comparison, expectation, candidate))
      return candidate;
  }
  return NULL;
}

/* It asks for all mails that others hold and nobody has asked for: they are put behind the path,
 * whose new length is returned. */
static size_t ask_holders(struct comparison *comparison, size_t expectation, size_t length) {
  for (size_t i = 0; i < comparison->candidate_count; i++) {
    struct candidate *candidate = &comparison->candidates[i];
    if (candidate->tried || candidate->holder == SIZE_MAX ||
        !assign_is_like(comparison, expectation, candidate))
      continue;
    candidate->tried = true;
    candidate->asker = expectation;
    comparison->path[length++] = i;
  }
  return length;
}

/* The expectation takes the mail, and gives its own to the one that asked for that, and so on. */
static void take(struct comparison *comparison, size_t expectation, struct candidate *candidate) {
  while (candidate) {
    size_t given = comparison->mail_of[expectation];
    candidate->holder = expectation;
    comparison->mail_of[expectation] = (size_t)(candidate - comparison->candidates);
    candidate = given == SIZE_MAX ? NULL : &comparison->candidates[given];
    expectation = candidate ? candidate->asker : expectation;
  }
}

/* For an expectation that has none. */
static bool find_mail(struct comparison *comparison, size_t expectation) {
  struct candidate *candidates = comparison->candidates;
  struct candidate *found = find_free(comparison, expectation);
  size_t asked = 0, length = 0;
  while (!found) {
    length = ask_holders(comparison, expectation, length);
    if (asked == length)
      return false;
    expectation = candidates[comparison->path[asked++]].holder;
    found = find_free(comparison, expectation);
  }
  take(comparison, expectation, found);
  for (size_t i = 0; i < length; i++)
    candidates[comparison->path[i]].tried = false;
  return true;
}

/* ---- All of them ---- */

static void begin(struct comparison *comparison) {
  for (size_t i = 0; i < comparison->candidate_count; i++) {
    comparison->candidates[i].holder = SIZE_MAX;
    comparison->candidates[i].tried = false;
  }
  for (size_t i = 0; i < comparison->expected_count; i++)
    comparison->mail_of[i] = SIZE_MAX;
}

bool assign_all(struct comparison *comparison) {
  begin(comparison);
  for (size_t i = 0; i < comparison->expected_count; i++)
    if (!find_mail(comparison, i))
      return false;
  return true;
}

/* An expectation's turn. */
struct turn {
  size_t expectation;
  size_t count;    /* of the mails that are like it */
  unsigned weight; /* how much it asks for */
};

static int compare_turns(const void *one, const void *other) {
  const struct turn *a = one, *b = other;
  if (a->count != b->count)
    return a->count < b->count ? -1 : 1;
  if (a->weight != b->weight)
    return a->weight > b->weight ? -1 : 1;
  return a->expectation < b->expectation ? -1 : a->expectation > b->expectation;
}

static size_t count_like(const struct comparison *comparison, size_t expectation) {
  size_t count = 0;
  for (size_t i = 0; i < comparison->candidate_count; i++)
    count += assign_is_like(comparison, expectation, &comparison->candidates[i]);
  return count;
}

bool assign_most(struct comparison *comparison) {
  size_t count = comparison->expected_count;
  struct turn *turns = calloc(count + 1, sizeof *turns);
  if (!turns)
    return false;
  for (size_t i = 0; i < count; i++)
    turns[i] = (struct turn){i, count_like(comparison, i), match_weight(&comparison->expected[i])};
  qsort(turns, count, sizeof *turns, compare_turns);
  begin(comparison);
  for (size_t i = 0; i < count; i++)
    find_mail(comparison, turns[i].expectation);
  free(turns);
  return true;
}

bool assign_release(struct comparison *comparison, struct candidate *candidate) {
  size_t holder = candidate->holder, place = comparison->mail_of[holder];
  candidate->tried = true;
  comparison->mail_of[holder] = SIZE_MAX;
  bool released = find_mail(comparison, holder);
  if (released)
    candidate->holder = SIZE_MAX;
  else
    comparison->mail_of[holder] = place;
  return released;
}
