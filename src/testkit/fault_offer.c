/* SPDX-License-Identifier: MIT */

/* What EHLO may be told: a list that cannot be said as it stands cannot be planned, as far as that
 * is known before there is a client. */

#include "testkit/fault.h"
#include "testkit/visible.h"

#include <string.h>

/* Octets of a line, which is a limit of the session's; and those of it that are shown. */
enum { LONGEST = 200, SHOWN = 40 };

bool fault_offer_next(const char **at, struct cmta_slice *line) {
  const char *text = *at;
  if (!text)
    return false;
  *line = (struct cmta_slice){text, strcspn(text, ",")};
  *at = text[line->length] ? text + line->length + 1 : NULL;
  while (line->length && *line->at == ' ')
    line->at++, line->length--;
  while (line->length && line->at[line->length - 1] == ' ')
    line->length--;
  return true;
}

static struct cmta_slice keyword_of(struct cmta_slice line) {
  const char *blank = line.length ? memchr(line.at, ' ', line.length) : NULL;
  return (struct cmta_slice){line.at, blank ? (size_t)(blank - line.at) : line.length};
}

/* How many lines of the list have this keyword. */
static size_t count(const char *list, const char *keyword) {
  size_t found = 0;
  struct cmta_slice line;
  while (fault_offer_next(&list, &line))
    found += cmta_slice_is_word(keyword_of(line), keyword);
  return found;
}

bool fault_offer_has(const char *list, const char *keyword) { return count(list, keyword); }

/* ---- One line ---- */

static bool is_keyword(struct cmta_slice text) {
  static const char letters[] = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  size_t length = 0;
  while (length < text.length && text.at[length] && strchr(letters, text.at[length]))
    length++;
  return length && length == text.length && *text.at != '-';
}

static bool is_printable(struct cmta_slice text) {
  for (size_t i = 0; i < text.length; i++)
    if (text.at[i] < ' ' || text.at[i] > '~')
      return false;
  return true;
}

static int wrong_line(struct cmta_slice line, const char *what, char *why, size_t size) {
  char text[SHOWN * VISIBLE_MOST + 1];
  bool long_one = line.length > SHOWN;
  visible((struct cmta_slice){line.at, long_one ? SHOWN : line.length}, false, text);
  return fault_wrong(why, size, "\"offer\" %s: %s%s", what, text, long_one ? "..." : "");
}

/* The form is that of RFC 5321 section 4.1.1.1. */
static int check_line(struct cmta_slice line, const char *list, char *why, size_t size) {
  char keyword[LONGEST + 1];
  struct cmta_slice word = keyword_of(line);
  if (!is_keyword(word))
    return wrong_line(line, "wants keywords, of letters, digits and '-'", why, size);
  if (!is_printable(line))
    return wrong_line(line, "wants printable ASCII behind a keyword", why, size);
  if (line.length > LONGEST)
    return wrong_line(line, "wants 200 octets at most between commas", why, size);
  memcpy(keyword, word.at, word.length);
  keyword[word.length] = '\0';
  if (count(list, keyword) > 1)
    return wrong_line(word, "has a keyword twice", why, size);
  return 0;
}

/* ---- The list ---- */

/* What no session offers without the other one (RFC 6531 section 3.1, RFC 3030 section 3). */
static int check_pairs(const char *list, char *why, size_t size) {
  static const char *const pairs[][2] = {{"SMTPUTF8", "8BITMIME"}, {"BINARYMIME", "CHUNKING"}};
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    if (count(list, pairs[i][0]) && !count(list, pairs[i][1]))
      return fault_wrong(why, size, "\"offer\" has %s without %s", pairs[i][0], pairs[i][1]);
  return 0;
}

/* Nothing at all may be offered, but nobody means nothing beside a comma. */
int fault_offer_check(const char *list, char *why, size_t size) {
  const char *at = list;
  struct cmta_slice line;
  while (fault_offer_next(&at, &line)) {
    if (line.length == 0 && strchr(list, ','))
      return fault_wrong(why, size, "\"offer\" has nothing beside a comma");
    int wrong = line.length ? check_line(line, list, why, size) : 0;
    if (wrong)
      return wrong;
  }
  return check_pairs(list, why, size);
}

int fault_offer_check_reach(const char *list, unsigned reach, char *why, size_t size) {
  static const struct {
    const char *keyword;
    unsigned reach;
    const char *text;
  } wants[] = {{"STARTTLS", CMTA_REACH_STARTTLS, "a listener that has it"},
               {"AUTH", CMTA_REACH_AUTH, "users who may log in"},
               {"REQUIRETLS", CMTA_REACH_STARTTLS | CMTA_REACH_TLS, "TLS"}};
  for (size_t i = 0; i < sizeof wants / sizeof *wants; i++)
    if (count(list, wants[i].keyword) && !(reach & wants[i].reach))
      return fault_wrong(why, size, "\"offer\" of %s needs %s", wants[i].keyword, wants[i].text);
  return 0;
}
