/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_DIALOG_TEXT_H
#define CMTA_TESTKIT_DIALOG_TEXT_H

/* Bytes that grow, with a NUL behind them. All zero is an empty one. */

#include <cmta/envelope.h>

struct dialog_text {
  char *at; /* NULL before the first byte */
  size_t length, size;
};

/* Adds bytes. False without memory: then it is as it was. */
bool dialog_text_add(struct dialog_text *text, const void *bytes, size_t length);
bool dialog_text_add_string(struct dialog_text *text, const char *string);

/* Takes the first length bytes away. */
void dialog_text_drop(struct dialog_text *text, size_t length);

/* The text, "" when there is none. Lives until the next change. */
const char *dialog_text_string(const struct dialog_text *text);

void dialog_text_free(struct dialog_text *text);

#endif
