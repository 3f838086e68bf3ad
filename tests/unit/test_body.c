/* SPDX-License-Identifier: MIT */

/*
 * The reader of messages (spec/body.rl, src/engine/body.c): what it makes of bytes, whatever the
 * cuts between inputs, compared with a table and with the slow reader of body_reference.h.
 */

#include "body_reference.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* A string with its NULs. */
#define BYTES(text)                                                                                \
  { "" text, sizeof text - 1 }

/* Fails the test when the message, cut thus, is read otherwise than expected. */
static void check_cuts(const struct body_reading *expected, struct cmta_slice wire, size_t max_line,
                       const size_t *cuts, size_t cut_count) {
  struct body_reading seen = reading_seen(wire.at, wire.length, max_line, cuts, cut_count);
  bool same = reading_same(expected, &seen);
  if (!same) {
    reading_print(stderr, "expected", expected);
    reading_print(stderr, "seen", &seen);
  }
  reading_clear(&seen);
  cr_assert(same, "limit %zu, %zu cuts, the first at %zu", max_line, cut_count,
            cut_count > 0 ? cuts[0] : 0);
}

/* Whole and byte by byte. */
static void check_whole_and_bytes(const struct body_reading *expected, struct cmta_slice wire,
                                  size_t max_line) {
  size_t *cuts = malloc((wire.length + 1) * sizeof *cuts);
  for (size_t i = 0; i < wire.length; i++)
    cuts[i] = i;
  check_cuts(expected, wire, max_line, NULL, 0);
  check_cuts(expected, wire, max_line, cuts, wire.length);
  free(cuts);
}

/* Every way to cut in two and in three, and byte by byte. */
static void check_all_cuts(const struct body_reading *expected, struct cmta_slice wire,
                           size_t max_line) {
  check_whole_and_bytes(expected, wire, max_line);
  for (size_t first = 0; first <= wire.length; first++)
    for (size_t second = first; second <= wire.length; second++)
      check_cuts(expected, wire, max_line, (size_t[]){first, second}, 2);
}

struct body_case {
  struct cmta_slice wire;
  struct cmta_slice content;
  const char *faults;
  size_t after; /* octets of wire behind the end; UNENDED when there is none */
  size_t max_line;
};

#define UNENDED ((size_t)-1)

static const struct body_case cases[] = {
    /* What is right. */
    {BYTES(".\r\n"), BYTES(""), "", 0, 0},
    {BYTES(".\r\nQUIT\r\n"), BYTES(""), "", 6, 0},
    {BYTES("\r\n.\r\n"), BYTES("\r\n"), "", 0, 0},
    {BYTES("a\r\n.\r\nRSET\r\n"), BYTES("a\r\n"), "", 6, 0},
    {BYTES("a\r\n\r\nb\r\n.\r\n"), BYTES("a\r\n\r\nb\r\n"), "", 0, 0},
    {BYTES("a.\r\n.\r\n"), BYTES("a.\r\n"), "", 0, 0},
    {BYTES("\0\x80\xff\x7f\r\n.\r\n"), BYTES("\0\x80\xff\x7f\r\n"), "", 0, 0},
    /* Dots at the beginning of a line. */
    {BYTES("..\r\n.\r\n"), BYTES(".\r\n"), "", 0, 0},
    {BYTES(".a\r\n..b\r\n...\r\n.\r\n"), BYTES("a\r\n.b\r\n..\r\n"), "", 0, 0},
    {BYTES("a\r\n.\0\r\n.\r\n"), BYTES("a\r\n\0\r\n"), "", 0, 0},
    /* CR and LF that are alone. */
    {BYTES("a\nb\r\n.\r\n"), BYTES("a\nb\r\n"), "LF@2", 0, 0},
    {BYTES("a\rb\r\n.\r\n"), BYTES("a\rb\r\n"), "CR@2", 0, 0},
    {BYTES("a\r\r\n.\r\n"), BYTES("a\r\r\n"), "CR@2", 0, 0},
    {BYTES("a\r\n\n.\r\n.\r\n"), BYTES("a\r\n\n.\r\n"), "LF@4", 0, 0},
    {BYTES("\n.\r\n.\r\n"), BYTES("\n.\r\n"), "LF@1", 0, 0},
    {BYTES("\r.\r\n.\r\n"), BYTES("\r.\r\n"), "CR@1", 0, 0},
    {BYTES("\r\r\r\n.\r\n"), BYTES("\r\r\r\n"), "CR@1 CR@2", 0, 0},
    /* A dot at the beginning of a line, and then a CR or LF that is alone. */
    {BYTES(".\n.\r\n.\r\n"), BYTES("\n.\r\n"), "LF@1", 0, 0},
    {BYTES(".\rX\r\n.\r\n"), BYTES("\rX\r\n"), "CR@1", 0, 0},
    {BYTES(".\r.\r\n.\r\n"), BYTES("\r.\r\n"), "CR@1", 0, 0},
    {BYTES(".\r\r\n.\r\n"), BYTES("\r\r\n"), "CR@1", 0, 0},
    {BYTES("a\r\n.\r\r\r\n.\r\n"), BYTES("a\r\n\r\r\r\n"), "CR@4 CR@5", 0, 0},
    /* What has no end yet: what may still vanish is not shown. */
    {BYTES(""), BYTES(""), "", UNENDED, 0},
    {BYTES("."), BYTES(""), "", UNENDED, 0},
    {BYTES(".\r"), BYTES(""), "", UNENDED, 0},
    {BYTES("a\r\n.\r"), BYTES("a\r\n"), "", UNENDED, 0},
    {BYTES("a\r"), BYTES("a\r"), "", UNENDED, 0},
    {BYTES("a\r\n..\r"), BYTES("a\r\n.\r"), "", UNENDED, 0},
    /* Lines that are too long: CR LF counts, the stuffed dot does not; bare CR and LF end no line.
     */
    {BYTES("abc\r\n.\r\n"), BYTES("abc\r\n"), "", 0, 5},
    {BYTES("abcd\r\n.\r\n"), BYTES("abcd\r\n"), "LONG@6", 0, 5},
    {BYTES("abcdefghij\r\na\r\n.\r\n"), BYTES("abcdefghij\r\na\r\n"), "LONG@6", 0, 5},
    {BYTES("...bc\r\n....c\r\n.\r\n"), BYTES("..bc\r\n...c\r\n"), "LONG@6 LONG@12", 0, 5},
    {BYTES(".abc\r\n.\r\n"), BYTES("abc\r\n"), "", 0, 5},
    {BYTES("abcd\n\r\n.\r\n"), BYTES("abcd\n\r\n"), "LF@5 LONG@6", 0, 5},
    {BYTES("abcde\n\r\n.\r\n"), BYTES("abcde\n\r\n"), "LONG@6 LF@6", 0, 5},
    {BYTES("abcd\rx\r\n.\r\n"), BYTES("abcd\rx\r\n"), "CR@5 LONG@6", 0, 5},
    {BYTES("abcde\rx\r\n.\r\n"), BYTES("abcde\rx\r\n"), "LONG@6 CR@6", 0, 5},
    {BYTES(".\rabcd\r\n.\r\n"), BYTES("\rabcd\r\n"), "CR@1 LONG@6", 0, 5},
    {BYTES("\r\n.\r\n"), BYTES("\r\n"), "LONG@2", 0, 1},
    {BYTES(".\ra\r\n.\r\n"), BYTES("\ra\r\n"), "CR@1 LONG@2", 0, 1},
};

static const size_t case_count = sizeof cases / sizeof *cases;

/* What the table says, compared without the reference. */
static void check_table_row(const struct body_case *row, const struct body_reading *reading) {
  char faults[128];
  reading_list_faults(reading, faults, sizeof faults);
  cr_expect_str_eq(faults, row->faults, "row %td: %s", row - cases, faults);
  cr_expect_eq(reading->ended, row->after != UNENDED, "row %td", row - cases);
  if (reading->ended)
    cr_expect_eq(row->wire.length - reading->taken, row->after, "row %td", row - cases);
  cr_expect_eq(reading->length, row->content.length, "row %td", row - cases);
  cr_expect(memcmp(reading->content, row->content.at, reading->length) == 0, "row %td",
            row - cases);
}

Test(body, each_case_is_read_as_the_table_says) {
  for (size_t i = 0; i < case_count; i++) {
    struct body_reading seen =
        reading_seen(cases[i].wire.at, cases[i].wire.length, cases[i].max_line, NULL, 0);
    check_table_row(&cases[i], &seen);
    reading_clear(&seen);
  }
}

Test(body, the_reference_reads_each_case_as_the_table_says) {
  for (size_t i = 0; i < case_count; i++) {
    struct body_reading expected =
        reading_expected(cases[i].wire.at, cases[i].wire.length, cases[i].max_line);
    check_table_row(&cases[i], &expected);
    reading_clear(&expected);
  }
}

Test(body, no_cut_of_a_case_changes_what_is_read) {
  for (size_t i = 0; i < case_count; i++) {
    struct body_reading whole =
        reading_expected(cases[i].wire.at, cases[i].wire.length, cases[i].max_line);
    check_all_cuts(&whole, cases[i].wire, cases[i].max_line);
    reading_clear(&whole);
  }
}

/* The sequences that have been taken for the end of a message by one server or another. */
static const struct cmta_slice smuggled[] = {
    BYTES("\n.\n"),       BYTES("\n.\r"),       BYTES("\r.\n"),         BYTES("\r.\r"),
    BYTES("\n.\r\n"),     BYTES("\r.\r\n"),     BYTES("\r\n.\n"),       BYTES("\r\n.\r"),
    BYTES("\r\n\0.\r\n"), BYTES("\r\n.\0\r\n"), BYTES("\r\0\n.\r\n"),   BYTES("\r\n.\r\0\n"),
    BYTES("\r\n.\r\r\n"), BYTES("\r\r\n.\n"),   BYTES("\r\r\n\n.\r\n"), BYTES("\n\n.\r\n"),
    BYTES("\r\n.\n\r\n"), BYTES("\r\n..\r\n"),  BYTES("\r\n .\r\n"),
};

/* before, the sequence, MAIL and a genuine end, as wire. The caller frees it. */
static struct cmta_slice smuggling(size_t before, struct cmta_slice sequence) {
  static const struct cmta_slice rest = BYTES("MAIL FROM:<x@example.org>\r\n.\r\n");
  size_t length = before + sequence.length + rest.length;
  char *wire = malloc(length);
  memset(wire, 'x', before);
  memcpy(wire + before, sequence.at, sequence.length);
  memcpy(wire + before + sequence.length, rest.at, rest.length);
  return (struct cmta_slice){wire, length};
}

/* One sequence behind so much text: it ends nothing, in any cut around it. */
static void check_smuggling(size_t before, struct cmta_slice sequence) {
  struct cmta_slice wire = smuggling(before, sequence);
  struct body_reading expected = reading_expected(wire.at, wire.length, 0);
  cr_assert(expected.ended);
  cr_assert_eq(expected.taken, wire.length, "a smuggled end was taken for one");
  check_whole_and_bytes(&expected, wire, 0);
  for (size_t cut = before; cut <= before + sequence.length; cut++)
    check_cuts(&expected, wire, 0, &cut, 1);
  reading_clear(&expected);
  free((char *)wire.at);
}

Test(body, no_smuggling_sequence_ends_a_message) {
  for (size_t i = 0; i < sizeof smuggled / sizeof *smuggled; i++)
    for (size_t before = 1; before <= 200; before++)
      check_smuggling(before, smuggled[i]);
}

/* CR CR LF is a bare CR and then a line's end: the line behind it may be the end. */
Test(body, a_bare_cr_before_a_genuine_end_does_not_hide_it) {
  static const struct cmta_slice wire = BYTES("x\r\r\n.\r\nMAIL");
  struct body_reading seen = reading_seen(wire.at, wire.length, 0, NULL, 0);
  cr_expect(seen.ended);
  cr_expect_eq(seen.taken, wire.length - 4);
  reading_clear(&seen);
}

/* Pseudo-random numbers, the same everywhere (xorshift64). */
static uint64_t draw(uint64_t *seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 7;
  *seed ^= *seed << 17;
  return *seed;
}

static void append(char *wire, size_t *length, size_t size, const char *piece, size_t count) {
  for (size_t i = 0; i < count && *length < size; i++)
    wire[(*length)++] = piece[i];
}

/* One thing that may stand in a body: mostly clean text and lines, weighted so that most bodies
   have leaps between their faults. */
static void append_drawn(char *wire, size_t *length, size_t size, uint64_t *seed) {
  static const char text[] = "Subject: a line of text that is longer than any block of sixty-four "
                             "octets, so that the leap "
                             "has something to leap over, and more; dots . in the middle .. are "
                             "text, as are \x80\xff\x01.";
  static const char *const edges[] = {"\r",  "\n",    ".",      "..",      "\r\n.",   "\r\r\n",
                                      "\n.", "\n.\r", "\r\n..", "\r\n.\r", "\r\n.\n", "\r\n\r\n"};
  uint64_t kind = draw(seed) % 64;
  size_t some = draw(seed) % (sizeof text - 1);
  append(wire, length, size, text, some);
  if (kind < sizeof edges / sizeof *edges)
    append(wire, length, size, edges[kind], strlen(edges[kind]));
  else if (kind < 54)
    append(wire, length, size, "\r\n", 2);
}

static int compare_sizes(const void *one, const void *other) {
  size_t a = *(const size_t *)one, b = *(const size_t *)other;
  return (a > b) - (a < b);
}

/* A body of up to 4096 octets, under one of many limits, in up to eight pieces. */
static void check_drawn_body(uint64_t *seed) {
  static const size_t limits[] = {0, 0, 1, 5, 63, 64, 65, 100, 127, 128, 129, 200, 500, 998, 1000};
  char wire[4096];
  size_t length = 0, size = 1 + draw(seed) % sizeof wire, cuts[7];
  while (length < size)
    append_drawn(wire, &length, size, seed);
  for (size_t i = 0; i < 7; i++)
    cuts[i] = draw(seed) % (length + 1);
  qsort(cuts, 7, sizeof *cuts, compare_sizes);
  size_t max_line = limits[draw(seed) % (sizeof limits / sizeof *limits)];
  struct body_reading expected = reading_expected(wire, length, max_line);
  check_cuts(&expected, (struct cmta_slice){wire, length}, max_line, cuts, draw(seed) % 8);
  check_whole_and_bytes(&expected, (struct cmta_slice){wire, length}, max_line);
  reading_clear(&expected);
}

Test(body, long_bodies_are_read_as_the_reference_reads_them) {
  uint64_t seed = 0x9e3779b97f4a7c15;
  for (int i = 0; i < 2000; i++)
    check_drawn_body(&seed);
}

/* Lines before, one of so many octets with its CR LF, and lines behind it. The limit is passed
   exactly when it is longer, at the first octet above. */
static void check_limit(size_t limit, size_t line, size_t before) {
  char wire[8192];
  size_t length = 0;
  for (size_t i = 0; i < before; i++)
    append(wire, &length, sizeof wire, "a line of text, 30 octets...\r\n", 30);
  size_t begin = length;
  memset(wire + length, 'x', line - 2);
  length += line - 2;
  append(wire, &length, sizeof wire, "\r\nshort\r\nshort\r\nshort\r\n", 23);
  memset(wire + length, 'y', 200 < limit - 2 ? 200 : limit - 2);
  length += 200 < limit - 2 ? 200 : limit - 2;
  append(wire, &length, sizeof wire, "\r\n.\r\n", 5);
  struct body_reading expected = reading_expected(wire, length, limit);
  cr_assert_eq(expected.fault_count, line > limit ? 1 : 0);
  if (line > limit)
    cr_assert_eq(expected.faults[0].offset, begin + limit + 1);
  check_whole_and_bytes(&expected, (struct cmta_slice){wire, length}, limit);
  reading_clear(&expected);
}

Test(body, a_line_is_long_from_the_first_octet_above_the_limit) {
  static const size_t limits[] = {30, 63, 64, 65, 66, 127, 128, 129, 191, 192, 193, 512, 998, 1000};
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
    for (size_t before = 0; before < 100; before += before < 8 ? 1 : 13) {
      check_limit(limits[i], limits[i] - 1, before);
      check_limit(limits[i], limits[i], before);
      check_limit(limits[i], limits[i] + 1, before);
      check_limit(limits[i], 3 * limits[i] + 64, before);
    }
}

/* The octet behind a cut, or behind the first text, has its own way into the leap. */
Test(body, a_bare_lf_just_before_a_long_clean_run_is_found) {
  char wire[160] = "ab\n";
  memset(wire + 3, 'x', sizeof wire - 3);
  struct cmta_slice all = {wire, sizeof wire};
  struct body_reading expected = reading_expected(all.at, all.length, 0);
  cr_assert_eq(expected.fault_count, 1);
  for (size_t cut = 0; cut < 4; cut++)
    check_cuts(&expected, all, 0, &cut, 1);
  reading_clear(&expected);
}

Test(body, clean_lines_come_in_one_slice_of_the_input_itself) {
  char wire[4096];
  size_t length = 0;
  while (length < sizeof wire)
    append(wire, &length, sizeof wire, "a line of text, 30 octets...\r\n", 30);
  struct body body;
  body_begin(&body, 1000, 0);
  struct cmta_slice input = {wire, length}, content = {NULL, 0};
  cr_expect_eq(body_next(&body, &input, &content), FOUND_SLICE);
  cr_expect_eq(content.at, wire);
  cr_expect_eq(content.length, length);
  cr_expect_eq(body_next(&body, &input, &content), FOUND_NOTHING);
}

Test(body, octets_behind_the_end_stay_in_the_input) {
  static const char wire[] = "a\r\n.\r\nQUIT\r\n";
  struct body body;
  body_begin(&body, 0, 0);
  struct cmta_slice input = {wire, sizeof wire - 1}, content;
  cr_expect_eq(body_next(&body, &input, &content), FOUND_SLICE);
  cr_expect_eq(body_next(&body, &input, &content), FOUND_END);
  cr_expect_eq(input.at, wire + 6);
  cr_expect_eq(input.length, 6);
}

Test(body, a_second_message_begins_at_a_line) {
  static const char wire[] = ".\r\n.\r\n";
  struct body body;
  struct cmta_slice input = {wire, sizeof wire - 1}, content;
  for (int i = 0; i < 2; i++) {
    body_begin(&body, 0, 0);
    cr_expect_eq(body_next(&body, &input, &content), FOUND_END);
  }
  cr_expect_eq(input.length, 0);
}
