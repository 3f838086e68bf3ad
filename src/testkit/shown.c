/* SPDX-License-Identifier: MIT */

/* Text for people. Untrusted octets are shown so that they can neither move a cursor nor turn a
 * line around. */

#include "testkit/shown.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Octets that are quoted at most. */
enum { MOST_QUOTED = 100 };

struct shown shown_in(char *text, size_t size) {
  if (size > 0)
    text[0] = '\0';
  return (struct shown){text, size, 0};
}

static void add(struct shown *shown, const char *words, size_t length) {
  size_t room = shown->size > shown->length ? shown->size - shown->length : 0;
  if (room <= length) { /* never half of a character */
    shown->size = shown->length;
    return;
  }
  memcpy(shown->text + shown->length, words, length);
  shown->length += length;
  shown->text[shown->length] = '\0';
}

void shown_add(struct shown *shown, const char *format, ...) {
  char words[512];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(words, sizeof words, format, arguments);
  va_end(arguments);
  if (length > 0)
    add(shown, words, (size_t)length < sizeof words ? (size_t)length : sizeof words - 1);
}

/* Characters beyond ASCII that cannot be seen, or change what is around them. */
static const struct {
  uint32_t first, last;
} hidden[] = {
    {0x80, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},   {0x200b, 0x200f},   {0x2028, 0x202e},
    {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
};

static bool is_hidden(uint32_t point) {
  for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
    if (point >= hidden[i].first && point <= hidden[i].last)
      return true;
  return false;
}

/* Whether a character of so many octets has that number at least, and is one (RFC 3629 section 3).
 */
static bool is_character(uint32_t point, size_t length) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  bool surrogate = point >= 0xd800 && point <= 0xdfff;
  return point >= least[length] && point <= 0x10ffff && !surrogate && !is_hidden(point);
}

/* The length of the character beyond ASCII in front; 0 when it is none that can be shown. */
static size_t character_length(struct cmta_slice text) {
  unsigned char first = (unsigned char)text.at[0];
  size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0;
  if (length == 0 || first >= 0xf8 || text.length < length)
    return 0;
  uint32_t point = first & (0x7fU >> length);
  for (size_t i = 1; i < length; i++) {
    unsigned char octet = (unsigned char)text.at[i];
    if ((octet & 0xc0) != 0x80)
      return 0;
    point = point << 6 | (octet & 0x3fU);
  }
  return is_character(point, length) ? length : 0;
}

/* Adds the first character; returns how many octets it has. */
static size_t quote_character(struct shown *shown, struct cmta_slice text) {
  char octet = text.at[0];
  bool plain = octet >= ' ' && octet < 0x7f;
  size_t length = plain ? 1 : character_length(text);
  if (octet == '"' || octet == '\\')
    add(shown, "\\", 1);
  if (octet == '\n')
    add(shown, "\\n", 2);
  else if (length == 0)
    shown_add(shown, "\\x%02x", (unsigned char)octet);
  else
    add(shown, text.at, length);
  return length ? length : 1;
}

void shown_quote(struct shown *shown, struct cmta_slice words) {
  size_t at = 0;
  add(shown, "\"", 1);
  while (at < words.length && at < MOST_QUOTED)
    at += quote_character(shown, (struct cmta_slice){words.at + at, words.length - at});
  add(shown, "\"", 1);
  if (at < words.length)
    add(shown, "...", 3);
}
