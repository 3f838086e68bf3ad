/* SPDX-License-Identifier: MIT */

/* Numbers as text. What C's own functions take for a point depends on the locale: so they never see
 * one, and what they write between digits is one. */

#include "testkit/decimal.h"

#include <stdio.h>
#include <stdlib.h>

static bool is_digit(char octet) { return octet >= '0' && octet <= '9'; }

/* The point becomes an exponent: 1.5 is 15e-1. */
bool decimal_read(struct cmta_slice text, double *number) {
  char digits[DECIMAL_SIZE + 16];
  size_t length = 0, places = 0;
  bool point = false;
  for (size_t i = 0; i < text.length; i++) {
    bool begins = text.at[i] == '.' && !point;
    if ((!begins && !is_digit(text.at[i])) || i >= DECIMAL_SIZE)
      return false;
    places += point;
    point |= begins;
    if (!begins)
      digits[length++] = text.at[i];
  }
  snprintf(digits + length, sizeof digits - length, "e-%zu", places);
  *number = strtod(digits, NULL);
  return length > 0;
}

/* A point for whatever stands between digits; the length. */
static size_t put_point(char *text) {
  size_t length = 0;
  for (const char *at = text; *at; at++)
    if (is_digit(*at))
      text[length++] = *at;
    else if (length && text[length - 1] != '.')
      text[length++] = '.';
  text[length] = '\0';
  return length;
}

/* -0 is 0. */
void decimal_write(double number, char text[DECIMAL_SIZE]) {
  double read = -1;
  for (int places = 0; read != number && places < DECIMAL_SIZE - 20; places++) {
    snprintf(text, DECIMAL_SIZE, "%.*f", places, number);
    size_t length = put_point(text);
    (void)decimal_read((struct cmta_slice){text, length}, &read);
  }
}
