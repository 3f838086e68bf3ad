/* SPDX-License-Identifier: MIT */
#ifndef DIALOGS_ACCOUNT_H
#define DIALOGS_ACCOUNT_H

/* An allocator that keeps accounts: what is held, the most that was, whether each block comes back
 * with its right size; and that fails on demand. */

#include "secrets.h"

#include <cmta/session.h>

struct account {
  size_t held;                   /* octets now */
  size_t peak;                   /* the most octets at one time */
  size_t blocks;                 /* blocks now */
  unsigned long calls;           /* requests for memory so far: new blocks and resizes */
  unsigned long fail_at;         /* the request that fails, from 1; 0: none */
  bool fail_on;                  /* all after it fail too */
  bool failed;                   /* one did */
  bool wrong_size;               /* a block came back with a size that is not its own */
  const struct secrets *secrets; /* what no block may hold when it comes back, or NULL */
  bool leaked;                   /* one did */
  bool unfilled; /* blocks are as malloc() gives them, so secrets are not looked for */
};

/* The allocator that keeps this account, which must outlive all its blocks. */
struct cmta_allocator account_allocator(struct account *account);

#endif
