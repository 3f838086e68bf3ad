/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_SERVER_WORK_H
#define CMTA_TESTS_SERVER_WORK_H

/* What it costs to compare passwords, counted and not timed: iterations of SCRAM, and a thousand
 * for a hash of crypt(3). A program that uses this is linked as CMakeLists.txt says there. */

/* Counts from 0 again. */
void work_reset(void);

/* What has been done since, in all threads. */
unsigned work_done(void);

#endif
