/* SPDX-License-Identifier: MIT */

/*
 * How what is planned happens: by the answer to the question where a server would answer so, else
 * to the bytes of the reply. What a client is not told is not done, so that a message whose reply
 * is missing was not taken; of a reply that is late or cut the message was.
 */

#include "testkit/enhanced.h"
#include "testkit/plan.h"

#include <cmta/wire.h>

#include <stdlib.h>
#include <string.h>

/* What is said where nothing else is planned. */
static const char default_text[] = "As planned";

/* Whether the code says that the command is done. */
static bool is_success(const struct moment *moment, int code) {
  return code / 100 == 2 || (code == 354 && moment->stage == STAGE_DATA);
}

/* The answer when the client hears none, or one that is none. A greeting is not refused by that:
 * the session goes on. */
static enum cmta_verdict unsaid(const struct moment *moment) {
  return moment->stage == STAGE_CONNECT ? CMTA_ACCEPT : CMTA_TEMPFAIL;
}

static bool has_question(const struct moment *moment) {
  return *cmta_session_question(moment->session);
}

/* Bytes, or none, in place of the next reply, and what follows. False where there is no wire, or no
 * memory. */
static bool say(const struct moment *moment, const char *bytes, size_t length,
                enum cmta_wire_end end) {
  struct cmta_wire wire;
  cmta_wire_init(&wire);
  wire.replacement = bytes;
  wire.replacement_length = length;
  wire.end = end;
  return cmta_wire_set(moment->session, &wire) == 0;
}

/* ---- Replies ---- */

/* The line that text begins with; moves text behind it, to NULL at the end. */
static struct cmta_slice next_line(const char **text) {
  struct cmta_slice line = {*text, strcspn(*text, "\n")};
  *text = line.at[line.length] ? line.at + line.length + 1 : NULL;
  return line;
}

static const char *text_of(const struct cmta_fault *fault) {
  return fault->text ? fault->text : default_text;
}

static bool is_of_greeting(const struct moment *moment) {
  return moment->stage == STAGE_ACCEPT || moment->stage == STAGE_CONNECT ||
         moment->stage == STAGE_EHLO || moment->stage == STAGE_HELO || moment->stage == STAGE_LHLO;
}

static bool offers_enhanced(const struct moment *moment) {
  return cmta_session_offers(moment->session, CMTA_EXTENSION_ENHANCEDSTATUSCODES);
}

/* Whether the session says an enhanced status code where it is given one. */
static bool says_enhanced(const struct moment *moment, int code) {
  return offers_enhanced(moment) && code != 354 && !(is_of_greeting(moment) && code < 300);
}

/* Whether the text has brought one of its own. */
static bool begins_enhanced(const char *text) {
  return is_enhanced((struct cmta_slice){text, strcspn(text, " \n")});
}

/* The enhanced status code of a reply that the session does not say; "" for none. Neither the
 * greeting nor what EHLO hears has one (RFC 2034 section 4). */
static const char *enhanced_of(const struct moment *moment, const struct cmta_fault *fault) {
  const char *found = cmta_reply_enhanced(fault->code);
  if (fault->enhanced)
    return fault->enhanced;
  bool wanted = !is_of_greeting(moment) && !begins_enhanced(text_of(fault));
  return found && wanted && offers_enhanced(moment) ? found : "";
}

/* In the words of the session. What is planned is said: an enhanced code is a word of the text
 * where it would be left out. */
static void compose(const struct moment *moment, const struct cmta_fault *fault) {
  struct cmta_session *session = moment->session;
  const char *rest = text_of(fault), *enhanced = fault->enhanced, *word = "";
  if (enhanced && !says_enhanced(moment, fault->code))
    word = enhanced, enhanced = NULL;
  const char *blank = *word ? " " : "";
  struct cmta_slice line = next_line(&rest);
  cmta_reply(session, fault->code, enhanced, "%s%s%.*s", word, blank, (int)line.length, line.at);
  while (rest) {
    line = next_line(&rest);
    cmta_reply_line(session, "%s%s%.*s", word, blank, (int)line.length, line.at);
  }
}

static char *put(char *room, const char *bytes, size_t length) {
  memcpy(room, bytes, length);
  return room + length;
}

/* The reply as bytes; *length of them. NULL without memory. */
static char *new_bytes(const struct cmta_fault *fault, const char *enhanced, size_t *length) {
  const char *rest = text_of(fault);
  size_t lines = 1, front = 4 + strlen(enhanced) + 1;
  for (const char *at = rest; *at; at++)
    lines += *at == '\n';
  char *bytes = malloc(strlen(rest) + lines * (front + 2)), *room = bytes;
  while (room && rest) {
    struct cmta_slice line = next_line(&rest);
    char code[4] = {(char)('0' + fault->code / 100), (char)('0' + fault->code / 10 % 10),
                    (char)('0' + fault->code % 10), rest ? '-' : ' '};
    room = put(room, code, sizeof code);
    room = put(room, enhanced, strlen(enhanced));
    room = put(room, " ", *enhanced ? 1 : 0);
    room = put(room, line.at, line.length);
    room = put(room, "\r\n", 2);
  }
  *length = bytes ? (size_t)(room - bytes) : 0;
  return bytes;
}

/* What no session would say. Behind 421 the connection ends, and a greeting that refuses is the
 * last word, too. */
static void say_reply(const struct moment *moment, const struct cmta_fault *fault) {
  size_t length;
  char *bytes = new_bytes(fault, enhanced_of(moment, fault), &length);
  bool refused =
      moment->stage == STAGE_ACCEPT && (fault->code / 100 == 4 || fault->code / 100 == 5);
  if (bytes)
    say(moment, bytes, length, refused || fault->code == 421 ? CMTA_WIRE_CLOSE : CMTA_WIRE_GO_ON);
  free(bytes);
}

/* Whether such a reply answers the question so. */
static bool is_sound(const struct moment *moment, enum cmta_verdict verdict, int code,
                     const char *enhanced, const char *text) {
  const struct cmta_envelope *envelope = cmta_session_envelope(moment->session);
  const char *question = cmta_session_question(moment->session);
  bool utf8 = envelope && envelope->smtputf8;
  return has_question(moment) &&
         cmta_reply_check(question, verdict, code, enhanced, text, utf8) == 0;
}

/* Whether the code can stand for the verdict. Who nobody else has looked at has a name all the
 * same. */
static bool is_possible(const struct moment *moment, enum cmta_verdict verdict, int code) {
  if (!is_sound(moment, verdict, code, NULL, default_text))
    return false;
  return moment->stage != STAGE_AUTH || verdict != CMTA_TAKE ||
         cmta_session_set_identity(moment->session, "planned", NULL) == 0;
}

/* Whether a success is what a client goes by who has sent a message, or a part of it: what it is
 * told then is done. */
static bool is_of_a_message(const struct moment *moment) {
  return moment->stage == STAGE_BDAT || moment->stage == STAGE_BODY ||
         moment->stage == STAGE_HEADERS || moment->stage == STAGE_MESSAGE;
}

/* The verdict that a reply stands for. */
static enum cmta_verdict verdict_of(const struct moment *moment, int code) {
  if (code == 421)
    return CMTA_CLOSE;
  if (is_success(moment, code))
    return CMTA_TAKE;
  if (code / 100 == 5)
    return CMTA_REJECT;
  return code / 100 == 4 ? CMTA_TEMPFAIL : unsaid(moment);
}

/* Whether the session counts refusals, to end with one of its own (RFC 4954 section 4). */
static bool is_counted(const struct moment *moment, enum cmta_verdict verdict) {
  return moment->stage == STAGE_AUTH && verdict == CMTA_REJECT;
}

/* What the session would not say in these words, or not each time, is said all the same, and done
 * if the code is one that does it. */
static enum cmta_verdict reply(const struct moment *moment, const struct cmta_fault *fault) {
  enum cmta_verdict verdict = verdict_of(moment, fault->code);
  const char *text = text_of(fault);
  bool possible = is_possible(moment, verdict, fault->code);
  bool own = !fault->enhanced && begins_enhanced(text), counted = is_counted(moment, verdict);
  if (possible && !own && !counted &&
      is_sound(moment, verdict, fault->code, fault->enhanced, text)) {
    compose(moment, fault);
    return verdict;
  }
  say_reply(moment, fault);
  return counted || (verdict == CMTA_TAKE && !possible) ? unsaid(moment) : verdict;
}

/* Whether it depends on those behind what the client is told. */
static bool is_promise(const struct moment *moment, const struct cmta_fault *fault) {
  return fault->action == CMTA_FAULT_REPLY && is_of_a_message(moment) &&
         is_success(moment, fault->code);
}

/* That a message is accepted is said in place of what those behind say, if they take it. */
static void promise(struct cmta_plan *plan, const struct moment *moment, struct planned *planned) {
  const struct cmta_fault *fault = &planned->fault;
  size_t length;
  char *bytes = new_bytes(fault, enhanced_of(moment, fault), &length);
  struct cmta_wire wire;
  cmta_wire_init(&wire);
  wire.replacement = bytes;
  wire.replacement_length = length;
  wire.of_success = true;
  if (bytes && cmta_wire_set(moment->session, &wire) == 0)
    promise_make(plan, moment, planned, bytes, length);
  else
    plan_drop(plan, planned);
  free(bytes);
}

/* ---- The rest ---- */

/* By the wire, which a delay holds, and which ends in good order though octets wait; a session
 * without one ends by itself. */
static enum cmta_verdict close_it(const struct moment *moment) {
  return say(moment, "", 0, CMTA_WIRE_CLOSE) ? CMTA_CLOSE : CMTA_DROP;
}

static enum cmta_verdict reset_it(const struct moment *moment) {
  say(moment, "", 0, CMTA_WIRE_RESET);
  return CMTA_CLOSE;
}

/* In the middle of a message there is no reply to be missed: nothing more is read at once. */
static enum cmta_verdict stall(const struct moment *moment) {
  if (strcmp(cmta_session_question(moment->session), "chunk") == 0) {
    struct cmta_wire wire;
    cmta_wire_init(&wire);
    wire.stall = true;
    cmta_wire_set(moment->session, &wire);
    return CMTA_LATER;
  }
  say(moment, "", 0, CMTA_WIRE_STALL);
  return unsaid(moment);
}

static enum cmta_verdict garbage(const struct moment *moment, const struct cmta_fault *fault) {
  const char *text = fault->text ? fault->text : "%$#@!";
  size_t length = strlen(text);
  char *bytes = malloc(length + 2);
  if (bytes) {
    memcpy(bytes, text, length);
    memcpy(bytes + length, "\r\n", 2);
    say(moment, bytes, length + 2, CMTA_WIRE_GO_ON);
  }
  free(bytes);
  return unsaid(moment);
}

/* Of what could be planned a session leaves out what its client cannot have. */
static void offer_line(struct cmta_session *session, struct cmta_slice line) {
  char text[256];
  if (line.length == 0 || line.length >= sizeof text)
    return;
  memcpy(text, line.at, line.length);
  text[line.length] = '\0';
  cmta_ehlo_offer(session, text);
}

static enum cmta_verdict offer(const struct moment *moment, const struct cmta_fault *fault) {
  const char *at = fault->text;
  struct cmta_slice line;
  cmta_ehlo_withhold(moment->session, "*");
  while (fault_offer_next(&at, &line))
    offer_line(moment->session, line);
  return CMTA_ACCEPT;
}

/* What changes the bytes on their way, and nothing else. */
static enum cmta_verdict change_bytes(struct cmta_plan *plan, const struct moment *moment,
                                      const struct cmta_fault *fault) {
  struct cmta_wire wire;
  cmta_wire_init(&wire);
  wire.hold = fault->action == CMTA_FAULT_DELAY ? fault->seconds : 0;
  wire.write_rate = fault->action == CMTA_FAULT_THROTTLE ? fault->rate : 0;
  wire.read_rate = fault->action == CMTA_FAULT_SLOW_READ ? fault->rate : 0;
  wire.read_before = moment->octets;
  wire.first_line = fault->action == CMTA_FAULT_FIRST_LINE;
  wire.refuse_handshake = fault->action == CMTA_FAULT_TLS_REFUSED;
  wire.tls = fault->action == CMTA_FAULT_TLS_WRONG ? plan_wrong_tls(plan) : NULL;
  if (fault->action == CMTA_FAULT_CUT) {
    wire.cut = fault->octets;
    wire.end = CMTA_WIRE_CLOSE;
  }
  cmta_wire_set(moment->session, &wire);
  return CMTA_ACCEPT;
}

static enum cmta_verdict act(struct cmta_plan *plan, const struct moment *moment,
                             const struct cmta_fault *fault) {
  switch (fault->action) {
  case CMTA_FAULT_REPLY:
    return reply(moment, fault);
  case CMTA_FAULT_CLOSE:
    return close_it(moment);
  case CMTA_FAULT_RESET:
    return reset_it(moment);
  case CMTA_FAULT_HALF_CLOSE:
    say(moment, "", 0, CMTA_WIRE_HALF_CLOSE);
    return unsaid(moment);
  case CMTA_FAULT_STALL:
    return stall(moment);
  case CMTA_FAULT_GARBAGE:
    return garbage(moment, fault);
  case CMTA_FAULT_OFFER:
    return offer(moment, fault);
  default:
    return change_bytes(plan, moment, fault);
  }
}

/* Whether it is the last that the client hears. */
static bool is_last(enum cmta_fault_action action) {
  return action == CMTA_FAULT_CLOSE || action == CMTA_FAULT_RESET ||
         action == CMTA_FAULT_HALF_CLOSE || action == CMTA_FAULT_STALL || action == CMTA_FAULT_CUT;
}

/* Does it, and gives it back. */
static enum cmta_verdict do_one(struct cmta_plan *plan, struct moment *moment,
                                struct planned *planned) {
  plan_happens(plan, moment->session, planned);
  enum cmta_verdict verdict = act(plan, moment, &planned->fault);
  moment->mute |= is_last(planned->fault.action);
  plan_give_back(plan, planned);
  return verdict;
}

enum cmta_verdict plan_meet(struct cmta_plan *plan, struct moment *moment) {
  enum cmta_verdict verdict = CMTA_ACCEPT;
  struct plan_cursor cursor = {0};
  struct planned *planned;
  while ((planned = plan_next(plan, moment, &cursor))) {
    if (is_promise(moment, &planned->fault)) {
      promise(plan, moment, planned);
      continue;
    }
    enum cmta_verdict answer = do_one(plan, moment, planned);
    verdict = answer == CMTA_ACCEPT ? verdict : answer;
  }
  return verdict;
}
