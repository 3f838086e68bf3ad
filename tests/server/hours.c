/* SPDX-License-Identifier: MIT */

/* Stands before clock_gettime(2) of the C library, for this program and all that it is linked with.
 */

#include "hours.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double passed, set;

void hours_pass(double seconds) { passed += seconds; }

void hours_set(double seconds) { set += seconds; }

static void add(struct timespec *time, double seconds) {
  double whole = (double)(time_t)seconds;
  time->tv_sec += (time_t)whole;
  time->tv_nsec += (long)((seconds - whole) * 1e9);
  while (time->tv_nsec >= 1000000000) {
    time->tv_nsec -= 1000000000;
    time->tv_sec++;
  }
  while (time->tv_nsec < 0) {
    time->tv_nsec += 1000000000;
    time->tv_sec--;
  }
}

__attribute__((visibility("default"))) int clock_gettime(clockid_t clock, struct timespec *time) {
  int error = (int)syscall(SYS_clock_gettime, clock, time);
  if (error == 0)
    add(time, clock == CLOCK_REALTIME ? passed + set : passed);
  return error;
}
