/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_TESTKIT_LINES_H
#define CMTA_TESTS_TESTKIT_LINES_H

/* What a transcript should say. */

#include <cmta/transcript.h>

/* Each line of the transcript of a connection, behind its time, begins as the next of `lines`,
   which NULL ends; "..." is any number of lines more. */
void lines_expect(struct cmta_recorder *recorder, uint64_t connection, const char *const *lines);

#endif
