/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_ESCAPE_H
#define CMTA_TOOLS_ESCAPE_H

/* Strangers' bytes made fit for a terminal. This is for people to read, it is not meant to be read
 * back: a backslash stands for itself. */

#include <stddef.h>
#include <stdio.h>

/* Writes text to stream as one line's part. Printable characters in valid UTF-8 (RFC 3629) and tabs
   are written as they are; CR as \r, LF as \n, other control bytes and bytes that are not UTF-8 as
   \x1b; characters beyond ASCII that control the terminal, turn the direction of text or cannot be
   seen as \u{202e}. */
void escape_text(FILE *stream, const char *text, size_t length);

#endif
