/* SPDX-License-Identifier: MIT */

/* What the trace hook is told. */

#include "engine/trace.h"

#include "engine/chain.h"
#include "engine/mechanisms.h"
#include "engine/text.h"
#include "engine/verbs.h"
#include "event.h"

#include <stdio.h>

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

void trace_command_line(struct cmta_session *session, struct cmta_slice line,
                        const struct verb *verb) {
  bool is_auth = verb ? verb->event == AUTH : framer_has_auth(&session->framer);
  bool hides = !verb && session->hushed;
  session->hushed = is_auth || hides;
  session->heard_secrets |= session->hushed;
  if (is_auth)
    trace_auth(session, verb);
  else if (hides)
    trace_text(session, "[secret]\r\n");
  else
    trace_line(session, CMTA_FROM_CLIENT, line);
}

void trace_response_line(struct cmta_session *session, struct cmta_slice line) {
  session->hushed = true;
  session->heard_secrets = true;
  bool is_end = cmta_slice_is(line, "*\r\n");
  trace_text(session, is_end ? "*\r\n" : "[secret]\r\n");
}
