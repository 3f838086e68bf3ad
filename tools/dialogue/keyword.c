/* SPDX-License-Identifier: MIT */
/* `keyword NAME ...`: a row of settings.keywords; how it is written stands in
 * tests/dialogs/README.md. */
#include "dialogue.h"

#include <stdlib.h>
#include <string.h>

/* One attribute while it is read: its row, and what follows its name. */
typedef bool attribute(struct cmta_keyword *row, const char *value);

static const char *copy(const char *text, size_t length) {
  char *made = calloc(1, length + 1);
  if (made == NULL)
    abort();
  memcpy(made, text, length);
  return made;
}

static bool set_mail(struct cmta_keyword *row, const char *value) {
  row->commands |= CMTA_WITH_MAIL;
  return *value == '\0';
}

static bool set_rcpt(struct cmta_keyword *row, const char *value) {
  row->commands |= CMTA_WITH_RCPT;
  return *value == '\0';
}

static bool set_required(struct cmta_keyword *row, const char *value) {
  row->value_required = true;
  return *value == '\0';
}

static bool set_octets(struct cmta_keyword *row, const char *value) {
  char *end = NULL;
  row->octets = (size_t)strtoull(value, &end, 10);
  return end != value && *end == '\0';
}

static bool set_ehlo(struct cmta_keyword *row, const char *value) {
  free((void *)row->ehlo);
  row->ehlo = copy(value, strlen(value));
  return true;
}

static bool is_for(const struct cmta_session *session, void *name) {
  const struct cmta_slice hello = cmta_session_hello_name(session);
  return hello.length == strlen(name) && memcmp(hello.at, name, hello.length) == 0;
}

static bool set_for(struct cmta_keyword *row, const char *value) {
  row->offered = is_for;
  free(row->user);
  row->user = (void *)copy(value, strlen(value));
  return true;
}

/* MIN..MAX */
static bool set_range(struct cmta_keyword *row, const char *value) {
  char *end = NULL;
  row->minimum = strtoll(value, &end, 10);
  if (end == value || strncmp(end, "..", 2) != 0)
    return false;
  value = end + 2;
  row->maximum = strtoll(value, &end, 10);
  return end != value && *end == '\0';
}

/* one,two,three */
static bool set_words(struct cmta_keyword *row, const char *value) {
  size_t count = 0;
  const char **words = calloc(strlen(value) + 2, sizeof *words);
  if (words == NULL || row->words != NULL)
    abort();
  while (*value != '\0') {
    const size_t length = strcspn(value, ",");
    words[count++] = copy(value, length);
    value += length + (value[length] == ',');
  }
  row->words = words;
  return true;
}

static const struct {
  const char *name;
  attribute *set;
} attributes[] = {
    {"mail", set_mail},  {"rcpt", set_rcpt}, {"required", set_required}, {"octets=", set_octets},
    {"ehlo=", set_ehlo}, {"for=", set_for},  {"range=", set_range},      {"words=", set_words},
};

static bool set_value(struct cmta_keyword *row, const char *name) {
  static const char *const values[] = {"none",        "integer", "xtext", "date-time",
                                       "enumeration", "mailbox", "free"};
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
    if (strcmp(values[i], name) == 0) {
      row->value = (enum cmta_value)i;
      return true;
    }
  return false;
}

static bool set_attribute(struct cmta_keyword *row, const char *text) {
  for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
    const size_t length = strlen(attributes[i].name);
    const bool has_value = attributes[i].name[length - 1] == '=';
    if (strncmp(attributes[i].name, text, length) == 0 && (has_value || text[length] == '\0'))
      return attributes[i].set(row, text + length);
  }
  return set_value(row, text);
}

static struct cmta_keyword *new_row(struct dialogue *dialogue) {
  struct cmta_keyword *grown =
      realloc(dialogue->keywords, (dialogue->settings.keyword_count + 1) * sizeof *grown);
  if (grown == NULL)
    abort();
  dialogue->keywords = grown;
  dialogue->settings.keywords = grown;
  struct cmta_keyword *row = &grown[dialogue->settings.keyword_count++];
  *row = (struct cmta_keyword){0};
  return row;
}

/* Takes the next attribute off rest, its quotes removed. */
static bool next_attribute(const char **rest, struct text *text) {
  const char *at = *rest + strspn(*rest, " ");
  const size_t plain = strcspn(at, " \"");
  text_append(text, at, plain);
  *rest = at + plain;
  if (**rest == '"')
    *rest = text_decode(text, *rest + 1, '"');
  return *rest != NULL;
}

bool dialogue_add_keyword(struct dialogue *dialogue, const char *rest) {
  struct cmta_keyword *row = new_row(dialogue);
  bool good = true;
  for (size_t count = 0; good && rest[strspn(rest, " ")] != '\0'; count++) {
    struct text word = {0};
    good = next_attribute(&rest, &word);
    if (good && count > 0)
      good = set_attribute(row, word.at);
    else if (good && strcmp(word.at, "-") != 0)
      row->parameter = copy(word.at, word.length);
    text_clear(&word);
  }
  return good;
}

void dialogue_free_keywords(struct dialogue *dialogue) {
  for (size_t i = 0; i < dialogue->settings.keyword_count; i++) {
    struct cmta_keyword *row = &dialogue->keywords[i];
    for (const char *const *word = row->words; word != NULL && *word != NULL; word++)
      free((void *)*word);
    free((void *)row->words);
    free((void *)row->ehlo);
    free((void *)row->parameter);
    free(row->user);
  }
  free(dialogue->keywords);
}
