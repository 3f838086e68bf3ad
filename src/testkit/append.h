/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_APPEND_H
#define CMTA_TESTKIT_APPEND_H

/* A file, or standard output, that pieces are put behind: each is written whole, or the writer
 * hears that it was not. */

#include <stdbool.h>
#include <stddef.h>

struct append {
  int fd;
  bool terminal; /* someone's terminal reads it */
  bool torn;     /* it ends in a piece that is not whole and could not be taken back */
};

/* Opens the file at path to append to, made if it is not there; "-" is standard output. 0, or the
   errno of open(2). */
int append_open(struct append *append, const char *path);

/* Appends a piece, which ends in a newline, and returns 0 when the system has taken all of it. Else
   the errno; what was written of it is taken back if this is a file, if not the next piece begins
   on a new line. */
int append_write(struct append *append, const char *text, size_t length);

/* Closes it, unless it is standard output. */
void append_close(struct append *append);

#endif
