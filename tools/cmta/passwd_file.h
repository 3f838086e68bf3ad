/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_PASSWD_FILE_H
#define CMTA_TOOLS_PASSWD_FILE_H

/* Changes password files: a new one takes the place of the old at once, or nothing has changed. */

#include <stdbool.h>

/* A change. */
struct passwd_change {
  const char *path;
  const char *name;  /* whose lines go */
  const char *entry; /* what stands in the place of the first of them, or at the end; NULL: nothing,
                        and there must have been one */
};

/* Makes a change; comments and other lines stay as they are, in their order, and so do mode and
   owner. A file that is not there is made, for its owner alone. False when one line on standard
   error has said what is wrong. */
bool passwd_change(const struct passwd_change *change);

#endif
