/* SPDX-License-Identifier: MIT */
/* Makes control bytes visible (escape.h). */

#include "escape.h"

#include <stdbool.h>
#include <stdint.h>

/* From first to last, both included. */
struct range {
  uint32_t first, last;
};

/* Valid characters that are shown by their number. */
static const struct range hidden[] = {
    {0x80, 0x9f},       /* C1 controls, which terminals obey */
    {0xad, 0xad},       /* the soft hyphen */
    {0x61c, 0x61c},     /* the Arabic letter mark */
    {0x200b, 0x200b},   /* the zero width space */
    {0x200e, 0x200f},   /* direction marks */
    {0x2028, 0x202e},   /* line and paragraph separators, direction embeddings and overrides */
    {0x2060, 0x206f},   /* invisible operators, direction isolates */
    {0xfeff, 0xfeff},   /* the byte order mark */
    {0xfff9, 0xfffb},   /* interlinear annotation */
    {0xe0000, 0xe007f}, /* tags */
};

/* The forms of UTF-8 beyond ASCII (RFC 3629 section 4): the first byte, the second, and how many
 * bytes there are; those after the second are 80..BF. */
static const struct {
  unsigned char first_low, first_high, second_low, second_high;
  unsigned length;
} forms[] = {
    {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
    {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
    {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

static bool is_tail(const unsigned char *at, unsigned from, unsigned to) {
  for (unsigned i = from; i < to; i++)
    if ((at[i] & 0xc0) != 0x80)
      return false;
  return true;
}

/* The length of the character beyond ASCII at `at`, 0 when it is none. */
static unsigned utf8_length(const unsigned char *at, size_t left) {
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    if (at[0] >= forms[i].first_low && at[0] <= forms[i].first_high) {
      unsigned length = forms[i].length;
      bool valid = left >= length && at[1] >= forms[i].second_low &&
                   at[1] <= forms[i].second_high && is_tail(at, 2, length);
      return valid ? length : 0;
    }
  return 0;
}

/* The number of the valid character of length bytes, 2 to 4, at `at`. */
static uint32_t code_point(const unsigned char *at, unsigned length) {
  uint32_t point = at[0] & (0x7fU >> length);
  for (unsigned i = 1; i < length; i++)
    point = point << 6 | (at[i] & 0x3fU);
  return point;
}

static bool is_hidden(uint32_t point) {
  for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
    if (point >= hidden[i].first && point <= hidden[i].last)
      return true;
  return false;
}

static size_t plain_length(const unsigned char *at, size_t left) {
  size_t length = 0;
  while (length < left && ((at[length] >= ' ' && at[length] < 0x7f) || at[length] == '\t'))
    length++;
  return length;
}

static void escape_byte(FILE *stream, unsigned char byte) {
  if (byte == '\r')
    fputs("\\r", stream);
  else if (byte == '\n')
    fputs("\\n", stream);
  else
    fprintf(stream, "\\x%02x", byte);
}

/* Writes the one character at `at`, which is not plain; returns how many bytes it has. */
static size_t escape_character(FILE *stream, const unsigned char *at, size_t left) {
  unsigned length = utf8_length(at, left);
  if (length == 0) {
    escape_byte(stream, at[0]);
    return 1;
  }
  uint32_t point = code_point(at, length);
  if (is_hidden(point))
    fprintf(stream, "\\u{%x}", (unsigned)point);
  else
    fwrite(at, 1, length, stream);
  return length;
}

void escape_text(FILE *stream, const char *text, size_t length) {
  const unsigned char *at = (const unsigned char *)text;
  for (size_t left = length; left > 0;) {
    size_t done = plain_length(at, left);
    if (done > 0)
      fwrite(at, 1, done, stream);
    else
      done = escape_character(stream, at, left);
    at += done;
    left -= done;
  }
}
