/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_SERVER_HOURS_H
#define CMTA_TESTS_SERVER_HOURS_H

/* Time that passes when a test says so: the clocks that libev reads, by clock_gettime(2), are moved
   on. They run on by themselves, too. */

/* Moves both clocks on; the loop is not run. */
void hours_pass(double seconds);

/* Sets the time of day alone, by so many seconds; less than 0: back. */
void hours_set(double seconds);

#endif
