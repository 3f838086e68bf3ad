/* SPDX-License-Identifier: MIT */

/* Time, as clock_gettime(2) tells it. */

#include "server/clock.h"

#include <time.h>

static uint64_t monotonic(void *context) {
  struct timespec now = {0};
  (void)context;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int64_t calendar(void *context) {
  struct timespec now = {0};
  (void)context;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec;
}

void clock_lend(struct cmta_settings *settings) {
  if (!settings->clock.monotonic && !settings->clock.calendar)
    settings->clock = (struct cmta_clock){.monotonic = monotonic, .calendar = calendar};
}
