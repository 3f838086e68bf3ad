/* SPDX-License-Identifier: MIT */

/*
 * Where the reader of messages (spec/body.rl) finds the end of the header section (RFC 5322
 * section 2.1), whatever the cuts between inputs.
 */

#include "engine/body.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { NEVER = -1 };

/* A message as on the wire, and the octets of its header section once dots are off. */
static const struct {
  const char *wire;
  int section;
} cases[] = {
    {"a: b\r\n\r\nbody\r\n.\r\n", 8},
    {"a: b\r\n\r\n\r\n.\r\n", 8},
    {"\r\na: b\r\n\r\n.\r\n", 2},
    {"\r\n.\r\n", 2},
    {".\r\n", 0},
    {"a: b\r\n.\r\n", 6},
    {"a: b\r\n..\r\n..c\r\n\r\n.\r\n", 15},
    {".a\r\n.b\r\n\r\n.\r\n", 8},
    {"a: b\r\n \r\n\r\n.\r\n", 11},
    {"a: b\r\n\r\n", 8},
    {"a: b\r\n", NEVER},
    {"a: b\r\n\r", NEVER},
    {"", NEVER},
    /* Bare line ends are faults, and make no empty line. */
    {"a\n\nb\r\n\r\n.\r\n", 8},
    {"a\r\rb\r\n\r\n.\r\n", 8},
    {"a\r\n\r\r\nb\r\n.\r\n", 9},
    {"a\r\n.\r\r\n\r\n.\r\n", 8},
    /* Lines over which the reader would leap. */
    {"a: 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
     "8901234567890123456789012345678901234567890123456789\r\n\r\n"
     "0123456789012345678901234567890123456789012345678901234567890123456789\r\n\r\n.\r\n",
     147},
};

/* What was found so far. */
struct seen {
  int octets, section, times;
  bool ended;
};

static void see_piece(struct seen *seen, struct body *body, const char *at, size_t length) {
  char *piece = malloc(length + 1);
  memcpy(piece, at, length);
  struct cmta_slice input = {piece, length}, content;
  enum body_found found = FOUND_SLICE;
  while (found != FOUND_NOTHING && !seen->ended) {
    found = body_next(body, &input, &content);
    seen->octets += found == FOUND_SLICE ? (int)content.length : 0;
    if (found == FOUND_HEADERS) {
      seen->section = seen->octets;
      seen->times++;
    }
    seen->ended = found == FOUND_END;
  }
  free(piece);
}

/* Reads wire in three pieces. */
static struct seen see(const char *wire, size_t first, size_t second, bool seeks) {
  struct seen seen = {.section = NEVER};
  struct body body;
  body_begin(&body, 1000, 0);
  if (seeks)
    body_seek_headers(&body);
  see_piece(&seen, &body, wire, first);
  see_piece(&seen, &body, wire + first, second - first);
  see_piece(&seen, &body, wire + second, strlen(wire) - second);
  return seen;
}

Test(headers, end_at_the_first_empty_line_or_with_the_message_once) {
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    for (size_t first = 0; first <= strlen(cases[i].wire); first++)
      for (size_t second = first; second <= strlen(cases[i].wire); second++) {
        const struct seen seen = see(cases[i].wire, first, second, true);
        cr_assert_eq(seen.section, cases[i].section, "case %zu cut at %zu and %zu: %d", i, first,
                     second, seen.section);
        cr_assert_eq(seen.times, cases[i].section == NEVER ? 0 : 1);
      }
}

Test(headers, have_no_end_where_none_is_sought) {
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    cr_expect_eq(see(cases[i].wire, 0, 0, false).times, 0);
}
