/* SPDX-License-Identifier: MIT */

/* Names for mails. */

#include "testkit/id.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>

bool id_source_init(struct id_source *source) {
  source->count = 0;
  return getrandom(&source->seed, sizeof source->seed, 0) == (ssize_t)sizeof source->seed;
}

void id_make(struct id_source *source, int64_t milliseconds, char id[ID_SIZE]) {
  snprintf(id, ID_SIZE, "%" PRIx64 "-%08" PRIx32 "-%" PRIx64, (uint64_t)milliseconds, source->seed,
           ++source->count);
}
