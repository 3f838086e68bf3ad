/* SPDX-License-Identifier: MIT */

/*
 * At which stages of a session a plan is looked at. The hooks are those alone whose being there
 * changes nothing: a command that is refused where nobody has a hook for it (EXPN, ETRN), and QUIT,
 * which asks nobody, are seen as they are traced; where a header section ends is seen in the
 * slices, because a hook for it has limits of its own.
 */

#include "testkit/plan.h"

#include <cmta/server.h>

#include <stdlib.h>
#include <string.h>

/* What is known of a session between two hooks. */
struct course {
  uint64_t octets;    /* that had come when DATA or the first BDAT was in hand */
  size_t line_octets; /* of the header section's last line so far */
  size_t fresh;       /* octets of the message that have come and were not looked at yet */
  bool began,
      ended;     /* the first octets of the message have come, its header section was complete */
  bool in_chunk; /* a BDAT that asks nobody waits for its octets, or its end */
  bool in_reply; /* lines of a reply are still to come */
  struct cmta_plan *plan;
  struct promise *promises;
  enum cmta_verdict rest; /* of the message to the recipients that come; ACCEPT: not decided */
};

static void *session_new(struct cmta_session *session, void *user) {
  struct course *course = calloc(1, sizeof *course);
  (void)session;
  if (course)
    course->plan = user;
  return course;
}

static void session_free(void *data) {
  struct course *course = data;
  if (course)
    promises_drop(course->plan, &course->promises);
  free(course);
}

static enum cmta_verdict meet(struct cmta_session *session, void *user, enum stage stage) {
  struct moment moment = {.stage = stage, .session = session};
  return plan_meet(user, &moment);
}

/* ---- Commands ---- */

static enum cmta_verdict hook_connect(struct cmta_session *session, void *user) {
  return meet(session, user, STAGE_CONNECT);
}

/* The stage of the command in hand. */
static enum stage stage_in_hand(const struct cmta_session *session) {
  const char *event = cmta_session_event(session);
  int stage = stage_of((struct cmta_slice){event, strlen(event)});
  return stage < 0 || stage == STAGE_ANY ? STAGE_OTHER : (enum stage)stage;
}

static enum cmta_verdict hook_hello(struct cmta_session *session, void *user,
                                    struct cmta_slice name) {
  (void)name;
  return meet(session, user, stage_in_hand(session));
}

static enum cmta_verdict hook_starttls(struct cmta_session *session, void *user) {
  return meet(session, user, STAGE_STARTTLS);
}

static enum cmta_verdict hook_auth(struct cmta_session *session, void *user,
                                   const struct cmta_auth *auth) {
  return auth->step == 0 ? meet(session, user, STAGE_AUTH) : CMTA_ACCEPT;
}

static enum cmta_verdict hook_mail(struct cmta_session *session, void *user,
                                   const struct cmta_path *reverse_path) {
  struct moment moment = {.stage = STAGE_MAIL, .session = session, .sender = reverse_path};
  return plan_meet(user, &moment);
}

static enum cmta_verdict hook_rcpt(struct cmta_session *session, void *user,
                                   const struct cmta_path *forward_path) {
  struct moment moment = {.stage = STAGE_RCPT, .session = session, .recipient = forward_path};
  return plan_meet(user, &moment);
}

static enum cmta_verdict hook_command(struct cmta_session *session, void *user) {
  return meet(session, user, stage_in_hand(session));
}

static enum cmta_verdict hook_command_with(struct cmta_session *session, void *user,
                                           struct cmta_slice argument) {
  (void)argument;
  return hook_command(session, user);
}

/* A verb of the application's own may have the name of a stage that is no command: it has none. */
static enum cmta_verdict hook_verb(struct cmta_session *session, void *user,
                                   const struct cmta_verb *verb, struct cmta_slice argument) {
  (void)verb;
  (void)argument;
  return meet(session, user, STAGE_OTHER);
}

static enum cmta_verdict hook_told(struct cmta_session *session, void *user,
                                   const struct cmta_client *client) {
  (void)client;
  return meet(session, user, STAGE_OTHER);
}

/* ---- Messages ---- */

/* A part of a message. */
static enum cmta_verdict meet_part(struct cmta_session *session, void *user, struct course *course,
                                   enum stage stage) {
  struct moment moment = {
      .stage = stage, .session = session, .octets = course->fresh, .promises = &course->promises};
  return plan_meet(user, &moment);
}

/* What was promised of a message before has been said by now, or never is. */
static enum cmta_verdict hook_data(struct cmta_session *session, void *user) {
  struct course *course = cmta_session_data(session);
  promises_drop(user, &course->promises);
  *course = (struct course){.octets = cmta_session_counts(session)->octets_in, .plan = user};
  return meet_part(session, user, course, stage_in_hand(session));
}

/* Whether the header section ends in these octets, at the first line that is empty. Of them those
 * behind it are left to be looked at. */
static bool ends_headers(struct course *course, struct cmta_slice bytes) {
  for (size_t i = 0; i < bytes.length; i++) {
    course->fresh = bytes.length - i - 1;
    if (bytes.at[i] == '\n' && course->line_octets == 0)
      return true;
    if (bytes.at[i] == '\n')
      course->line_octets = 0;
    else
      course->line_octets += bytes.at[i] != '\r';
  }
  return false;
}

/* The BDAT behind the first one, now that there is a question by which it can be refused. */
static enum cmta_verdict meet_chunk(struct cmta_session *session, void *user,
                                    struct course *course) {
  bool due = course->in_chunk;
  course->in_chunk = false;
  return due ? meet_part(session, user, course, STAGE_BDAT) : CMTA_ACCEPT;
}

static enum cmta_verdict meet_headers(struct cmta_session *session, void *user,
                                      struct course *course) {
  course->ended = true;
  return meet_part(session, user, course, STAGE_HEADERS);
}

/* A Received field that the library has added comes before any octet of the client's. */
static enum cmta_verdict hook_chunk(struct cmta_session *session, void *user,
                                    struct cmta_slice bytes) {
  struct course *course = cmta_session_data(session);
  if (cmta_session_counts(session)->octets_in == course->octets)
    return CMTA_ACCEPT;
  course->fresh = bytes.length;
  enum cmta_verdict verdict = meet_chunk(session, user, course);
  if (verdict == CMTA_ACCEPT && !course->began)
    verdict = meet_part(session, user, course, STAGE_BODY);
  course->began = true;
  if (verdict == CMTA_ACCEPT && !course->ended && ends_headers(course, bytes))
    verdict = meet_headers(session, user, course);
  return verdict;
}

/* The stages before `message` that nothing but its end has shown: all of a message without an empty
 * line is its header section. */
static enum cmta_verdict meet_end(struct cmta_session *session, void *user, struct course *course) {
  enum cmta_verdict verdict = meet_chunk(session, user, course);
  if (verdict == CMTA_ACCEPT && !course->ended)
    verdict = meet_headers(session, user, course);
  return verdict;
}

/* Where each recipient has an answer of its own, that of the stages before is the same for all, and
 * nothing is taken for those whose reply cannot come any more. */
static enum cmta_verdict hook_message(struct cmta_session *session, void *user,
                                      const struct cmta_message *message) {
  struct course *course = cmta_session_data(session);
  struct moment moment = {.stage = STAGE_MESSAGE,
                          .session = session,
                          .message = message,
                          .promises = &course->promises};
  course->fresh = 0;
  if (course->rest == CMTA_ACCEPT)
    course->rest = meet_end(session, user, course);
  if (course->rest != CMTA_ACCEPT)
    return course->rest;
  enum cmta_verdict verdict = plan_meet(user, &moment);
  if (moment.mute)
    course->rest = CMTA_TEMPFAIL;
  return verdict;
}

/* ---- Commands that no hook of ours hears of ---- */

/* A command line as it was traced. */
struct line {
  struct cmta_slice verb;
  struct cmta_slice argument; /* without outer blanks */
};

static struct line split(struct cmta_slice text) {
  while (text.length && strchr(" \t\r\n", text.at[text.length - 1]))
    text.length--;
  size_t verb = 0;
  while (verb < text.length && text.at[verb] != ' ')
    verb++;
  struct line line = {{text.at, verb}, {text.at + verb, text.length - verb}};
  while (line.argument.length && *line.argument.at == ' ')
    line.argument.at++, line.argument.length--;
  return line;
}

/* A chunk of no octets that is not the last asks nobody at all. */
static void see_chunk(struct cmta_session *session, void *user, struct cmta_slice argument) {
  struct course *course = cmta_session_data(session);
  bool first = strcmp(cmta_session_phase(session), "chunks") != 0;
  bool empty = argument.length > 0 && strspn(argument.at, "0") == argument.length;
  if (first || !course)
    return;
  course->fresh = 0;
  if (empty)
    meet_part(session, user, course, STAGE_BDAT);
  else
    course->in_chunk = true;
}

/* Of a reply the first line is where its fate is known. */
static void see_reply(struct cmta_session *session, void *user, struct course *course,
                      struct cmta_slice text) {
  if (!course->in_reply)
    promises_settle(user, session, &course->promises, text);
  course->in_reply = text.length > 3 && text.at[3] == '-';
}

static void see_command(struct cmta_session *session, void *user, struct course *course,
                        struct cmta_slice text) {
  struct line line = split(text);
  if (course)
    course->in_chunk = false;
  if (cmta_slice_is_word(line.verb, "QUIT") && line.argument.length == 0)
    meet(session, user, STAGE_QUIT);
  else if (cmta_slice_is_word(line.verb, "EXPN") && line.argument.length)
    meet(session, user, STAGE_EXPN);
  else if (cmta_slice_is_word(line.verb, "ETRN") && line.argument.length)
    meet(session, user, STAGE_ETRN);
  else if (cmta_slice_is_word(line.verb, "BDAT"))
    see_chunk(session, user, line.argument);
}

static void hook_trace(struct cmta_session *session, void *user, enum cmta_direction direction,
                       struct cmta_slice text) {
  struct course *course = cmta_session_data(session);
  if (direction == CMTA_FROM_CLIENT)
    see_command(session, user, course, text);
  else if (course)
    see_reply(session, user, course, text);
}

int cmta_plan_add_to(struct cmta_plan *plan, struct cmta_server *server) {
  static const struct cmta_hooks hooks = {
      .size = sizeof hooks,
      .name = "faults",
      .session_new = session_new,
      .session_free = session_free,
      .connect = hook_connect,
      .hello = hook_hello,
      .starttls = hook_starttls,
      .auth = hook_auth,
      .mail = hook_mail,
      .rcpt = hook_rcpt,
      .data = hook_data,
      .chunk = hook_chunk,
      .message = hook_message,
      .rset = hook_command,
      .noop = hook_command_with,
      .vrfy = hook_command_with,
      .help = hook_command_with,
      .verb = hook_verb,
      .trace = hook_trace,
      .xclient = hook_told,
      .xforward = hook_told,
  };
  return plan && server ? cmta_server_add(server, &hooks, plan) : CMTA_E_ARGUMENT;
}

void cmta_plan_accepted(struct cmta_plan *plan, struct cmta_session *session) {
  meet(session, plan, STAGE_ACCEPT);
}
