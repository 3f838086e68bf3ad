/* SPDX-License-Identifier: MIT */
/* Reads and applies the rules of --reject (sink_refusal.h). */

#include "sink_refusal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const stage_names[STAGE_COUNT] = {
    [STAGE_CONNECT] = "connect", [STAGE_HELLO] = "hello", [STAGE_MAIL] = "mail",
    [STAGE_RCPT] = "rcpt",       [STAGE_DATA] = "data",   [STAGE_MESSAGE] = "message",
};

/* What stands behind a code that comes without a text. */
static const char default_text[] = "Refused";

static int stage_of(const char *name, size_t length) {
  for (int stage = 0; stage < STAGE_COUNT; stage++)
    if (strlen(stage_names[stage]) == length && memcmp(stage_names[stage], name, length) == 0)
      return stage;
  return -1;
}

/* The code in front of a blank or the end; 0 when there is none from 400 to 599. */
static int reply_code(const char *text) {
  if (strcspn(text, " ") != 3 || strspn(text, "0123456789") != 3)
    return 0;
  int code = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
  return code >= 400 && code <= 599 ? code : 0;
}

/* Octets of the number of one to three digits that text begins with, no needless zero in front; 0
 * when it begins with none. */
static size_t number_length(const char *text) {
  size_t digits = strspn(text, "0123456789");
  return digits > 3 || (digits > 1 && *text == '0') ? 0 : digits;
}

/* Octets of the enhanced status code, class "." subject "." detail (RFC 3463 section 2), that text
 * begins with; 0 when it begins with something else. */
static size_t enhanced_length(const char *text) {
  if (!isdigit((unsigned char)text[0]) || text[1] != '.')
    return 0;
  size_t subject = number_length(text + 2);
  if (subject == 0 || text[2 + subject] != '.')
    return 0;
  size_t detail = number_length(text + 3 + subject);
  size_t length = 3 + subject + detail;
  bool ends = text[length] == ' ' || text[length] == '\0';
  return detail > 0 && ends ? length : 0;
}

static bool is_printable_ascii(const char *text) {
  for (; *text; text++)
    if (*text < ' ' || *text > '~')
      return false;
  return true;
}

/* Takes what follows the reply code: blanks, an enhanced status code, the text. */
static const char *read_text(struct refusal *refusal, const char *text) {
  text += strspn(text, " ");
  size_t length = enhanced_length(text);
  if (length > 0 && text[0] - '0' != refusal->code / 100)
    return "has an enhanced status code of another class than its reply code";
  snprintf(refusal->enhanced, sizeof refusal->enhanced, "%.*s", (int)length, text);
  text += length;
  text += strspn(text, " ");
  refusal->text = *text ? text : default_text;
  return is_printable_ascii(text) ? NULL : "has a text that is not printable ASCII";
}

const char *address_check(const char *address, size_t length) {
  bool bracket = length && (address[0] == '<' || address[length - 1] == '>');
  return bracket ? "wants the address without < and >" : NULL;
}

/* Takes the address behind the stage, length octets. */
static const char *read_address(struct refusal *refusal, const char *text, size_t length) {
  bool has_path = refusal->stage == STAGE_MAIL || refusal->stage == STAGE_RCPT ||
                  refusal->stage == STAGE_MESSAGE;
  if (!has_path)
    return "has an address, which mail, rcpt and message alone can have";
  refusal->address = (struct cmta_slice){text, length};
  return length > 0 ? address_check(text, length) : "has no address behind the colon";
}

/* Takes the reply behind the '='. */
static const char *read_reply(struct refusal *refusal, const char *text) {
  refusal->code = reply_code(text);
  return refusal->code ? read_text(refusal, text + 3)
                       : "has no reply code from 400 to 599 after the =";
}

static const char *read_rule(struct refusal *refusal, const char *argument) {
  size_t name = strcspn(argument, ":=");
  size_t length = strcspn(argument, "=");
  int stage = stage_of(argument, name);
  if (stage < 0)
    return "does not begin with connect, hello, mail, rcpt, data or message";
  refusal->stage = (enum refusal_stage)stage;
  const char *wrong = NULL;
  if (name < length)
    wrong = read_address(refusal, argument + name + 1, length - name - 1);
  return wrong || !argument[length] ? wrong : read_reply(refusal, argument + length + 1);
}

const char *refusals_read(struct refusals *refusals, const char *argument) {
  struct refusal refusal = {0};
  const char *wrong = read_rule(&refusal, argument);
  if (wrong)
    return wrong;
  struct refusal *rows = realloc(refusals->rows, (refusals->count + 1) * sizeof *rows);
  if (!rows)
    return "finds no memory";
  rows[refusals->count++] = refusal;
  refusals->rows = rows;
  return NULL;
}

static bool is_about(const struct refusal *refusal, struct cmta_slice address) {
  size_t length = refusal->address.length;
  return length == 0 ||
         (length == address.length && memcmp(refusal->address.at, address.at, length) == 0);
}

const struct refusal *refusals_find(const struct refusals *refusals, enum refusal_stage stage,
                                    struct cmta_slice address) {
  for (size_t i = refusals->count; i > 0; i--)
    if (refusals->rows[i - 1].stage == stage && is_about(&refusals->rows[i - 1], address))
      return &refusals->rows[i - 1];
  return NULL;
}

void refusals_free(struct refusals *refusals) { free(refusals->rows); }

enum cmta_verdict refusal_answer(const struct refusal *refusal, struct cmta_session *session) {
  if (!refusal)
    return CMTA_ACCEPT;
  if (refusal->code == 0)
    return CMTA_REJECT;
  const char *enhanced = *refusal->enhanced ? refusal->enhanced : NULL;
  cmta_reply(session, refusal->code, enhanced, "%s", refusal->text);
  if (refusal->code == 421) /* RFC 5321 section 4.2.3: service not available, closing */
    return CMTA_CLOSE;
  return refusal->code < 500 ? CMTA_TEMPFAIL : CMTA_REJECT;
}
