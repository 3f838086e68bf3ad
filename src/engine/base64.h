/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_BASE64_H
#define CMTA_ENGINE_BASE64_H

/* Base64 as RFC 4954 section 4 wants it: nothing but the alphabet and the padding of RFC 4648
 * section 4, and no bits that say nothing. */

#include <stdbool.h>
#include <stddef.h>

/* Octets that length octets take as base64. */
#define BASE64_LENGTH(length) (((length) + 2) / 3 * 4)

/* Decodes text into bytes, which have room for three quarters of length. How many they are in
 *decoded; false when text is no base64. */
bool base64_decode(const char *text, size_t length, char *bytes, size_t *decoded);

/* Writes length bytes as BASE64_LENGTH(length) octets of text, without a NUL. */
void base64_encode(const char *bytes, size_t length, char *text);

#endif
