/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_DECIMAL_H
#define CMTA_TESTKIT_DECIMAL_H

/* Numbers from 0 on as digits with a point, whatever the locale, and nothing lost on the way to and
 * fro. */

#include <cmta/envelope.h>

/* Octets of the longest, with NUL: as many places behind the point as the smallest double has. */
enum { DECIMAL_SIZE = 400 };

/* Digits, and perhaps a point and digits behind it: the double that is next to it. False when text
   is no such number, or a longer one. */
bool decimal_read(struct cmta_slice text, double *number);

/* Writes a number up to 1e9, with as few places as read back as the same. */
void decimal_write(double number, char text[DECIMAL_SIZE]);

#endif
