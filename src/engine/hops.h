/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_HOPS_H
#define CMTA_ENGINE_HOPS_H

/* Counts the Received fields of a message's header section as its octets come: one that has very
 * many goes in circles (RFC 5321 section 6.3). */

#include <cmta/envelope.h>

#include <stdbool.h>

struct hops {
  unsigned count;
  unsigned char matched; /* octets of the field's name in the line in hand; or that it is another */
  bool over;             /* the header section is */
};

/* Reads a slice. How many of its octets may come: all, or those up to the field that makes them
 * more than `most`. */
size_t hops_read(struct hops *hops, struct cmta_slice slice, unsigned most);

#endif
