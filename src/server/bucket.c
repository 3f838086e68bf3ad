/* SPDX-License-Identifier: MIT */

/* So many octets a second. */

#include "server/bucket.h"

/* What sums of parts of an octet may be wrong by. */
static const double TOLERANCE = 1e-6;

static double capacity(const struct bucket *bucket) {
  return bucket->rate > 10 ? bucket->rate / 10. : 1.;
}

size_t bucket_allows(struct bucket *bucket, double now, size_t wanted) {
  if (bucket->rate == 0)
    return wanted;
  bucket->octets += (now - bucket->since) * bucket->rate;
  bucket->since = now;
  if (bucket->octets > capacity(bucket))
    bucket->octets = capacity(bucket);
  double whole = bucket->octets + TOLERANCE;
  size_t octets = whole >= 1. ? (size_t)whole : 0;
  return octets < wanted ? octets : wanted;
}

void bucket_set(struct bucket *bucket, unsigned rate, double now) {
  (void)bucket_allows(bucket, now, 0);
  double full = bucket->rate ? bucket->octets / capacity(bucket) : 1.;
  *bucket = (struct bucket){.rate = rate, .since = now};
  bucket->octets = full * capacity(bucket);
}

void bucket_take(struct bucket *bucket, size_t octets) { bucket->octets -= (double)octets; }

double bucket_wait(const struct bucket *bucket) {
  return (capacity(bucket) - bucket->octets) / bucket->rate;
}
