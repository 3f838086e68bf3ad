/* SPDX-License-Identifier: MIT */
/* Arguments in a row (arguments.h). */

#include "arguments.h"

#include <stdlib.h>

const char *arguments_add(struct arguments *arguments, const char *argument) {
  const char **rows = realloc(arguments->rows, (arguments->count + 2) * sizeof *rows);
  if (!rows)
    return "finds no memory";
  rows[arguments->count++] = argument;
  rows[arguments->count] = NULL;
  arguments->rows = rows;
  return NULL;
}

void arguments_free(struct arguments *arguments) { free(arguments->rows); }
