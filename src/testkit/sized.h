/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_SIZED_H
#define CMTA_TESTKIT_SIZED_H

/* Public structures whose first member is their size. */

#include <stdbool.h>
#include <stddef.h>

/* Copies a structure of a program that was built against this header or an older, shorter one over
   the defaults in `into`, whose size is `known`. False for a size that cannot be. */
bool sized_copy(void *into, size_t known, const void *from, size_t size);

#endif
