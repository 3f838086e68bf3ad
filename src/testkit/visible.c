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

/* Controls (C1), surrogates, what is beyond the last character, and what changes how text is laid
 * out without being seen. */
static bool is_hidden(uint32_t character) {
  return character < 0xa0 || character == 0xad || (character >= 0xd800 && character <= 0xdfff) ||
         character > 0x10ffff || (character >= 0x200b && character <= 0x200f) ||
         (character >= 0x2028 && character <= 0x202e) ||
         (character >= 0x2060 && character <= 0x206f) || character == 0xfeff;
}

/* The octets of the character beyond ASCII that bytes begin with; 0 when that is none to be shown.
 */
static size_t character_length(struct cmta_slice bytes) {
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
    size_t taken = is_plain(octet) ? 1 : utf8 ? character_length(bytes) : 0;
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
