/* SPDX-License-Identifier: MIT */

/* Base64. No table is indexed by what is decoded, so that how long it takes does not depend on a
 * secret. */

#include "engine/base64.h"

/* One where low <= value <= high, else zero; all are below 256. */
static unsigned is_between(unsigned value, unsigned low, unsigned high) {
  return ((value - low) >> 31 ^ 1) & ((high - value) >> 31 ^ 1);
}

/* The six bits of a character, or 64 and more where it is none of the alphabet. */
static unsigned bits_of(char character) {
  unsigned c = (unsigned char)character;
  unsigned upper = is_between(c, 'A', 'Z'), lower = is_between(c, 'a', 'z');
  unsigned digit = is_between(c, '0', '9'), plus = is_between(c, '+', '+');
  unsigned slash = is_between(c, '/', '/');
  unsigned none = 1 - (upper + lower + digit + plus + slash);
  return upper * (c - 'A') + lower * (c - 'a' + 26) + digit * (c - '0' + 52) + plus * 62 +
         slash * 63 + none * 64;
}

/* Decodes one group whose last `missing` characters are padding. */
static bool decode_group(const char *text, unsigned missing, char *bytes) {
  unsigned long group = 0, wrong = 0;
  for (unsigned i = 0; i < 4; i++) {
    unsigned bits = i < 4 - missing ? bits_of(text[i]) : 0;
    wrong |= bits & 64;
    group = group << 6 | (bits & 63);
  }
  for (unsigned i = 0; i < 3 - missing; i++)
    bytes[i] = (char)(group >> (16 - 8 * i) & 0xff);
  unsigned long silent = missing ? group & ((1ul << (8 * missing)) - 1) : 0;
  return !wrong && !silent;
}

/* How many '=' end the last group. */
static unsigned padding(const char *text, size_t length) {
  if (length == 0 || text[length - 1] != '=')
    return 0;
  return text[length - 2] == '=' ? 2 : 1;
}

bool base64_decode(const char *text, size_t length, char *bytes, size_t *decoded) {
  if (length % 4)
    return false;
  unsigned missing = padding(text, length);
  *decoded = length / 4 * 3 - missing;
  bool good = true;
  for (size_t at = 0; at < length; at += 4, bytes += 3)
    good &= decode_group(text + at, at + 4 == length ? missing : 0, bytes);
  return good;
}

void base64_encode(const char *bytes, size_t length, char *text) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t at = 0; at < length; at += 3, text += 4) {
    size_t count = length - at < 3 ? length - at : 3;
    unsigned long group = 0;
    for (size_t i = 0; i < 3; i++)
      group = group << 8 | (i < count ? (unsigned char)bytes[at + i] : 0);
    for (size_t i = 0; i < 4; i++)
      text[i] = i <= count ? alphabet[group >> (18 - 6 * i) & 63] : '=';
  }
}
