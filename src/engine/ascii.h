/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_ASCII_H
#define CMTA_ENGINE_ASCII_H

/* Letters as SMTP compares them: verbs and keywords without regard to case, in ASCII whatever the
 * locale of the program is (RFC 5321 section 2.4). */

#include <cmta/envelope.h>

#include <stdbool.h>
#include <stddef.h>

/* True when the length octets at a and at b are the same but for the case of ASCII letters. Either
 * may be NULL when length is 0. */
bool ascii_equal(const char *a, const char *b, size_t length);

/* True when both slices are the same but for the case of ASCII letters. */
bool ascii_same(struct cmta_slice one, struct cmta_slice other);

/* True for A to Z and a to z. */
bool ascii_is_letter(char octet);

#endif
