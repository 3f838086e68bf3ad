/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_BUCKET_H
#define CMTA_SERVER_BUCKET_H

/* So many octets a second, evenly: a tenth of a second's worth at once at most, but one octet at
 * least. */

#include <stddef.h>

struct bucket {
  unsigned rate; /* octets a second; 0: as fast as it goes */
  double octets; /* that may go, at `since` */
  double since;
};

/* Another rate from now on: a full bucket where there was none, and else one as full as it is. */
void bucket_set(struct bucket *bucket, unsigned rate, double now);

/* How many of wanted octets may go now. */
size_t bucket_allows(struct bucket *bucket, double now, size_t wanted);

/* So many have gone. */
void bucket_take(struct bucket *bucket, size_t octets);

/* Seconds until it is worth another try. */
double bucket_wait(const struct bucket *bucket);

#endif
