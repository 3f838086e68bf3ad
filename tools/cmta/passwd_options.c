/* SPDX-License-Identifier: MIT */
/* The option table of `cmta passwd`, a setter for each row, and what fits together. */

#include "passwd_options.h"

#include <cmta/auth.h>

#include <string.h>

static const char *set_scheme(void *target, const char *argument) {
  const char *name;
  for (size_t i = 0; (name = cmta_password_scheme(i)); i++)
    if (strcmp(argument, name) == 0) {
      ((struct passwd_options *)target)->scheme = name;
      return NULL;
    }
  return "is none of SCRAM-SHA-256, SCRAM-SHA-1, PLAIN and CRYPT";
}

static const char *set_iterations(void *target, const char *argument) {
  unsigned number = 0;
  const char *wrong = option_unsigned(argument, &number);
  if (wrong || number == 0 || number > CMTA_SCRAM_MAX_ITERATIONS)
    return "is not a whole number from 1 to 10000000";
  ((struct passwd_options *)target)->iterations = number;
  return NULL;
}

static const char *set_file(void *target, const char *argument) {
  ((struct passwd_options *)target)->file = argument;
  return *argument ? NULL : "is no file name";
}

static const char *set_delete(void *target, const char *argument) {
  (void)argument;
  ((struct passwd_options *)target)->removes = true;
  return NULL;
}

/* The library judges names: one that it makes no line for is none. */
static const char *set_name(void *target, const char *argument) {
  ((struct passwd_options *)target)->name = argument;
  ptrdiff_t length = cmta_password_entry(NULL, 0, argument, "x", "PLAIN", 0);
  return length == CMTA_E_ARGUMENT ? "can be no name: it is empty, has a colon, a '#' in front, or "
                                     "characters that RFC 4013 forbids"
                                   : NULL;
}

static const struct option_row rows[] = {
    {"scheme", "SCHEME",
     "what is kept of the password: SCRAM-SHA-256 (the default),\n"
     "SCRAM-SHA-1, CRYPT (a hash of crypt(3)), PLAIN (itself)",
     set_scheme, NULL},
    {"iterations", "N", "how much work SCRAM makes of a password (default 10000)", set_iterations,
     NULL},
    {"file", "FILE", "put the entry into this password file, which is made if need be", set_file,
     NULL},
    {"delete", NULL, "take the user out of the file", set_delete, NULL},
};

static const struct option_row operand = {"name", "NAME", NULL, set_name, NULL};

static const struct option_table table = {
    .command = "passwd",
    .summary =
        "Makes the entry of the user NAME in a password file, and prints it or (--file) puts "
        "it there.\nThe password is asked for on the terminal, twice, or is a line of "
        "standard input.\n",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
    .operand = &operand,
    .operand_needed = true,
};

/* What options that are right alone have against each other, or NULL. */
static const char *conflict_of(const struct passwd_options *options) {
  bool scram = !options->scheme || strncmp(options->scheme, "SCRAM-", 6) == 0;
  if (options->removes && !options->file)
    return "--delete needs --file";
  if (options->removes && (options->scheme || options->iterations))
    return "--delete goes with neither --scheme nor --iterations";
  if (options->iterations && !scram)
    return "--iterations is for SCRAM alone";
  return NULL;
}

enum options_result passwd_options_read(struct passwd_options *options, int argc, char **argv) {
  *options = (struct passwd_options){0};
  enum options_result result = options_read(&table, options, argc, argv);
  const char *conflict = result == OPTIONS_SET ? conflict_of(options) : NULL;
  if (!conflict)
    return result;
  complain(table.command, "%s", conflict);
  return OPTIONS_WRONG;
}
