/* SPDX-License-Identifier: MIT */

/* Waiting for a condition until a moment. */

#include "testkit/deadline.h"

/* Seconds that nobody waits in vain: some thirty years. */
static const double longest = 1e9;

enum { NANOSECONDS = 1000000000 };

struct timespec deadline_in(double seconds) {
  struct timespec moment;
  clock_gettime(CLOCK_MONOTONIC, &moment);
  if (!(seconds > 0))
    return moment;
  if (seconds > longest)
    seconds = longest;
  time_t whole = (time_t)seconds;
  moment.tv_sec += whole;
  moment.tv_nsec += (long)((seconds - (double)whole) * NANOSECONDS);
  moment.tv_sec += moment.tv_nsec / NANOSECONDS;
  moment.tv_nsec %= NANOSECONDS;
  return moment;
}

bool condition_init(pthread_cond_t *condition) {
  pthread_condattr_t attributes;
  if (pthread_condattr_init(&attributes) != 0)
    return false;
  bool made = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
              pthread_cond_init(condition, &attributes) == 0;
  pthread_condattr_destroy(&attributes);
  return made;
}

bool condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock,
                    const struct timespec *deadline) {
  return pthread_cond_timedwait(condition, lock, deadline) == 0;
}
