/* SPDX-License-Identifier: MIT */

/* Faults as words, which read as the same fault. */

#include "testkit/decimal.h"
#include "testkit/enhanced.h"
#include "testkit/fault.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Where words go, as far as there is room. */
struct writer {
  char *text;
  size_t size, length;
};

static void put(struct writer *writer, char octet) {
  if (writer->length + 1 < writer->size)
    writer->text[writer->length] = octet;
  writer->length++;
}

static void put_text(struct writer *writer, const char *text) {
  while (*text)
    put(writer, *text++);
}

/* ---- Texts ---- */

static void put_octet(struct writer *writer, char octet) {
  static const char digits[] = "0123456789abcdef";
  unsigned char value = (unsigned char)octet;
  if (octet == '"' || octet == '\\') {
    put(writer, '\\');
    put(writer, octet);
  } else if (octet == '\n') {
    put_text(writer, "\\n");
  } else if (value < ' ' || value >= 0x7f) {
    put_text(writer, "\\x");
    put(writer, digits[value >> 4]);
    put(writer, digits[value & 15]);
  } else {
    put(writer, octet);
  }
}

static void put_quoted(struct writer *writer, const char *text) {
  put(writer, '"');
  while (*text)
    put_octet(writer, *text++);
  put(writer, '"');
}

/* Whether text is printable ASCII without any of `special`. */
static bool is_plain(const char *text, const char *special) {
  for (const char *at = text; *at; at++)
    if (*at < ' ' || *at > '~' || strchr(special, *at))
      return false;
  return *text;
}

/* In front of the colon a word ends at a blank. */
static void put_word(struct writer *writer, const char *text) {
  put(writer, ' ');
  if (is_plain(text, " :\"\\"))
    put_text(writer, text);
  else
    put_quoted(writer, text);
}

/* Behind an action a text needs no quotes, unless something of it would be taken for what it is
 * not. */
static void put_rest(struct writer *writer, const char *text) {
  if (!text)
    return;
  size_t first = strcspn(text, " ");
  bool blank = *text == ' ' || (*text && text[strlen(text) - 1] == ' ');
  put(writer, ' ');
  if (is_plain(text, "\"\\") && !blank && !is_enhanced((struct cmta_slice){text, first}))
    put_text(writer, text);
  else
    put_quoted(writer, text);
}

/* ---- Numbers ---- */

static void put_number(struct writer *writer, uint64_t number) {
  char digits[24];
  snprintf(digits, sizeof digits, " %" PRIu64, number);
  put_text(writer, digits);
}

static void put_decimal(struct writer *writer, double number) {
  char digits[DECIMAL_SIZE];
  decimal_write(number, digits);
  put(writer, ' ');
  put_text(writer, digits);
}

/* ---- The whole ---- */

static void put_condition(struct writer *writer, const struct cmta_fault *fault,
                          const struct condition_row *row) {
  const void *value = condition_value(fault, row);
  put(writer, ' ');
  put_text(writer, row->word.word);
  switch (row->kind) {
  case CONDITION_COUNT:
    put_number(writer, *(const unsigned *)value);
    break;
  case CONDITION_NUMBER:
    put_number(writer, *(const uint64_t *)value);
    break;
  case CONDITION_CHANCE:
    put_decimal(writer, *(const double *)value);
    break;
  case CONDITION_TEXT:
    put_word(writer, *(const char *const *)value);
    break;
  }
  if (value == &fault->match.header && fault->match.value) {
    put(writer, ' ');
    put_quoted(writer, fault->match.value);
  }
}

static void put_reply(struct writer *writer, const struct cmta_fault *fault) {
  put_number(writer, (uint64_t)fault->code);
  if (fault->enhanced) {
    put(writer, ' ');
    put_text(writer, fault->enhanced);
  }
  put_rest(writer, fault->text);
}

static void put_action(struct writer *writer, const struct cmta_fault *fault) {
  const struct action_row *row = action_row((size_t)fault->action);
  put_text(writer, row->word.word);
  switch (row->kind) {
  case ACTION_ALONE:
    break;
  case ACTION_REPLY:
    put_reply(writer, fault);
    break;
  case ACTION_SECONDS:
    put_decimal(writer, fault->seconds);
    break;
  case ACTION_RATE:
    put_number(writer, fault->rate);
    break;
  case ACTION_OCTETS:
    put_number(writer, fault->octets);
    break;
  case ACTION_TEXT:
    put_rest(writer, fault->text);
    break;
  }
}

static void put_fault(struct writer *writer, const struct cmta_fault *fault) {
  const struct condition_row *row;
  const char *stage = fault->stage;
  put_text(writer,
           stage_row((size_t)stage_of((struct cmta_slice){stage, strlen(stage)}))->word.word);
  for (size_t i = 0; (row = condition_row(i)); i++)
    if (condition_counts(fault, row))
      put_condition(writer, fault, row);
  put_text(writer, ": ");
  put_action(writer, fault);
}

ptrdiff_t cmta_fault_words(const struct cmta_fault *fault, char *text, size_t size) {
  struct cmta_fault whole;
  if (!fault || !fault_complete(fault, &whole) || fault_check(&whole, NULL, 0) != 0)
    return CMTA_E_ARGUMENT;
  struct writer writer = {.text = text, .size = text ? size : 0};
  put_fault(&writer, &whole);
  if (writer.size > 0)
    text[writer.length < writer.size ? writer.length : writer.size - 1] = '\0';
  return (ptrdiff_t)writer.length;
}
