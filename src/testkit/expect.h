/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_EXPECT_H
#define CMTA_TESTKIT_EXPECT_H

/* What is expected beside what is there. */

#include "testkit/mail.h"

/* Which mail is for which expectation. */
struct comparison {
  struct cmta_match *expected;
  size_t expected_count;
  struct cmta_mail **mails; /* borrowed */
  size_t mail_count;
  size_t *mail_of; /* the place of the mail for each expectation, or SIZE_MAX */
  bool *used;      /* whether each mail is for one */
};

/* Says in lines of text what is missing, what there is besides, and how near it is. */
void expect_say(const struct comparison *comparison, char *text, size_t size);

#endif
