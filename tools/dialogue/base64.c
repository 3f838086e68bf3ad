/* SPDX-License-Identifier: MIT */
/* Base64 (RFC 4648 section 4), encoding only. */

#include "base64.h"

#include <stdint.h>
#include <stdlib.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Writes the four characters for 1 to 3 bytes. */
static void encode_group(const unsigned char *from, size_t length, char *to) {
  uint32_t bits = (uint32_t)from[0] << 16;
  if (length > 1)
    bits |= (uint32_t)from[1] << 8;
  if (length > 2)
    bits |= from[2];
  to[0] = alphabet[bits >> 18];
  to[1] = alphabet[bits >> 12 & 63];
  to[2] = length > 1 ? alphabet[bits >> 6 & 63] : '=';
  to[3] = length > 2 ? alphabet[bits & 63] : '=';
}

char *base64_text(const char *bytes, size_t length) {
  if (length > (SIZE_MAX - 1) / 4 * 3 - 3)
    return NULL;
  char *text = malloc((length + 2) / 3 * 4 + 1);
  if (!text)
    return NULL;
  char *to = text;
  for (size_t i = 0; i < length; i += 3, to += 4)
    encode_group((const unsigned char *)bytes + i, length - i, to);
  *to = '\0';
  return text;
}
