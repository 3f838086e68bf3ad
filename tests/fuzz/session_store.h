/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_FUZZ_SESSION_STORE_H
#define CMTA_TESTS_FUZZ_SESSION_STORE_H

/* A store for messages that has its files in memory, each in a block of its own, so that the
 * sanitizer sees one that is ended twice, or never, or used afterwards. */

#include <cmta/session.h>

struct cmta_store session_store(void);

/* Whether a message that was taken can be read to its end, or is not kept at all. */
bool session_store_reads(const struct cmta_message *message);

#endif
