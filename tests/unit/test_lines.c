/* SPDX-License-Identifier: MIT */

/*
 * The reader of messages where it is not as after DATA: in chunks (RFC 3030), and where a bare CR
 * or LF is made CR LF. What it makes of octets, whatever the cuts between inputs, compared with a
 * table and with the slow reader of lines_reference.h.
 */

#include "lines_reference.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { COUNTED = BODY_CHUNKS | BODY_COUNTS, MENDED = BODY_CHUNKS | BODY_NORMALISES };

static const unsigned manners[] = {BODY_CHUNKS, MENDED, COUNTED, BODY_NORMALISES, 0};

enum { MANNERS = sizeof manners / sizeof *manners };

#define BYTES(text)                                                                                \
  { "" text, sizeof text - 1 }

/* What is seen of a message in chunks; faults as "CR@3", H is the end of the header section. */
static const struct {
  unsigned manner;
  struct cmta_slice wire, content;
  const char *faults;
} cases[] = {
    {BODY_CHUNKS, BYTES(""), BYTES(""), "H@0"},
    {BODY_CHUNKS, BYTES("a\r\n.\r\n"), BYTES("a\r\n.\r\n"), "H@6"},
    {BODY_CHUNKS, BYTES("..\r\n\r\n."), BYTES("..\r\n\r\n."), "H@6"},
    {BODY_CHUNKS, BYTES("a\r"), BYTES("a\r"), "CR@2 H@2"},
    {BODY_CHUNKS, BYTES("a\nb\rc\r\n"), BYTES("a\nb\rc\r\n"), "LF@2 CR@4 H@7"},
    {BODY_CHUNKS, BYTES("\n\r\n\r\n"), BYTES("\n\r\n\r\n"), "LF@1 H@5"},
    {MENDED, BYTES("a\r"), BYTES("a\r\n"), "CR@3 H@3"},
    {MENDED, BYTES("\r"), BYTES("\r\n"), "CR@2 H@2"},
    {MENDED, BYTES("a\n\nb"), BYTES("a\r\n\r\nb"), "LF@3 LF@5 H@5"},
    {MENDED, BYTES("a\r\rb"), BYTES("a\r\n\r\nb"), "CR@3 CR@5 H@5"},
    {MENDED, BYTES("a\n\r\nb\r\n\r\n"), BYTES("a\r\n\r\nb\r\n\r\n"), "LF@3 H@5"},
    {MENDED, BYTES("a\r\r\nb"), BYTES("a\r\n\r\nb"), "CR@3 H@5"},
    {COUNTED, BYTES("a\n\nb\rc\r\n\r\n\r"), BYTES("a\n\nb\rc\r\n\r\n\r"), "H@10"},
    {COUNTED, BYTES("\r\r\n\0\r"), BYTES("\r\r\n\0\r"), "H@5"},
};

static void check_row(size_t row, struct body_reading reading) {
  char faults[128];
  reading_list_faults(&reading, faults, sizeof faults);
  cr_expect_str_eq(faults, cases[row].faults, "row %zu: %s", row, faults);
  cr_expect_eq(reading.length, cases[row].content.length, "row %zu", row);
  cr_expect(memcmp(reading.content, cases[row].content.at, reading.length) == 0, "row %zu", row);
  cr_expect(reading.ended, "row %zu", row);
  reading_clear(&reading);
}

Test(lines, each_case_is_read_as_the_table_says) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct lines_way way = {0, cases[i].manner, true};
    check_row(i, lines_seen(cases[i].wire.at, cases[i].wire.length, way, NULL, 0));
    check_row(i, lines_expected(cases[i].wire.at, cases[i].wire.length, way));
  }
}

/* Fails the test when the message, cut thus, is read otherwise than expected. */
static void check_cuts(const struct body_reading *expected, struct cmta_slice wire,
                       struct lines_way way, const size_t *cuts, size_t cut_count) {
  struct body_reading seen = lines_seen(wire.at, wire.length, way, cuts, cut_count);
  const bool same = reading_same(expected, &seen);
  if (!same) {
    reading_print(stderr, "expected", expected);
    reading_print(stderr, "seen", &seen);
  }
  reading_clear(&seen);
  cr_assert(same, "manner %u, limit %zu, headers %d, %zu cuts, the first at %zu", way.manner,
            way.max_line, way.headers, cut_count, cut_count > 0 ? cuts[0] : 0);
}

/* Whole, byte by byte, and cut in two at every point. */
static void check_all_cuts(struct cmta_slice wire, struct lines_way way) {
  struct body_reading expected = lines_expected(wire.at, wire.length, way);
  size_t *cuts = malloc((wire.length + 1) * sizeof *cuts);
  for (size_t i = 0; i < wire.length; i++)
    cuts[i] = i;
  check_cuts(&expected, wire, way, NULL, 0);
  check_cuts(&expected, wire, way, cuts, wire.length);
  for (size_t cut = 1; cut < wire.length; cut++)
    check_cuts(&expected, wire, way, &cut, 1);
  free(cuts);
  reading_clear(&expected);
}

/* Octet `at` of message number `number` of its length. */
static char octet_of(size_t number, size_t at) { return "a.\r\n"[number >> 2 * at & 3]; }

static void check_short(size_t number, size_t length, struct lines_way way) {
  char wire[8];
  for (size_t i = 0; i < length; i++)
    wire[i] = octet_of(number, i);
  check_all_cuts((struct cmta_slice){wire, length}, way);
}

Test(lines, every_short_message_of_text_dots_cr_and_lf_is_read_as_the_reference_reads_it) {
  for (size_t length = 0; length <= 6; length++)
    for (size_t number = 0; number < (size_t)1 << 2 * length; number++)
      for (size_t i = 0; i < MANNERS; i++)
        check_short(number, length, (struct lines_way){number % 3 ? 0 : 3, manners[i], true});
}

/* Pseudo-random numbers, the same everywhere (xorshift64). */
static uint64_t draw(uint64_t *seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 7;
  *seed ^= *seed << 17;
  return *seed;
}

/* Text with something between: most bodies have leaps between their faults. */
static size_t add_drawn(char *wire, size_t length, size_t size, uint64_t *seed) {
  static const char *const edges[] = {"\r", "\n", ".", "\r\n.", "\r\r\n", "\n\n", "\r\n\r\n"};
  const uint64_t kind = draw(seed) % 48;
  size_t some = draw(seed) % 180;
  const char *edge = kind < 7 ? edges[kind] : kind < 40 ? "\r\n" : "";
  if (length + some + 4 > size)
    some = size - length > 4 ? size - length - 4 : 0;
  memset(wire + length, 'x', some);
  memcpy(wire + length + some, edge, strlen(edge));
  return length + some + strlen(edge);
}

static int compare_sizes(const void *one, const void *other) {
  size_t a = *(const size_t *)one, b = *(const size_t *)other;
  return (a > b) - (a < b);
}

static void check_drawn(uint64_t *seed, struct lines_way way) {
  char wire[4096];
  size_t length = 0, size = 8 + draw(seed) % (sizeof wire - 8), cuts[7];
  while (length + 8 < size)
    length = add_drawn(wire, length, size, seed);
  for (size_t i = 0; i < 7; i++)
    cuts[i] = draw(seed) % (length + 1);
  qsort(cuts, 7, sizeof *cuts, compare_sizes);
  struct body_reading expected = lines_expected(wire, length, way);
  check_cuts(&expected, (struct cmta_slice){wire, length}, way, NULL, 0);
  check_cuts(&expected, (struct cmta_slice){wire, length}, way, cuts, draw(seed) % 8);
  reading_clear(&expected);
}

Test(lines, long_messages_are_read_as_the_reference_reads_them) {
  static const size_t limits[] = {0, 2, 63, 64, 65, 127, 128, 129, 200, 500, 1000};
  uint64_t seed = 0x9e3779b97f4a7c15;
  for (size_t i = 0; i < 6000; i++) {
    const size_t limit = limits[draw(&seed) % (sizeof limits / sizeof *limits)];
    check_drawn(&seed, (struct lines_way){limit, manners[i % MANNERS], draw(&seed) % 4 == 0});
  }
}

/* The octets are not even read: they are the input itself, in one slice. */
Test(lines, counted_octets_come_in_one_slice_of_the_input) {
  char wire[300];
  struct body body;
  struct cmta_slice input = {wire, sizeof wire}, content;
  memset(wire, '\n', sizeof wire);
  body_begin(&body, 2, COUNTED);
  cr_expect_eq(body_next(&body, &input, &content), FOUND_SLICE);
  cr_expect_eq(content.at, wire);
  cr_expect_eq(content.length, sizeof wire);
  cr_expect_eq(body_next(&body, &input, &content), FOUND_NOTHING);
}

Test(lines, clean_lines_of_a_chunk_come_in_one_slice_of_the_input) {
  char wire[4096];
  struct body body;
  struct cmta_slice input = {wire, sizeof wire}, content;
  for (size_t i = 0; i < sizeof wire; i++)
    wire[i] = "a line of text, with CRLF: 32.\r\n"[i % 32];
  body_begin(&body, 1000, MENDED);
  cr_expect_eq(body_next(&body, &input, &content), FOUND_SLICE);
  cr_expect_eq(content.at, wire);
  cr_expect_eq(content.length, sizeof wire);
}
