/* SPDX-License-Identifier: MIT */

/* The table of RFC 3629 section 4: for each first octet, how many follow and which second octets
 * are right. */

#include "engine/utf8.h"

/* First octets from `first` to `last` want `more` octets behind them, the first of these between
   `low` and `high`. C2 begins at A0, because C2 80 to C2 9F are control characters. */
static const struct sequence {
  unsigned char first, last, more, low, high;
} sequences[] = {
    {0x00, 0x7f, 0, 0, 0},       {0xc2, 0xc2, 1, 0xa0, 0xbf}, {0xc3, 0xdf, 1, 0x80, 0xbf},
    {0xe0, 0xe0, 2, 0xa0, 0xbf}, {0xe1, 0xec, 2, 0x80, 0xbf}, {0xed, 0xed, 2, 0x80, 0x9f},
    {0xee, 0xef, 2, 0x80, 0xbf}, {0xf0, 0xf0, 3, 0x90, 0xbf}, {0xf1, 0xf3, 3, 0x80, 0xbf},
    {0xf4, 0xf4, 3, 0x80, 0x8f},
};

/* The octets of the character at text; 0 when it is none. */
static size_t character_length(const unsigned char *text, size_t length) {
  const struct sequence *row = sequences;
  const struct sequence *end = row + sizeof sequences / sizeof *sequences;
  while (row < end && (text[0] < row->first || text[0] > row->last))
    row++;
  if (row == end || length <= row->more)
    return 0;
  if (row->more && (text[1] < row->low || text[1] > row->high))
    return 0;
  for (size_t i = 2; i <= row->more; i++)
    if (text[i] < 0x80 || text[i] > 0xbf)
      return 0;
  return (size_t)row->more + 1;
}

bool utf8_is_valid(const char *text, size_t length) {
  const unsigned char *at = (const unsigned char *)text;
  while (length > 0) {
    size_t taken = character_length(at, length);
    if (taken == 0)
      return false;
    at += taken;
    length -= taken;
  }
  return true;
}
