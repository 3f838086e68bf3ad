/* SPDX-License-Identifier: MIT */
/* Answers: a verdict, what goes with it, a reply; see parse.h. */
#include "parse.h"

#include <stdlib.h>
#include <string.h>

enum { VERDICTS = CMTA_CHALLENGE + 1 };

size_t parse_index(const char *const *names, size_t count, const char *name, size_t length) {
  for (size_t i = 0; i < count; i++)
    if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
      return i;
  return count;
}

/* A verdict by its name; VERDICTS when there is none such. */
static enum cmta_verdict verdict_by_name(const char *name, size_t length) {
  unsigned verdict = 0;
  while (verdict < VERDICTS) {
    const char *known = cmta_verdict_name((enum cmta_verdict)verdict);
    if (strlen(known) == length && memcmp(known, name, length) == 0)
      break;
    verdict++;
  }
  return (enum cmta_verdict)verdict;
}

size_t parse_word(const char **rest, const char **word) {
  *rest += strspn(*rest, " ");
  *word = *rest;
  *rest += strcspn(*rest, " ");
  return (size_t)(*rest - *word);
}

bool parse_at_end(const char *rest) { return rest[strspn(rest, " ")] == '\0'; }

bool parse_strings(struct text *text, const char *rest) {
  text_append(text, "", 0);
  while (!parse_at_end(rest)) {
    rest += strspn(rest, " ");
    if (*rest++ != '"' || (rest = text_decode(text, rest, '"')) == NULL)
      return false;
  }
  return true;
}

/* "one" "two" as the lines of a reply. */
static bool parse_reply_lines(struct answer *answer, const char *rest) {
  while (!parse_at_end(rest)) {
    rest += strspn(rest, " ");
    struct text *grown = realloc(answer->lines, (answer->line_count + 1) * sizeof answer->lines[0]);
    if (grown == NULL)
      abort();
    answer->lines = grown;
    grown[answer->line_count] = (struct text){0};
    text_append(&grown[answer->line_count], "", 0);
    if (*rest++ != '"' || (rest = text_decode(&grown[answer->line_count++], rest, '"')) == NULL)
      return false;
  }
  return answer->line_count > 0;
}

/* The text that NAME=" begins, behind which rest stands then; NULL where no name does. */
static struct text *parse_name(struct answer *answer, const char **rest) {
  static const struct {
    const char *begin;
    size_t offset;
  } names[] = {{"user=\"", offsetof(struct answer, user)},
               {"authorization=\"", offsetof(struct answer, authorization)},
               {"says=\"", offsetof(struct answer, says)},
               {"mechanisms=\"", offsetof(struct answer, mechanisms)}};
  *rest += strspn(*rest, " ");
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strncmp(*rest, names[i].begin, strlen(names[i].begin)) == 0) {
      *rest += strlen(names[i].begin);
      return (struct text *)((char *)answer + names[i].offset);
    }
  return NULL;
}

/* NAME="text" ... */
static bool parse_names(struct answer *answer, const char **rest) {
  struct text *text;
  while ((text = parse_name(answer, rest)) != NULL) {
    text_append(text, "", 0);
    if ((*rest = text_decode(text, *rest, '"')) == NULL)
      return false;
  }
  return true;
}

/* CODE [ENHANCED] "line" ... */
static bool parse_reply(struct answer *answer, const char *rest) {
  const char *word;
  parse_word(&rest, &word);
  answer->code = (int)strtol(word, NULL, 10);
  if (rest[strspn(rest, " ")] != '"') {
    const size_t length = parse_word(&rest, &word);
    if (length >= sizeof answer->enhanced)
      return false;
    memcpy(answer->enhanced, word, length);
  }
  return answer->code > 0 && parse_reply_lines(answer, rest);
}

bool parse_answer(struct answer *answer, const char *rest) {
  const char *word;
  const size_t length = parse_word(&rest, &word);
  answer->verdict = verdict_by_name(word, length);
  if ((unsigned)answer->verdict >= VERDICTS || !parse_names(answer, &rest))
    return false;
  return parse_at_end(rest) || parse_reply(answer, rest);
}

void answer_clear(struct answer *answer) {
  for (size_t i = 0; i < answer->line_count; i++)
    text_clear(&answer->lines[i]);
  free(answer->lines);
  text_clear(&answer->user);
  text_clear(&answer->authorization);
  text_clear(&answer->says);
  text_clear(&answer->mechanisms);
}
