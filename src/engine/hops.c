/* SPDX-License-Identifier: MIT */

#include "engine/hops.h"

#include "engine/ascii.h"

#include <string.h>

static const char name[] = "received:";

/* The line in hand is no such field, or has been counted. */
enum { OTHER = sizeof name };

/* How many octets the line in hand has yet, of those that are here. */
static size_t skip_line(struct hops *hops, const char *at, size_t length) {
  const char *end = memchr(at, '\n', length);
  if (!end)
    return length;
  hops->matched = 0;
  return (size_t)(end - at) + 1;
}

/* Blanks before the colon were allowed once (RFC 5322 section 4.5). */
static bool is_blank_before_colon(const struct hops *hops, char octet) {
  return (octet == ' ' || octet == '\t') && name[hops->matched] == ':';
}

static void match(struct hops *hops, const char *octet) {
  if (is_blank_before_colon(hops, *octet))
    return;
  if (hops->matched == 0 && (*octet == '\r' || *octet == '\n'))
    hops->over = true;
  else if (*octet == '\n')
    hops->matched = 0;
  else
    hops->matched = ascii_equal(octet, name + hops->matched, 1) ? hops->matched + 1 : OTHER;
  if (hops->matched == sizeof name - 1) {
    hops->count++;
    hops->matched = OTHER;
  }
}

size_t hops_read(struct hops *hops, struct cmta_slice slice, unsigned most) {
  size_t at = 0;
  while (at < slice.length && !hops->over && hops->count <= most) {
    if (hops->matched == OTHER)
      at += skip_line(hops, slice.at + at, slice.length - at);
    else
      match(hops, slice.at + at++);
  }
  return hops->count > most ? at : slice.length;
}
