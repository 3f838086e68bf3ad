/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_SERVER_CALLS_H
#define CMTA_TESTS_SERVER_CALLS_H

/* Stands between the server and some system calls (the linker's --wrap): counts them, makes reads
 * and writes short, and disks full. The clients of the harness use read() and write(), which are
 * not wrapped. */

#include <stdbool.h>
#include <stddef.h>

/* Calls since the test began, failed ones included. */
struct calls {
  unsigned accepts, sends, receives, names;
  size_t most_sent; /* octets that one send() takes at most; every other call then is EAGAIN; 0: no
                       interference */

  /* What each send() and recv() meets, counted together. */
  size_t most_carried; /* octets that one takes at most; 0: any number */
  unsigned wait_every; /* each so manieth is EAGAIN; 0: none */
  unsigned fail_from;  /* this one and all later ones are ECONNRESET; 0: none */
  unsigned carried;    /* how many there were */

  bool named_files;  /* no file without a name can be made (O_TMPFILE) */
  size_t most_moved; /* octets that one pread() or pwrite() takes at most; every other call then is
                        EINTR; 0: no interference */
  size_t disk_room;  /* one more than the octets that pwrite() finds room for; 0: any number */
  unsigned moves;    /* calls of the two */
};

extern struct calls calls;

#endif
