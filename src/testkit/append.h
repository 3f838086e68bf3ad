/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_APPEND_H
#define CMTA_TESTKIT_APPEND_H

/* A file, or standard output, that pieces are put behind: each is written whole, or the writer
 * hears that it was not. */

#include <stdbool.h>
#include <stddef.h>

struct append {
  int fd;
  const char *path; /* the file's; NULL: it is standard output */
  bool terminal;    /* someone's terminal reads it */
  bool regular;     /* it is a regular file: it has a lock, and always takes what is written */
  unsigned ends;    /* LF that a piece ends with */
  unsigned lacks;   /* LF that are missing: it ends in a piece that is not whole */
};

/* Opens the file at path to append to, made if it is not there; "-" is standard output. Pieces
   end with one or two LF. The path must outlive it. 0, or the errno of open(2). */
int append_open(struct append *append, const char *path, unsigned ends);

/* Appends a piece, which ends so, and returns 0 when the system has taken all of it. Else
   the errno; what was written of it is taken back if this is a file, if not what is
   missing at its end comes before the next piece. A file is locked meanwhile, by fcntl(); one that
   is no more at its path, as somebody has removed or renamed it, is opened there anew. EINTR
   when a signal has come while it waited for the lock, or for room in what is no file. */
int append_write(struct append *append, const char *text, size_t length);

/* Closes it, unless it is standard output. */
void append_close(struct append *append);

#endif
