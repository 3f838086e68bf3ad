/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_DEADLINE_H
#define CMTA_TESTKIT_DEADLINE_H

/* Waiting for a condition until a moment, whatever becomes of the calendar. */

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

/* The moment so many seconds from now; now for less than 0 and for no number. */
struct timespec deadline_in(double seconds);

/* Makes a condition to be used with this file. False without memory. */
bool condition_init(pthread_cond_t *condition);

/* Waits for a signal of the condition. False when the moment has passed. */
bool condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock,
                    const struct timespec *deadline);

#endif
