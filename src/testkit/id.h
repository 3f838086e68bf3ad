/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_ID_H
#define CMTA_TESTKIT_ID_H

/* Names for mails. */

#include <stdbool.h>
#include <stdint.h>

/* What makes the names of one source differ from each other and from those of others. */
struct id_source {
  uint32_t seed;  /* random */
  uint64_t count; /* names given */
};

enum { ID_SIZE = 48 };

/* Seeds a source. False when the system has no random bytes; errno says why. */
bool id_source_init(struct id_source *source);

/* Writes the next name: hexadecimal digits and hyphens, milliseconds since 1970, seed, count. */
void id_make(struct id_source *source, int64_t milliseconds, char id[ID_SIZE]);

#endif
