/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_STORE_FILE_H
#define CMTA_SERVER_STORE_FILE_H

/* The store of a server that was given none: unnamed temporary files. No loop. */

#include <cmta/session.h>

/* The folder they are made in. */
struct spool {
  struct cmta_allocator allocator;
  char *folder; /* in a block of `size` octets; NULL before spool_open() */
  size_t size;
};

/* Chooses the folder (NULL: $TMPDIR, else /tmp), makes a file there for a try, and fills store. The
   spool must stay where it is until no more files are begun; those there are need it no longer. 0,
   CMTA_E_MEMORY, or CMTA_E_SYSTEM with errno. spool_close() may follow either way. */
int spool_open(struct spool *spool, const char *folder, const struct cmta_allocator *allocator,
               struct cmta_store *store);

/* Forgets the folder. */
void spool_close(struct spool *spool);

#endif
