/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_TRACE_OPTIONS_H
#define CMTA_TOOLS_TRACE_OPTIONS_H

/* The command line of `cmta trace`. */

#include "options.h"

/* What it asks for; the strings are of argv. */
struct trace_options {
  const char *file; /* to read; NULL: standard input */
  bool dot;         /* print the chart and read nothing */
  bool dialogue;    /* in the format of tests/dialogs; else plain lines */
};

/* Reads the command line; what goes wrong has been said. */
enum options_result trace_options_read(struct trace_options *options, int argc, char **argv);

#endif
