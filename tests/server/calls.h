/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_SERVER_CALLS_H
#define CMTA_TESTS_SERVER_CALLS_H

/* Stands between the server and some system calls (the linker's --wrap): counts them, and makes
 * writes short. The clients of the harness use read() and write(), which are not wrapped. */

#include <stddef.h>

/* Calls since the test began, failed ones included. */
struct calls {
  unsigned accepts, sends, receives, names;
  size_t most_sent; /* octets that one send() takes at most; every other call then is EAGAIN; 0: no
                       interference */
};

extern struct calls calls;

#endif
