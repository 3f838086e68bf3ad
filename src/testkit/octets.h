/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_OCTETS_H
#define CMTA_TESTKIT_OCTETS_H

/* Octets that grow, with a NUL behind them. All zero is an empty one. */

#include <cmta/envelope.h>

struct octets {
  char *at; /* NULL before the first byte */
  size_t length, size;
};

/* Adds bytes. False without memory: then it is as it was. */
bool octets_add(struct octets *text, const void *bytes, size_t length);
bool octets_add_string(struct octets *text, const char *string);

/* Takes the first length bytes away. */
void octets_drop(struct octets *text, size_t length);

/* The text, "" when there is none. Lives until the next change. */
const char *octets_string(const struct octets *text);

void octets_free(struct octets *text);

#endif
