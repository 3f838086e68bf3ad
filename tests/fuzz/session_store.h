/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_FUZZ_SESSION_STORE_H
#define CMTA_TESTS_FUZZ_SESSION_STORE_H

/* A store for messages that has its files in memory, each in a block of its own, so that the
 * sanitizer sees one that is ended twice, or never, or used afterwards. */

#include <cmta/settings.h>

struct cmta_store session_store(void);

#endif
