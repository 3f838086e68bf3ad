/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_PASSWD_OPTIONS_H
#define CMTA_TOOLS_PASSWD_OPTIONS_H

/* The command line of `cmta passwd`. */

#include "options.h"

/* What the options say. Strings are borrowed from the command line. */
struct passwd_options {
  const char *name;    /* of the user; one that the library takes */
  const char *scheme;  /* as cmta_password_entry() has it, or NULL for its own choice */
  unsigned iterations; /* likewise, or 0 */
  const char *file;    /* to change, or NULL: print the entry */
  bool removes;        /* the user is to go */
};

/* Reads the command line. */
enum options_result passwd_options_read(struct passwd_options *options, int argc, char **argv);

#endif
