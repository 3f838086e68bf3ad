/* SPDX-License-Identifier: MIT */

/* cmta_reply(), cmta_reply_line() and cmta_reply_check(): composing, and refusing what must not go
 * out (RFC 5321 section 4.2). */

#include "engine/draft.h"

#include "engine/decide.h"
#include "engine/reply.h"
#include "engine/utf8.h"
#include "engine/verbs.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* One number of an enhanced status code: 1 to 3 digits, no needless zero in front (RFC 3463 section
 * 2). */
static const char *skip_number(const char *at) {
  size_t digits = strspn(at, "0123456789");
  bool bad = digits == 0 || digits > 3 || (digits > 1 && *at == '0');
  return bad ? NULL : at + digits;
}

static bool is_enhanced(const char *text, int code) {
  if (text[0] != '0' + code / 100 || text[1] != '.')
    return false;
  const char *at = skip_number(text + 2);
  at = at && *at == '.' ? skip_number(at + 1) : NULL;
  return at && *at == '\0';
}

static bool is_code(int code) {
  return (code >= 200 && code <= 299) || code == 354 || (code >= 400 && code <= 599);
}

static bool is_front(int code, const char *enhanced) {
  return is_code(code) && (!enhanced || (code != 354 && is_enhanced(enhanced, code)));
}

/* Replies beyond ASCII are for clients that asked for them (RFC 6531 section 3.7.4.2). */
static bool may_send_utf8(const struct cmta_session *session) {
  const struct transaction *transaction = session->transaction;
  return session->utf8_asked || (transaction && transaction->envelope.smtputf8);
}

/* One line of a reply; utf8: it may be beyond ASCII. */
static bool is_clean(const char *text, size_t length, bool utf8) {
  bool ascii = true;
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)text[i];
    if ((byte < ' ' && byte != '\t') || byte == 0x7f)
      return false;
    ascii &= byte < 0x80;
  }
  return ascii || (utf8 && utf8_is_valid(text, length));
}

/* Adds one formatted line to the draft. */
static int add_line(struct cmta_session *session, const char *format, va_list arguments) {
  struct draft *draft = session->hand.draft;
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, again);
  va_end(again);
  if (length < 0)
    return CMTA_E_ARGUMENT;
  size_t room = draft->length + (size_t)length + 1;
  if (!memory_grow(&session->memory, (void **)&draft->text, &draft->capacity, room, 1, 0))
    return CMTA_E_MEMORY;
  char *line = draft->text + draft->length;
  vsnprintf(line, (size_t)length + 1, format, arguments);
  if (strlen(line) != (size_t)length || !is_clean(line, (size_t)length, may_send_utf8(session)))
    return CMTA_E_ARGUMENT;
  line[length] = '\n';
  draft->length = room;
  return 0;
}

static int begin(struct cmta_session *session, int code, const char *enhanced) {
  reply_clear(session);
  if (!is_front(code, enhanced))
    return CMTA_E_ARGUMENT;
  session->hand.draft = memory_take(&session->memory, sizeof *session->hand.draft);
  if (!session->hand.draft)
    return CMTA_E_MEMORY;
  session->hand.draft->code = code;
  session->hand.draft->set = session->hand.set;
  if (enhanced)
    memcpy(session->hand.draft->enhanced, enhanced, strlen(enhanced));
  return 0;
}

int cmta_reply(struct cmta_session *session, int code, const char *enhanced, const char *format,
               ...) {
  if (!session || !format)
    return CMTA_E_ARGUMENT;
  if (!session_may_answer(session))
    return CMTA_E_STATE;
  int result = begin(session, code, enhanced);
  if (result == 0) {
    va_list arguments;
    va_start(arguments, format);
    result = add_line(session, format, arguments);
    va_end(arguments);
  }
  if (result < 0)
    reply_clear(session);
  return result;
}

int cmta_reply_line(struct cmta_session *session, const char *format, ...) {
  if (!session || !format)
    return CMTA_E_ARGUMENT;
  if (!session_may_answer(session) || !session->hand.draft ||
      session->hand.draft->set != session->hand.set)
    return CMTA_E_STATE;
  va_list arguments;
  va_start(arguments, format);
  int result = add_line(session, format, arguments);
  va_end(arguments);
  if (result < 0)
    reply_clear(session);
  return result;
}

static const struct verb *verb_of_question(const char *question) {
  size_t count;
  const struct verb *verbs = verbs_built_in(&count);
  for (size_t i = 0; i < count; i++)
    if (verbs[i].question && strcmp(verbs[i].question, question) == 0)
      return &verbs[i];
  return NULL;
}

static bool are_clean_lines(const char *text, bool utf8) {
  size_t length = strcspn(text, "\n");
  while (is_clean(text, length, utf8)) {
    if (text[length] == '\0')
      return true;
    text += length + 1;
    length = strcspn(text, "\n");
  }
  return false;
}

int cmta_reply_check(const char *question, enum cmta_verdict verdict, int code,
                     const char *enhanced, const char *text, bool utf8) {
  const struct verb *verb = question ? verb_of_question(question) : NULL;
  if (!verb || !decide_is_answer(verdict))
    return CMTA_E_ARGUMENT;
  if (code == 0)
    return decide_fits(verb, verdict, 0) ? 0 : CMTA_E_VERDICT;
  if (!text || !is_front(code, enhanced) || !are_clean_lines(text, utf8))
    return CMTA_E_ARGUMENT;
  return decide_fits(verb, verdict, code) ? 0 : CMTA_E_VERDICT;
}

int reply_composed_code(const struct cmta_session *session) {
  return session->hand.draft ? session->hand.draft->code : 0;
}

void draft_free(struct memory *memory, struct draft *draft) {
  if (draft)
    memory_give(memory, draft->text);
  memory_give(memory, draft);
}

void reply_clear(struct cmta_session *session) {
  draft_free(&session->memory, session->hand.draft);
  session->hand.draft = NULL;
}
