/* SPDX-License-Identifier: MIT */

/* Text for people. Untrusted octets are shown so that they can neither move a cursor nor turn a
 * line around. */

#include "testkit/shown.h"

#include "testkit/visible.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Octets that are quoted at most. */
enum { MOST_QUOTED = 100 };

struct shown shown_in(char *text, size_t size) {
  if (size > 0)
    text[0] = '\0';
  return (struct shown){text, size, 0};
}

bool shown_is_full(const struct shown *shown) { return shown->size <= shown->length + 1; }

static void add(struct shown *shown, const char *words, size_t length) {
  size_t room = shown->size > shown->length ? shown->size - shown->length : 0;
  if (room <= length) { /* never half of a character */
    shown->size = shown->length;
    return;
  }
  memcpy(shown->text + shown->length, words, length);
  shown->length += length;
  shown->text[shown->length] = '\0';
}

void shown_add(struct shown *shown, const char *format, ...) {
  char words[512];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(words, sizeof words, format, arguments);
  va_end(arguments);
  if (length > 0)
    add(shown, words, (size_t)length < sizeof words ? (size_t)length : sizeof words - 1);
}

/* Adds the first character; returns how many octets it has. */
static size_t quote_character(struct shown *shown, struct cmta_slice text) {
  char octet = text.at[0];
  bool plain = octet >= ' ' && octet < 0x7f;
  size_t length = plain ? 1 : visible_length(text);
  if (octet == '"' || octet == '\\')
    add(shown, "\\", 1);
  if (octet == '\n')
    add(shown, "\\n", 2);
  else if (length == 0)
    shown_add(shown, "\\x%02x", (unsigned char)octet);
  else
    add(shown, text.at, length);
  return length ? length : 1;
}

void shown_quote(struct shown *shown, struct cmta_slice words) {
  size_t at = 0;
  add(shown, "\"", 1);
  while (at < words.length && at < MOST_QUOTED)
    at += quote_character(shown, (struct cmta_slice){words.at + at, words.length - at});
  add(shown, "\"", 1);
  if (at < words.length)
    add(shown, "...", 3);
}
