/* SPDX-License-Identifier: MIT */
#ifndef DIALOGS_SECRETS_H
#define DIALOGS_SECRETS_H

/* What clients of a dialogue say to prove who they are: the texts of its `secret` lines, and what
 * `auth` was shown, as such and in base64. A text of fewer than SECRET_LEAST octets is none,
 * because it may be anywhere by chance. */

#include "dialogue.h"

enum { SECRET_LEAST = 6 };

struct secrets {
  struct text *texts;
  size_t count;
};

void secrets_add(struct secrets *secrets, const char *bytes, size_t length);

/* Adds what a response said, and its base64. */
void secrets_add_response(struct secrets *secrets, struct cmta_slice response);

/* Adds the `secret` lines of a dialogue. */
void secrets_add_lines(struct secrets *secrets, const struct dialogue *dialogue);

/* Adds those of another play. */
void secrets_add_all(struct secrets *secrets, const struct secrets *others);

/* Whether any of them is in these bytes; NULL has none. */
bool secrets_are_in(const struct secrets *secrets, const void *bytes, size_t length);

/* Whether octets `from` to `from + length` of what a dialogue's client says are a part of one. */
bool secrets_have_part(const struct secrets *secrets, const struct text *said, size_t from,
                       size_t length);

void secrets_clear(struct secrets *secrets);

#endif
