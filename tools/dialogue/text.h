/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_TEXT_H
#define TOOLS_TEXT_H

/* Bytes that grow, and the escapes in which dialogue files write them. Without memory the
 * program ends. */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Owned bytes, NUL-terminated behind `length` (and perhaps holding NULs before it). All zero is an
 * empty text whose `at` is NULL. */
struct text {
  char *at;
  size_t length;
};

/* Adds length bytes at the end. */
void text_append(struct text *text, const void *bytes, size_t length);

/* Adds what printf makes of format. */
void text_print(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds all that is left of stream; false when it cannot be read. */
bool text_read(struct text *text, FILE *stream);

/* Frees the bytes; the text is empty again. */
void text_clear(struct text *text);

/* True when both have the same bytes. */
bool text_equal(const struct text *a, const struct text *b);

/* Adds what escaped means, up to the first character `end` outside an escape, or to its NUL when
   `end` is NUL. Known are \r \n \t \0 \\ \" \{ \xNN, {TEXT*N} for N times TEXT, and {base64:TEXT}.
   Returns what follows `end`, or NULL when an escape is malformed or `end` is missing. */
const char *text_decode(struct text *text, const char *escaped, char end);

/* Adds length bytes so that line ends, control bytes and bytes beyond ASCII show as escapes. */
void text_show(struct text *text, const char *bytes, size_t length);

#endif
