/* SPDX-License-Identifier: MIT */

/* Checking and copying settings.keywords. */

#include "engine/keywords.h"

#include "engine/ascii.h"
#include "engine/extensions.h"
#include "engine/parameters.h"
#include "engine/text.h"
#include "event.h"

#include <string.h>

enum { MAX_KEYWORDS = 64, MAX_EHLO_LINE = 200, MAX_OCTETS = 65536 };

unsigned keyword_command(int event) {
  return event == MAIL ? CMTA_WITH_MAIL : event == RCPT ? CMTA_WITH_RCPT : 0u;
}

size_t octets_sum(size_t one, size_t other) {
  return one > SIZE_MAX - other ? SIZE_MAX : one + other;
}

/* Octets of the ehlo-keyword or esmtp-keyword that text begins with (RFC 5321 sections 4.1.1.1 and
 * 4.1.2, which have the same letters). */
static size_t keyword_length(const char *text) {
  static const char more[] = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return *text == '-' ? 0 : strspn(text, more);
}

bool keyword_is_line(const char *line) {
  size_t length = keyword_length(line);
  return length > 0 && (line[length] == ' ' || line[length] == '\0') &&
         strlen(line) <= MAX_EHLO_LINE && text_is_printable(line);
}

struct cmta_slice keyword_of_line(const char *line) {
  return (struct cmta_slice){line, strcspn(line, " ")};
}

const struct cmta_keyword *keywords_find_line(const struct cmta_settings *settings,
                                              struct cmta_slice keyword) {
  for (size_t i = 0; i < settings->keyword_count; i++) {
    const struct cmta_keyword *row = &settings->keywords[i];
    if (row->ehlo && ascii_same(keyword_of_line(row->ehlo), keyword))
      return row;
  }
  return NULL;
}

/* A word must be an esmtp-value, or no client could say it. */
static bool is_word(const char *word) {
  return *word && text_is_printable(word) && !strpbrk(word, " =");
}

static bool words_fit(const struct cmta_keyword *row) {
  if (row->value != CMTA_VALUE_ENUMERATION)
    return !row->words;
  if (!row->words || !row->words[0])
    return false;
  for (const char *const *word = row->words; *word; word++)
    if (!is_word(*word))
      return false;
  return true;
}

static bool value_fits(const struct cmta_keyword *row) {
  return (unsigned)row->value <= CMTA_VALUE_FREE && row->minimum <= row->maximum &&
         !(row->value == CMTA_VALUE_NONE && row->value_required) && words_fit(row);
}

static bool line_fits(const char *line) {
  return keyword_is_line(line) && !cmta_extension_bit(keyword_of_line(line));
}

static bool parameter_fits(const char *parameter) {
  return *parameter && parameter[keyword_length(parameter)] == '\0' &&
         !parameter_is_built_in(text_slice(parameter));
}

static bool row_fits(const struct cmta_keyword *row) {
  unsigned known = CMTA_WITH_MAIL | CMTA_WITH_RCPT;
  if ((!row->ehlo && !row->parameter) || row->octets > MAX_OCTETS)
    return false;
  if (row->parameter && (!parameter_fits(row->parameter) || row->commands == 0))
    return false;
  return (!row->ehlo || line_fits(row->ehlo)) && !(row->commands & ~known) && value_fits(row);
}

/* Two rows that say something about the same line or parameter. */
static bool clash(const struct cmta_keyword *one, const struct cmta_keyword *other) {
  if (one->ehlo && other->ehlo &&
      ascii_same(keyword_of_line(one->ehlo), keyword_of_line(other->ehlo)))
    return true;
  return one->parameter && other->parameter && (one->commands & other->commands) &&
         ascii_same(text_slice(one->parameter), text_slice(other->parameter));
}

bool keywords_are_sound(const struct cmta_settings *settings) {
  const struct cmta_keyword *rows = settings->keywords;
  size_t count = settings->keyword_count;
  if (count > MAX_KEYWORDS || (count > 0 && !rows))
    return false;
  for (size_t i = 0; i < count; i++) {
    if (!row_fits(&rows[i]))
      return false;
    for (size_t j = 0; j < i; j++)
      if (clash(&rows[i], &rows[j]))
        return false;
  }
  return true;
}

size_t keywords_octets(const struct cmta_settings *settings, int event) {
  size_t octets = 0;
  for (size_t i = 0; i < settings->keyword_count; i++)
    if (settings->keywords[i].commands & keyword_command(event))
      octets = octets_sum(octets, settings->keywords[i].octets);
  return octets;
}

/* The block of a copy: the rows, the lists of words, and behind these all strings. */
struct layout {
  const char **words;
  char *text;
};

/* Words of a row, the NULL behind them counted; 0 where it has no list. */
static size_t word_count(const struct cmta_keyword *row) {
  size_t count = 0;
  while (row->words && row->words[count])
    count++;
  return row->words ? count + 1 : 0;
}

/* Octets of all strings of a row. */
static size_t row_size(const struct cmta_keyword *row) {
  size_t size = text_size(row->ehlo) + text_size(row->parameter);
  for (const char *const *word = row->words; word && *word; word++)
    size += text_size(*word);
  return size;
}

static const char *const *copy_words(struct layout *layout, const struct cmta_keyword *row) {
  const char **copy = layout->words;
  size_t count = word_count(row);
  layout->words += count;
  for (size_t i = 0; i < count; i++)
    copy[i] = text_copy(row->words[i], &layout->text);
  return row->words ? (const char *const *)copy : NULL;
}

struct cmta_keyword *keywords_copy(const struct cmta_settings *settings, struct memory *memory) {
  const struct cmta_keyword *rows = settings->keywords;
  size_t count = settings->keyword_count, words = 0, size = 0;
  for (size_t i = 0; i < count; i++) {
    words += word_count(&rows[i]);
    size += row_size(&rows[i]);
  }
  size += count * sizeof *rows + words * sizeof(const char *);
  struct cmta_keyword *copy = memory_take(memory, size);
  if (!copy)
    return NULL;
  struct layout layout = {.words = (const char **)(copy + count)};
  layout.text = (char *)(layout.words + words);
  for (size_t i = 0; i < count; i++) {
    copy[i] = rows[i];
    copy[i].ehlo = text_copy(rows[i].ehlo, &layout.text);
    copy[i].parameter = text_copy(rows[i].parameter, &layout.text);
    copy[i].words = copy_words(&layout, &rows[i]);
  }
  return copy;
}
