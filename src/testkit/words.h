/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_WORDS_H
#define CMTA_TESTKIT_WORDS_H

/* Encoded words (RFC 2047), as far as it matters where they begin and end. */

#include <stddef.h>

/* How many octets of text can be decoded together, and in *next how many there are with the blanks
   behind them that count for nothing. An encoded word in base64 that ends in padding, or in the
   midst of a group, is the last one: GMime takes neighbours of one charset for one piece of base64,
   which would end there. */
size_t words_together(const char *text, size_t *next);

#endif
