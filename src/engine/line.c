/* SPDX-License-Identifier: MIT */

/* A command line is read here alone, whether its turn has come or it is looked at ahead. */

#include "engine/line.h"

#include "engine/offer.h"
#include "engine/own_verbs.h"
#include "event.h"

unsigned line_manner(const struct cmta_session *session) {
  const struct cmta_settings *settings = &session->service->settings;
  bool utf8 = session->esmtp && (offer_extensions(session) & CMTA_EXTENSION_SMTPUTF8);
  return (settings->strict_syntax ? COMMAND_STRICT : 0u) | (utf8 ? COMMAND_UTF8 : 0u);
}

/* What the grammar does not know may be a verb of the application's own. */
static int read_own_verb(const struct cmta_session *session, int fault, struct command *command,
                         const struct verb **verb) {
  const struct cmta_service *service = session->service;
  bool any = service->settings.verb_count > 0;
  *verb = any ? verb_of_name(service, command->name) : NULL;
  if (!*verb)
    return fault;
  command->argument = command->rest;
  return own_verb_takes(command->rest, line_manner(session)) ? EXTENSION : COMMAND_SYNTAX;
}

int line_read(const struct cmta_session *session, struct cmta_slice line, struct command *command,
              const struct verb **verb) {
  int event = command_parse(line.at, line.length, line_manner(session), command);
  if (event < 0 && command->verb == 0)
    return read_own_verb(session, event, command, verb);
  *verb = verb_of_event(session->service, command->verb);
  return event;
}
