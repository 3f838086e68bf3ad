/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_LINES_REFERENCE_H
#define CMTA_TESTS_LINES_REFERENCE_H

/*
 * The same two readings as body_reference.h, of messages in chunks and of those whose bare CR and
 * LF are made CR LF: what the engine's reader sees of pieces, and what a slow reader says that
 * looks at each octet of the whole content and its neighbours. For tests and the fuzzer.
 */

#include "body_reference.h"

/* How a message is read, as for body_begin(). max_line is 0 or at least 2 where it is normalised.
 */
struct lines_way {
  size_t max_line;
  unsigned manner;
  bool headers; /* the end of the header section is sought, and found as a fault is */
};

/* What is expected of octets on the wire, chunks ended with the last of them. Of faults on one
   octet the long line comes first, the header section last; what is made of a bare LF is one octet
   in that. */
struct body_reading lines_expected(const char *wire, size_t length, struct lines_way way);

/* What the engine makes of them, in pieces as for reading_seen(). */
struct body_reading lines_seen(const char *wire, size_t length, struct lines_way way,
                               const size_t *cuts, size_t cut_count);

#endif
