/* SPDX-License-Identifier: MIT */

/* Octets of others, fit for logs and terminals. */

#include "testkit/visible.h"

#include <stdio.h>
#include <string.h>

/* The least character that has so many octets behind its first: what is shorter is written too long
 * (RFC 3629 section 3). */
static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};

/* Octets behind a first one; 0 when it is none. */
static size_t octets_behind(unsigned char first) {
  if (first >= 0xc2 && first <= 0xdf)
    return 1;
  if (first >= 0xe0 && first <= 0xef)
    return 2;
  return first >= 0xf0 && first <= 0xf4 ? 3 : 0;
}

/* Characters beyond ASCII that cannot be seen, or change what is around them; and surrogates, which
 * are none. */
static const struct {
  uint32_t first, last;
} hidden[] = {
    {0x80, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},   {0x200b, 0x200f}, {0x2028, 0x202e},
    {0x2060, 0x206f}, {0xd800, 0xdfff}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
};

static bool is_hidden(uint32_t character) {
  for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
    if (character >= hidden[i].first && character <= hidden[i].last)
      return true;
  return character > 0x10ffff;
}

size_t visible_length(struct cmta_slice bytes) {
  const unsigned char *at = (const unsigned char *)bytes.at;
  size_t behind = octets_behind(at[0]);
  if (behind == 0 || behind >= bytes.length)
    return 0;
  uint32_t character = at[0] & (0x3fu >> behind);
  for (size_t i = 1; i <= behind; i++) {
    if ((at[i] & 0xc0) != 0x80)
      return 0;
    character = character << 6 | (at[i] & 0x3fu);
  }
  return character < least[behind] || is_hidden(character) ? 0 : behind + 1;
}

/* One octet that cannot stay as it is. */
static size_t escape(unsigned char octet, char *text) {
  static const char letters[] = {['\t'] = 't', ['\n'] = 'n', ['\r'] = 'r', ['\\'] = '\\'};
  char letter = octet < sizeof letters ? letters[octet] : '\0';
  if (!letter)
    return (size_t)sprintf(text, "\\x%02x", (unsigned)octet);
  text[0] = '\\';
  text[1] = letter;
  return 2;
}

static bool is_plain(unsigned char octet) { return octet >= ' ' && octet < 0x7f && octet != '\\'; }

size_t visible(struct cmta_slice bytes, bool utf8, char *text) {
  size_t length = 0;
  while (bytes.length > 0) {
    unsigned char octet = (unsigned char)*bytes.at;
    size_t taken = is_plain(octet) ? 1 : utf8 ? visible_length(bytes) : 0;
    if (taken)
      memcpy(text + length, bytes.at, taken);
    length += taken ? taken : escape(octet, text + length);
    taken += taken == 0;
    bytes.at += taken;
    bytes.length -= taken;
  }
  text[length] = '\0';
  return length;
}
