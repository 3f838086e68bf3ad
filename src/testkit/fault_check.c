/* SPDX-License-Identifier: MIT */

/* Which faults can be; and copies of them. */

#include "testkit/enhanced.h"
#include "testkit/fault.h"
#include "testkit/match.h"
#include "testkit/visible.h"

#include <stdlib.h>
#include <string.h>

/* What a delay may be at most: some thirty years. */
static const double longest = 1e9;

/* Octets of a pattern that are shown. */
enum { SHOWN = 60 };

/* No address has brackets around it; `none` is what stands for one of no octets. */
static int check_pattern(const char *word, const char *pattern, const char *none, char *why,
                         size_t size) {
  char inside[SHOWN * VISIBLE_MOST + 1];
  size_t length = pattern ? strlen(pattern) : 0;
  bool opens = length && *pattern == '<', closes = length && pattern[length - 1] == '>';
  if (!opens && !closes)
    return 0;
  struct cmta_slice address = {pattern + opens, length - opens - closes};
  if (address.length > SHOWN)
    return fault_wrong(why, size, "\"%s\" wants the address without < and >", word);
  visible(address, false, inside);
  return fault_wrong(why, size, "\"%s\" wants the address without < and >: %s", word,
                     address.length ? inside : none);
}

/* What can never hold is wrong. */
static int check_match(const struct cmta_match *match, char *why, size_t size) {
  int wrong = check_pattern("from", match->sender, "\"\"", why, size);
  if (!wrong && match->recipient && !*match->recipient)
    wrong = fault_wrong(why, size, "\"to\" wants an address; * is any");
  if (!wrong)
    wrong = check_pattern("to", match->recipient, "*", why, size);
  if (!wrong && match->header && (!*match->header || strpbrk(match->header, " \t\r\n:")))
    wrong = fault_wrong(why, size, "\"header\" wants the name of a field, without a colon");
  return wrong;
}

static int check_conditions(const struct cmta_fault *fault, unsigned known, char *why,
                            size_t size) {
  const struct condition_row *row;
  for (size_t i = 0; (row = condition_row(i)); i++)
    if (condition_counts(fault, row) && (row->needs & known) != row->needs)
      return fault_wrong(why, size, "\"%s\" is not known at \"%s\"", row->word.word, fault->stage);
  if (!(fault->chance >= 0 && fault->chance <= 1))
    return fault_wrong(why, size, "\"chance\" is from 0 to 1");
  if (fault->nth && fault->every)
    return fault_wrong(why, size, "\"nth\" and \"every\" are two ways to count");
  if (fault->match.value && !fault->match.header)
    return fault_wrong(why, size, "\"header\" wants the name of a field");
  if (fault->match.id)
    return fault_wrong(why, size, "there is no condition for an id");
  return check_match(&fault->match, why, size);
}

static int check_reply(const struct cmta_fault *fault, char *why, size_t size) {
  if (fault->code < 100 || fault->code > 999)
    return fault_wrong(why, size, "\"reply\" wants a code from 100 to 999");
  const char *enhanced = fault->enhanced;
  if (enhanced && !is_enhanced((struct cmta_slice){enhanced, strlen(enhanced)}))
    return fault_wrong(why, size, "\"reply\" has a malformed enhanced status code");
  return 0;
}

static int check_action(const struct cmta_fault *fault, unsigned known, char *why, size_t size) {
  const struct action_row *row = action_row((size_t)fault->action);
  if (!row)
    return fault_wrong(why, size, "there is no such action");
  if ((row->needs & known) != row->needs)
    return fault_wrong(why, size, "\"%s\" cannot be at \"%s\"", row->word.word, fault->stage);
  if (row->kind == ACTION_SECONDS && !(fault->seconds >= 0 && fault->seconds <= longest))
    return fault_wrong(why, size, "\"%s\" wants seconds from 0 to 1000000000", row->word.word);
  if (row->kind == ACTION_RATE && fault->rate == 0)
    return fault_wrong(why, size, "\"%s\" wants 1 octet a second or more", row->word.word);
  if (fault->action == CMTA_FAULT_OFFER)
    return fault_offer_check(fault->text, why, size);
  return row->kind == ACTION_REPLY ? check_reply(fault, why, size) : 0;
}

int fault_check(const struct cmta_fault *fault, char *why, size_t size) {
  const char *name = fault->stage ? fault->stage : "";
  int stage = stage_of((struct cmta_slice){name, strlen(name)});
  if (stage < 0)
    return fault_wrong(why, size, "there is no such stage");
  unsigned known = stage_row((size_t)stage)->known;
  int wrong = check_conditions(fault, known, why, size);
  return wrong ? wrong : check_action(fault, known, why, size);
}

/* Where a fault has strings. */
static const size_t strings_of[] = {
    offsetof(struct cmta_fault, stage),           offsetof(struct cmta_fault, match.sender),
    offsetof(struct cmta_fault, match.recipient), offsetof(struct cmta_fault, match.subject),
    offsetof(struct cmta_fault, match.text),      offsetof(struct cmta_fault, match.header),
    offsetof(struct cmta_fault, match.value),     offsetof(struct cmta_fault, match.id),
    offsetof(struct cmta_fault, enhanced),        offsetof(struct cmta_fault, text),
};

enum { STRING_COUNT = sizeof strings_of / sizeof *strings_of };

static const char **string_of(struct cmta_fault *fault, size_t index) {
  return (const char **)((char *)fault + strings_of[index]);
}

static size_t size_of_strings(struct cmta_fault *fault) {
  size_t size = 1;
  for (size_t i = 0; i < STRING_COUNT; i++)
    size += *string_of(fault, i) ? strlen(*string_of(fault, i)) + 1 : 0;
  return size;
}

bool fault_complete(const struct cmta_fault *fault, struct cmta_fault *whole) {
  if (fault->size < sizeof fault->size || fault->size > sizeof *fault)
    return false;
  cmta_fault_init(whole);
  memcpy(whole, fault, fault->size);
  whole->size = sizeof *whole;
  struct cmta_match given = whole->match;
  return match_read(&whole->match, &given);
}

int fault_copy(const struct cmta_fault *fault, struct cmta_fault *copy, char **strings) {
  if (!fault_complete(fault, copy))
    return CMTA_E_ARGUMENT;
  char *room = malloc(size_of_strings(copy));
  *strings = room;
  if (!room)
    return CMTA_E_MEMORY;
  for (size_t i = 0; i < STRING_COUNT; i++) {
    const char **string = string_of(copy, i);
    size_t size = *string ? strlen(*string) + 1 : 0;
    *string = size ? memcpy(room, *string, size) : NULL;
    room += size;
  }
  return 0;
}
