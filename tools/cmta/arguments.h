/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_ARGUMENTS_H
#define CMTA_TOOLS_ARGUMENTS_H

/* The arguments of an option that may be given more than once. */

#include <stdbool.h>
#include <stddef.h>

/* In the order given, borrowed; all zero: none. */
struct arguments {
  const char **rows; /* NULL behind the last; NULL: none */
  size_t count;
};

/* Adds one. NULL, or what is wrong: the end of a sentence, a static string. */
const char *arguments_add(struct arguments *arguments, const char *argument);

/* Frees what arguments holds. */
void arguments_free(struct arguments *arguments);

#endif
