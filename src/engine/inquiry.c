/* SPDX-License-Identifier: MIT */

/* Commands that change nothing. */

#include "engine/inquiry.h"

#include "engine/facts.h"
#include "engine/parameters.h"
#include "engine/reply.h"
#include "engine/verbs.h"

#include <string.h>

enum cmta_verdict noop_ask(struct cmta_session *session, const struct hook_set *set) {
  return set->hooks.noop(session, set->user, session->slice);
}

/* VRFY and EXPN may come with SMTPUTF8, and must where their text is beyond ASCII (RFC 6531
 * section 3.7.4.2). */
enum reply_id inquiry_check(struct cmta_session *session) {
  session->utf8_asked = session->command->parameters.length > 0;
  return session->command->utf8 && !session->utf8_asked ? REPLY_UTF8_NOT_ASKED : REPLY_NONE;
}

enum cmta_verdict vrfy_ask(struct cmta_session *session, const struct hook_set *set) {
  return set->hooks.vrfy(session, set->user, session->slice);
}

enum cmta_verdict expn_ask(struct cmta_session *session, const struct hook_set *set) {
  return set->hooks.expn(session, set->user, session->slice);
}

enum cmta_verdict etrn_ask(struct cmta_session *session, const struct hook_set *set) {
  return set->hooks.etrn(session, set->user, session->slice);
}

/* What HELP is about outlasts the command line, because the answer may come late. */
enum reply_id help_check(struct cmta_session *session) {
  session->topic = verb_of_name(session->service, session->command->argument);
  return REPLY_NONE;
}

enum cmta_verdict help_ask(struct cmta_session *session, const struct hook_set *set) {
  return set->hooks.help(session, set->user, session->slice);
}

static const struct verb *next_command(const struct cmta_session *session,
                                       const struct verb *verb) {
  unsigned facts = facts_of(session);
  do
    verb = verb_next(session->service, verb);
  while (verb && !facts_offer(facts, verb));
  return verb;
}

static void list_commands(struct cmta_session *session) {
  struct reply_writer writer = reply_writer_of(session, REPLY_HELP);
  reply_line(&writer, (struct cmta_slice){"Commands:", strlen("Commands:")}, true);
  const struct verb *verb = next_command(session, NULL);
  while (verb) {
    const struct verb *next = next_command(session, verb);
    reply_line(&writer, (struct cmta_slice){verb->name, strlen(verb->name)}, next != NULL);
    verb = next;
  }
}

/* A topic that is no command is answered with the list: HELP always helps. */
void help_done(struct cmta_session *session) {
  const struct verb *topic = session->topic;
  if (reply_composed_code(session)) {
    reply_send(session, session->hand.standard, false);
  } else if (topic) {
    struct reply_writer writer = reply_writer_of(session, REPLY_HELP);
    reply_line(&writer, (struct cmta_slice){topic->help, strlen(topic->help)}, false);
  } else {
    list_commands(session);
  }
}
