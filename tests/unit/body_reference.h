/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_BODY_REFERENCE_H
#define CMTA_TESTS_BODY_REFERENCE_H

/*
 * Two readings of the same message to be compared: what the engine's reader sees of it when it is
 * cut into pieces, and what a slow reader says that has the whole message before it and works by
 * plain string search. For tests and the fuzzer; both end the program when memory runs out.
 */

#include "engine/body.h"

#include <stdio.h>

/* A fault and where it was found. */
struct body_fault {
  enum body_found kind;
  size_t offset; /* octets of content before it */
};

/* All that is to be known of a message that was read. The owner clears it with reading_clear(). */
struct body_reading {
  char *content;
  size_t length;
  struct body_fault *faults;
  size_t fault_count;
  bool ended;   /* CR LF . CR LF was there */
  size_t taken; /* octets read off the wire, the end included */
};

/* What is expected of octets on the wire. max_line as for body_begin(). */
struct body_reading reading_expected(const char *wire, size_t length, size_t max_line);

/* What body_next() makes of them, in pieces that end at each of cuts (ascending, 0 and repetitions
   allowed) and at the end. Each piece lives in memory of just its size, only while it is read. Ends
   the program when a slice is empty or not of the piece. */
struct body_reading reading_seen(const char *wire, size_t length, size_t max_line,
                                 const size_t *cuts, size_t cut_count);

/* True when both are the same in everything. */
bool reading_same(const struct body_reading *one, const struct body_reading *other);

/* Writes a reading for people, bytes escaped. */
void reading_print(FILE *file, const char *title, const struct body_reading *reading);

/* Writes its faults as in the tables of the tests, "CR@3 LF@4": at most size octets, NUL included.
 */
void reading_list_faults(const struct body_reading *reading, char *text, size_t size);

/* Frees what a reading holds. */
void reading_clear(struct body_reading *reading);

#endif
