/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_EXPECT_H
#define CMTA_TESTKIT_EXPECT_H

/* What is expected beside what is there: expect.c brings them together, assign.c finds which mail
 * is for which expectation, expect_text.c says what is wrong. */

#include "testkit/mail.h"

/* A mail that is there. */
struct candidate {
  struct cmta_mail *mail; /* borrowed, while the mailbox is locked */
  uint64_t place;         /* its own */
  char *likeness;         /* of each expectation, once it was asked for: see assign.c */
  size_t holder;          /* the expectation that it is for, or SIZE_MAX */
  bool tried;             /* nobody asks for it again, in this search or ever */
  size_t asker;           /* the expectation that asks for it in this search */
  unsigned near;          /* how near it is to the expectation in hand */
  bool said;              /* it is in the text */
};

struct comparison {
  struct cmta_match *expected;
  size_t expected_count;
  struct candidate *candidates; /* in the order they came */
  size_t candidate_count;
  size_t *mail_of; /* the candidate for each expectation, or SIZE_MAX */
  size_t *path;    /* room for a search, for as many as there are candidates */
};

/* Whether the mail is like an expectation. They are compared once. */
bool assign_is_like(const struct comparison *comparison, size_t expectation,
                    struct candidate *candidate);

/* Assigns mails anew until an expectation cannot have one; whether each has. */
bool assign_all(struct comparison *comparison);

/* Assigns as many as can be, first to the expectations that the fewest mails are like, then to
 * those that ask for most: the general ones get what is left. False without memory. */
bool assign_most(struct comparison *comparison);

/* Then the expectation that holds this mail takes another one, if it can: this one is for none. */
bool assign_release(struct comparison *comparison, struct candidate *candidate);

/* Then says in lines of text what is missing, what there is besides, and how near it is; which mail
 * is for which expectation may change. */
void expect_say(struct comparison *comparison, char *text, size_t size);

#endif
