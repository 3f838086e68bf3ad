/* SPDX-License-Identifier: MIT */
/* Gives messages their id and time (record.h). */

#include "record.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

bool record_source_init(struct record_source *source) {
  source->count = 0;
  return getrandom(&source->seed, sizeof source->seed, 0) == (ssize_t)sizeof source->seed;
}

struct record record_make(struct record_source *source, struct cmta_session *session,
                          const struct cmta_message *message) {
  struct record record = {
      .session = session, .message = message, .envelope = *cmta_message_envelope(message)};
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  int milliseconds = (int)(now.tv_nsec / 1000000);

  uint64_t stamp = (uint64_t)now.tv_sec * 1000 + (uint64_t)milliseconds;
  snprintf(record.id, sizeof record.id, "%" PRIx64 "-%08" PRIx32 "-%" PRIx64, stamp, source->seed,
           ++source->count);

  struct tm utc;
  size_t length =
      strftime(record.time, sizeof record.time, "%Y-%m-%dT%H:%M:%S", gmtime_r(&now.tv_sec, &utc));
  snprintf(record.time + length, sizeof record.time - length, ".%03dZ", milliseconds);
  return record;
}
