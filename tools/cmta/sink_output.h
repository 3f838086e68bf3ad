/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_SINK_OUTPUT_H
#define CMTA_TOOLS_SINK_OUTPUT_H

/* Where the sink puts its messages: a file or standard output. A piece is written whole or the
 * writer hears that it was not. */

#include <stdbool.h>
#include <stddef.h>

/* An open output. */
struct sink_output {
  int fd;
  const char *name; /* for error lines; borrowed */
  bool terminal;    /* someone's terminal reads it */
  bool torn;        /* it ends in a piece that is not whole and could not be taken back */
};

/* Opens the file at path to append to, made if it is not there; path is borrowed. "-" or NULL is
   standard output. 0, or the errno of open(2). */
int sink_output_open(struct sink_output *output, const char *path);

/* Appends text, which ends in a newline, and returns 0 when the system has taken all of it. Else
   the errno; what was written of it is taken back if output is a file, if not the next piece begins
   on a new line. */
int sink_output_write(struct sink_output *output, const char *text, size_t length);

/* Closes it, unless it is standard output. */
void sink_output_close(struct sink_output *output);

#endif
