/* SPDX-License-Identifier: MIT */

/* What the trace hook is told. */

#include "engine/trace.h"

#include "engine/ascii.h"
#include "engine/chain.h"
#include "engine/mechanisms.h"
#include "engine/text.h"
#include "engine/verbs.h"
#include "event.h"

#include <stdio.h>
#include <string.h>

void trace_line(struct cmta_session *session, enum cmta_direction direction,
                struct cmta_slice line) {
  chain_tell_trace(session, direction, line);
}

static void trace_text(struct cmta_session *session, const char *text) {
  trace_line(session, CMTA_FROM_CLIENT, text_slice(text));
}

/* The mechanism is shown where it is one: else it may be a secret in the wrong place. Nothing is
 * shown of a line that has no verb because of an octet that no command has. */
static void trace_auth(struct cmta_session *session, const struct verb *verb) {
  const struct command *command = session->command;
  char name[MECHANISM_SIZE] = "", line[64];
  if (!verb) {
    trace_text(session, "AUTH [secret]\r\n");
    return;
  }
  bool known = mechanisms_exist(session) &&
               mechanism_check(session, command->argument, name) != REPLY_MECHANISM_UNKNOWN;
  bool more = known ? command->parameters.length : command->rest.length;
  snprintf(line, sizeof line, "AUTH%s%s%s\r\n", *name ? " " : "", name, more ? " [secret]" : "");
  trace_text(session, line);
}

static bool ends_line(char octet) { return octet == '\n' || octet == '\r'; }

/* Where the first letter of a line stands, or its end: clients put something before it. */
static size_t first_letter(struct cmta_slice text, size_t i) {
  while (i < text.length && !ascii_is_letter(text.at[i]) && !ends_line(text.at[i]))
    i++;
  return i;
}

static const char auth[] = "AUTH";

enum { AUTH_LETTERS = sizeof auth - 1 };

/* Where AUTH ends that this is, or was meant to be, or 0. Some leave out the blank behind it. */
static size_t behind_auth(struct cmta_slice text, size_t i) {
  size_t letter = first_letter(text, i);
  bool is_auth =
      text.length - letter >= AUTH_LETTERS && ascii_equal(text.at + letter, auth, AUTH_LETTERS);
  return is_auth ? letter + AUTH_LETTERS : 0;
}

bool trace_finds_auth(struct cmta_slice text, size_t *shown) {
  *shown = behind_auth(text, 0);
  for (size_t i = 1; i < text.length && !*shown; i++)
    if (ends_line(text.at[i - 1]))
      *shown = behind_auth(text, i);
  return *shown;
}

bool trace_may_go_on_as_auth(struct cmta_slice text) {
  size_t begin = text.length;
  while (begin && !ends_line(text.at[begin - 1]))
    begin--;
  return text.length - first_letter(text, begin) < AUTH_LETTERS;
}

/* One line to the session, and several commands to the client, one of them AUTH. Of more than a
 * client has reason to say nothing is shown. */
static void trace_shortened(struct cmta_session *session, struct cmta_slice line, size_t shown) {
  static const char tail[] = " [secret]\r\n";
  enum { MOST = 512, TAIL = sizeof tail - 1 };
  char text[MOST + TAIL];
  if (shown > MOST) {
    trace_text(session, "[secret]\r\n");
    return;
  }
  memcpy(text, line.at, shown);
  memcpy(text + shown, tail, TAIL);
  trace_line(session, CMTA_FROM_CLIENT, (struct cmta_slice){text, shown + TAIL});
}

/* In a line with a verb no other one begins: the grammar knows no CR or LF within it. */
void trace_command_line(struct cmta_session *session, struct cmta_slice line,
                        const struct verb *verb) {
  bool is_auth = verb ? verb->event == AUTH : framer_has_auth(&session->framer);
  bool hides = !verb && session->hushed;
  size_t shown;
  bool holds_auth = !verb && !is_auth && trace_finds_auth(line, &shown);
  session->hushed |= is_auth || holds_auth;
  session->heard_secrets |= is_auth || hides || holds_auth;
  if (is_auth)
    trace_auth(session, verb);
  else if (hides)
    trace_text(session, "[secret]\r\n");
  else if (holds_auth)
    trace_shortened(session, line, shown);
  else
    trace_line(session, CMTA_FROM_CLIENT, line);
}

void trace_response_line(struct cmta_session *session, struct cmta_slice line) {
  session->hushed = true;
  session->heard_secrets = true;
  bool is_end = cmta_slice_is(line, "*\r\n");
  trace_text(session, is_end ? "*\r\n" : "[secret]\r\n");
}
