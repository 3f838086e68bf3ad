/* SPDX-License-Identifier: MIT */

/* Names for mails. */

#include "testkit/id.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

bool id_source_init(struct id_source *source) {
  source->count = 0;
  return getrandom(&source->seed, sizeof source->seed, 0) == (ssize_t)sizeof source->seed;
}

int64_t id_make(struct id_source *source, char id[ID_SIZE]) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  uint64_t stamp = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
  snprintf(id, ID_SIZE, "%" PRIx64 "-%08" PRIx32 "-%" PRIx64, stamp, source->seed, ++source->count);
  return (int64_t)stamp;
}
