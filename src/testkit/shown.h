/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_SHOWN_H
#define CMTA_TESTKIT_SHOWN_H

/* Text for people, into room of a fixed size: what does not fit is left out. */

#include <cmta/envelope.h>

struct shown {
  char *text; /* ended by NUL, unless size is 0 */
  size_t size, length;
};

/* An empty text in `size` octets. */
struct shown shown_in(char *text, size_t size);

/* Adds words of ours, as printf() writes them. */
void shown_add(struct shown *shown, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds words of somebody else in quotes, all that is not printable ASCII or UTF-8 made visible; the
 * first hundred octets of them. */
void shown_quote(struct shown *shown, struct cmta_slice words);

/* Whether nothing more has room. */
bool shown_is_full(const struct shown *shown);

#endif
