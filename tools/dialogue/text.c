/* SPDX-License-Identifier: MIT */
/* Growing bytes and their escapes; see text.h. */
#include "text.h"

#include "base64.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void text_append(struct text *text, const void *bytes, size_t length) {
  char *grown = realloc(text->at, text->length + length + 1);
  if (grown == NULL)
    abort();
  if (length > 0)
    memcpy(grown + text->length, bytes, length);
  text->at = grown;
  text->length += length;
  grown[text->length] = '\0';
}

void text_print(struct text *text, const char *format, ...) {
  char line[2048];
  va_list arguments;
  va_start(arguments, format);
  const int length = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (length < 0)
    abort();
  text_append(text, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
}

bool text_read(struct text *text, FILE *stream) {
  char block[4096];
  text_append(text, "", 0);
  for (size_t got; (got = fread(block, 1, sizeof block, stream)) > 0;)
    text_append(text, block, got);
  return !ferror(stream);
}

void text_clear(struct text *text) {
  free(text->at);
  *text = (struct text){0};
}

bool text_equal(const struct text *a, const struct text *b) {
  return a->length == b->length && (a->length == 0 || memcmp(a->at, b->at, a->length) == 0);
}

/* \xNN; the byte's value, or -1. */
static int hexadecimal(const char *digits) {
  static const char all[] = "0123456789abcdef";
  int value = 0;
  for (int i = 0; i < 2; i++) {
    const char *digit = digits[i] == '\0' ? NULL : strchr(all, digits[i] | 0x20);
    if (digit == NULL)
      return -1;
    value = value * 16 + (int)(digit - all);
  }
  return value;
}

/* The escape that begins behind a backslash; its length, or 0 when there is none such. */
static size_t decode_escape(struct text *text, const char *escape) {
  static const char letters[] = "rnt0\\\"{";
  static const char bytes[] = "\r\n\t\0\\\"{";
  if (*escape == 'x') {
    const int value = hexadecimal(escape + 1);
    const char byte = (char)value;
    if (value >= 0)
      text_append(text, &byte, 1);
    return value < 0 ? 0 : 3;
  }
  const char *letter = *escape == '\0' ? NULL : strchr(letters, *escape);
  if (letter != NULL)
    text_append(text, &bytes[letter - letters], 1);
  return letter != NULL;
}

/* {TEXT*N}; its length, or 0 when this brace is just a brace. */
static size_t decode_repeat(struct text *text, const char *brace) {
  const size_t to_star = strcspn(brace, "*}");
  char *close = NULL;
  if (brace[to_star] != '*')
    return 0;
  unsigned long times = strtoul(brace + to_star + 1, &close, 10);
  struct text once = {0};
  if (close == brace + to_star + 1 || *close != '}' || text_decode(&once, brace + 1, '*') == NULL) {
    text_clear(&once);
    return 0;
  }
  while (times-- > 0)
    text_append(text, once.at, once.length);
  text_clear(&once);
  return (size_t)(close - brace) + 1;
}

/* {base64:TEXT}; its length, or 0 when this brace is just a brace. */
static size_t decode_base64(struct text *text, const char *brace) {
  static const char begin[] = "{base64:";
  struct text plain = {0};
  const char *rest = NULL;
  if (strncmp(brace, begin, sizeof begin - 1) == 0)
    rest = text_decode(&plain, brace + sizeof begin - 1, '}');
  char *encoded = rest == NULL ? NULL : base64_text(plain.at, plain.length);
  if (encoded != NULL)
    text_append(text, encoded, strlen(encoded));
  free(encoded);
  text_clear(&plain);
  return encoded == NULL ? 0 : (size_t)(rest - brace);
}

const char *text_decode(struct text *text, const char *escaped, char end) {
  while (*escaped != end) {
    size_t length = 0;
    if (*escaped == '\0')
      return NULL;
    if (*escaped == '\\') {
      length = decode_escape(text, escaped + 1);
      if (length++ == 0)
        return NULL;
    } else if (*escaped == '{') {
      length = decode_base64(text, escaped);
      length = length > 0 ? length : decode_repeat(text, escaped);
    }
    if (length == 0)
      text_append(text, escaped, length = 1);
    escaped += length;
  }
  return end == '\0' ? escaped : escaped + 1;
}

void text_show(struct text *text, const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) {
    const unsigned char byte = (unsigned char)bytes[i];
    if (byte == '\r' || byte == '\n')
      text_print(text, byte == '\r' ? "\\r" : "\\n");
    else if (byte < ' ' || byte > '~')
      text_print(text, "\\x%02x", byte);
    else
      text_append(text, &bytes[i], 1);
  }
}
