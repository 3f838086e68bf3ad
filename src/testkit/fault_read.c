/* SPDX-License-Identifier: MIT */

/* Faults out of words: STAGE [CONDITION ...]: ACTION. What is wrong is said with the place, counted
 * in octets from 1, and the word there. */

#include "testkit/decimal.h"
#include "testkit/enhanced.h"
#include "testkit/fault.h"
#include "testkit/visible.h"

#include <stdlib.h>
#include <string.h>

/* Octets of a word that are shown. */
enum { SHOWN = 40 };

/* Words on their way. */
struct reader {
  const char *begin;
  const char *at;
  char *room; /* for strings: each takes no more than it does in the words, and a NUL */
  char *why;
  size_t size;
};

/* A word, or a quoted text. */
struct token {
  const char *at;    /* as it stands there */
  size_t length;     /* likewise; 0 at the end, and in front of a colon */
  bool quoted;       /* then `value` is what is between the quotes */
  const char *value; /* ended by NUL */
};

static bool is_blank(char octet) { return octet == ' ' || octet == '\t'; }

static void skip_blanks(struct reader *reader) {
  while (is_blank(*reader->at))
    reader->at++;
}

/* Says what is wrong with the word there, and perhaps, behind a blank, what may have been meant. */
static int wrong_with(struct reader *reader, const char *at, size_t length, const char *what,
                      const char *meant) {
  char word[SHOWN * VISIBLE_MOST + 1];
  struct cmta_slice shown = {at, length < SHOWN ? length : SHOWN};
  visible(shown, false, word);
  const char *more = length > SHOWN ? "..." : "";
  return fault_wrong(reader->why, reader->size, "%s at %zu: %s%s%s", what,
                     (size_t)(at - reader->begin) + 1, length ? word : "the end", more, meant);
}

static int wrong_at(struct reader *reader, const char *at, size_t length, const char *what) {
  return wrong_with(reader, at, length, what, "");
}

static int wrong(struct reader *reader, const struct token *token, const char *what) {
  return wrong_at(reader, token->at, token->length, what);
}

/* ---- Words ---- */

static int hex_digit(char octet) {
  static const char all[] = "0123456789abcdef";
  char small = octet >= 'A' && octet <= 'F' ? (char)(octet + 32) : octet;
  const char *found = small ? strchr(all, small) : NULL;
  return found ? (int)(found - all) : -1;
}

/* "\xHH"; how many octets that is, 0 when it is none. A NUL cannot be in a string. */
static size_t read_hex(const char *at, char *octet) {
  int high = hex_digit(at[2]), low = high < 0 ? -1 : hex_digit(at[3]);
  *octet = (char)(high * 16 + low);
  return low < 0 || *octet == '\0' ? 0 : 4;
}

/* What begins with a backslash; how many octets that is, 0 when it is nothing. */
static size_t read_escape(const char *at, char *octet) {
  static const char letters[] = "ntr\"\\", octets[] = "\n\t\r\"\\";
  if (at[1] == 'x')
    return read_hex(at, octet);
  const char *found = at[1] ? strchr(letters, at[1]) : NULL;
  if (found)
    *octet = octets[found - letters];
  return found ? 2 : 0;
}

/* A text from its quote to the other one. */
static int read_quoted(struct reader *reader, struct token *token) {
  const char *at = reader->at + 1;
  token->quoted = true;
  token->value = reader->room;
  while (*at && *at != '"') {
    size_t taken = 1;
    *reader->room = *at;
    if (*at == '\\' && (taken = read_escape(at, reader->room)) == 0)
      return wrong_at(reader, at, strcspn(at, " \t\""), "no escape");
    reader->room++;
    at += taken;
  }
  *reader->room++ = '\0';
  token->length = (size_t)(at - token->at);
  if (!*at)
    return wrong(reader, token, "no second quote");
  token->length++;
  reader->at = at + 1;
  return 0;
}

/* So many octets as they are. */
static void take(struct reader *reader, struct token *token, size_t length) {
  token->length = length;
  token->value = memcpy(reader->room, reader->at, length);
  reader->room[length] = '\0';
  reader->room += length + 1;
  reader->at += length;
}

/* The next word, which ends at a blank or at one of `ends`. */
static int next(struct reader *reader, const char *ends, struct token *token) {
  skip_blanks(reader);
  *token = (struct token){.at = reader->at, .value = ""};
  if (*reader->at == '"')
    return read_quoted(reader, token);
  size_t length = 0;
  while (reader->at[length] && !is_blank(reader->at[length]) && !strchr(ends, reader->at[length]))
    length++;
  if (length)
    take(reader, token, length);
  return 0;
}

static bool is_word(const struct token *token, const char *word) {
  return !token->quoted && cmta_slice_is_word((struct cmta_slice){token->at, token->length}, word);
}

/* ---- Numbers ---- */

/* Digits up to most, 1 at least; false when it is no such number. */
static bool read_number(const struct token *token, uint64_t most, uint64_t *number) {
  *number = 0;
  for (size_t i = 0; i < token->length; i++) {
    unsigned digit = (unsigned)(unsigned char)token->at[i] - '0';
    if (digit > 9 || *number > (most - digit) / 10)
      return false;
    *number = *number * 10 + digit;
  }
  return token->length > 0;
}

static bool read_decimal(const struct token *token, double *number) {
  return decimal_read((struct cmta_slice){token->at, token->length}, number);
}

static int read_unsigned(struct reader *reader, const struct token *token, unsigned *number) {
  uint64_t value;
  if (!read_number(token, UINT32_MAX, &value))
    return wrong(reader, token, "no number");
  *number = (unsigned)value;
  return 0;
}

/* ---- Conditions ---- */

/* A count of 0 would count for nothing. */
static int read_count(struct reader *reader, const struct token *token, unsigned *number) {
  int result = read_unsigned(reader, token, number);
  return result == 0 && *number == 0 ? wrong(reader, token, "no number from 1 on") : result;
}

static int read_long_count(struct reader *reader, const struct token *token, uint64_t *number) {
  bool good = read_number(token, UINT64_MAX, number) && *number;
  return good ? 0 : wrong(reader, token, "no number from 1 on");
}

static int read_chance(struct reader *reader, const struct token *token, double *chance) {
  bool good = read_decimal(token, chance) && *chance <= 1;
  return good ? 0 : wrong(reader, token, "no chance from 0 to 1");
}

/* The text behind the name of a header field stands in quotes, or it would be the next condition.
 */
static int read_text(struct reader *reader, const struct condition_row *row, struct token *token,
                     struct cmta_fault *fault) {
  if (!token->length)
    return wrong(reader, token, "no text");
  memcpy(condition_place(fault, row), &token->value, sizeof token->value);
  skip_blanks(reader);
  bool has_value = condition_place(fault, row) == &fault->match.header && *reader->at == '"';
  if (!has_value)
    return 0;
  int result = next(reader, ":", token);
  fault->match.value = token->value;
  return result;
}

static int read_condition(struct reader *reader, const struct condition_row *row,
                          struct cmta_fault *fault) {
  struct token token;
  int result = next(reader, ":", &token);
  if (result)
    return result;
  void *place = condition_place(fault, row);
  switch (row->kind) {
  case CONDITION_COUNT:
    return read_count(reader, &token, place);
  case CONDITION_NUMBER:
    return read_long_count(reader, &token, place);
  case CONDITION_CHANCE:
    return read_chance(reader, &token, place);
  case CONDITION_TEXT:
    break;
  }
  return read_text(reader, row, &token, fault);
}

static const struct condition_row *condition_of(const struct token *token) {
  const struct condition_row *row;
  size_t index = 0;
  while ((row = condition_row(index++)) && !is_word(token, row->word.word))
    ;
  return row;
}

/* `before` is the condition before it, or NULL. */
static int wrong_condition(struct reader *reader, const struct token *token,
                           const struct condition_row *before, struct cmta_fault *fault) {
  bool bare =
      before && condition_place(fault, before) == &fault->match.header && !fault->match.value;
  const char *meant = bare ? " (the text of a header stands in quotes)" : "";
  return wrong_with(reader, token->at, token->length, "no condition", meant);
}

/* All that stands before the colon. */
static int read_conditions(struct reader *reader, struct cmta_fault *fault) {
  const struct condition_row *row = NULL;
  unsigned seen = 0;
  for (;;) {
    struct token token;
    int result = next(reader, ":", &token);
    if (result)
      return result;
    if (!token.length)
      return *reader->at == ':' ? 0 : wrong(reader, &token, "no colon");
    const struct condition_row *before = row;
    row = condition_of(&token);
    if (!row)
      return wrong_condition(reader, &token, before, fault);
    unsigned bit = 1u << (row - condition_row(0));
    if (seen & bit)
      return wrong(reader, &token, "a second time");
    seen |= bit;
    if ((result = read_condition(reader, row, fault)))
      return result;
  }
}

static int read_stage(struct reader *reader, struct cmta_fault *fault) {
  struct token token;
  int result = next(reader, ":", &token);
  if (result)
    return result;
  int stage = token.quoted ? -1 : stage_of((struct cmta_slice){token.at, token.length});
  if (stage < 0)
    return wrong(reader, &token, "no stage");
  fault->stage = stage_row((size_t)stage)->word.word;
  return 0;
}

/* ---- Actions ---- */

/* What is left: a quoted text, or all of it as it stands. NULL when there is nothing. */
static int read_rest(struct reader *reader, const char **text) {
  struct token token = {.at = reader->at, .value = NULL};
  skip_blanks(reader);
  token.at = reader->at;
  if (*reader->at == '"') {
    int result = read_quoted(reader, &token);
    *text = token.value;
    return result;
  }
  size_t length = strlen(reader->at);
  while (length && strchr(" \t\r\n", reader->at[length - 1]))
    length--;
  if (length)
    take(reader, &token, length);
  *text = token.value;
  return 0;
}

static bool is_enhanced_word(const struct token *token) {
  return !token->quoted && is_enhanced((struct cmta_slice){token->at, token->length});
}

static int read_reply(struct reader *reader, const struct token *code, struct cmta_fault *fault) {
  uint64_t number;
  if (code->length != 3 || !read_number(code, 999, &number) || number < 100)
    return wrong(reader, code, "no reply code");
  fault->code = (int)number;
  const char *before = reader->at;
  char *room = reader->room;
  struct token token;
  skip_blanks(reader);
  if (*reader->at != '"' && next(reader, "", &token) == 0 && is_enhanced_word(&token)) {
    fault->enhanced = token.value;
  } else {
    reader->at = before;
    reader->room = room;
  }
  return read_rest(reader, &fault->text);
}

static int read_octets(struct reader *reader, const struct token *token, size_t *octets) {
  uint64_t number;
  if (!read_number(token, SIZE_MAX, &number))
    return wrong(reader, token, "no number");
  *octets = (size_t)number;
  return 0;
}

static int read_seconds(struct reader *reader, const struct token *token, double *seconds) {
  return read_decimal(token, seconds) ? 0 : wrong(reader, token, "no seconds");
}

static int read_arguments(struct reader *reader, enum action_kind kind, struct cmta_fault *fault) {
  struct token token;
  if (kind == ACTION_ALONE)
    return 0;
  if (kind == ACTION_TEXT)
    return read_rest(reader, &fault->text);
  int result = next(reader, "", &token);
  if (result)
    return result;
  switch (kind) {
  case ACTION_REPLY:
    return read_reply(reader, &token, fault);
  case ACTION_SECONDS:
    return read_seconds(reader, &token, &fault->seconds);
  case ACTION_OCTETS:
    return read_octets(reader, &token, &fault->octets);
  default:
    return read_count(reader, &token, &fault->rate);
  }
}

static int read_action(struct reader *reader, struct cmta_fault *fault) {
  struct token token;
  const struct action_row *row;
  int result = next(reader, "", &token);
  if (result)
    return result;
  size_t index = 0;
  while ((row = action_row(index)) && !is_word(&token, row->word.word))
    index++;
  if (!row)
    return wrong(reader, &token, "no action");
  fault->action = (enum cmta_fault_action)index;
  if ((result = read_arguments(reader, row->kind, fault)))
    return result;
  reader->at += strspn(reader->at, " \t\r\n");
  return *reader->at ? wrong_at(reader, reader->at, strlen(reader->at), "too much") : 0;
}

static int read_all(struct reader *reader, struct cmta_fault *fault) {
  int result = read_stage(reader, fault);
  if (!result)
    result = read_conditions(reader, fault);
  reader->at += result == 0;
  return result ? result : read_action(reader, fault);
}

int fault_read(const char *text, struct cmta_fault *fault, char **strings, char *why, size_t size) {
  cmta_fault_init(fault);
  *strings = malloc(strlen(text) * 2 + 2);
  if (!*strings)
    return CMTA_E_MEMORY;
  struct reader reader = {.begin = text, .at = text, .room = *strings, .why = why, .size = size};
  int result = read_all(&reader, fault);
  if (result)
    free(*strings);
  return result;
}
