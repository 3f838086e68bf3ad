/* SPDX-License-Identifier: MIT */

/*
 * Fuzzes the reader of messages (spec/body.rl, src/engine/body.c): any bytes, under any limit and
 * in any cut, must be read as the slow reader reads them whole.
 *
 * Input: one octet that chooses the limit and, in its high bits, how the message is read, four that
 * choose cuts (each as a share of the length), and the message as it is on the wire.
 */

#include "unit/lines_reference.h"

#include <stdlib.h>

enum { CUTS = 4 };

static const size_t limits[] = {0, 0, 1, 2, 5, 63, 64, 65, 127, 128, 129, 200, 256, 500, 998, 1000};

static int compare_sizes(const void *one, const void *other) {
  size_t a = *(const size_t *)one, b = *(const size_t *)other;
  return (a > b) - (a < b);
}

/* Ends the program when both readings differ. */
static void demand_same(const struct body_reading *expected, struct body_reading seen) {
  if (!reading_same(expected, &seen)) {
    reading_print(stderr, "expected", expected);
    reading_print(stderr, "seen", &seen);
    abort();
  }
  reading_clear(&seen);
}

/* As after DATA, where bare CR and LF are faults, or in another way. */
static void compare(const char *wire, size_t length, struct lines_way way, const size_t *cuts) {
  bool plain = way.manner == 0 && !way.headers;
  if (plain) {
    struct body_reading expected = reading_expected(wire, length, way.max_line);
    demand_same(&expected, reading_seen(wire, length, way.max_line, NULL, 0));
    demand_same(&expected, reading_seen(wire, length, way.max_line, cuts, CUTS));
    reading_clear(&expected);
    return;
  }
  struct body_reading expected = lines_expected(wire, length, way);
  demand_same(&expected, lines_seen(wire, length, way, NULL, 0));
  demand_same(&expected, lines_seen(wire, length, way, cuts, CUTS));
  reading_clear(&expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 1 + CUTS)
    return 0;
  static const unsigned manners[] = {0, BODY_NORMALISES, BODY_CHUNKS, BODY_CHUNKS | BODY_NORMALISES,
                                     BODY_CHUNKS | BODY_COUNTS};
  size_t max_line = limits[data[0] % (sizeof limits / sizeof *limits)];
  struct lines_way way = {max_line == 1 ? 2 : max_line, manners[(data[0] >> 5) % 5], data[0] & 16};
  const char *wire = (const char *)data + 1 + CUTS;
  size_t length = size - 1 - CUTS, cuts[CUTS];
  for (size_t i = 0; i < CUTS; i++)
    cuts[i] = data[1 + i] * length / UINT8_MAX;
  qsort(cuts, CUTS, sizeof *cuts, compare_sizes);
  if (way.manner == 0)
    way.max_line = max_line;
  compare(wire, length, way, cuts);
  return 0;
}
