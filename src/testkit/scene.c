/* SPDX-License-Identifier: MIT */

/* One question, put to the hooks as if all that comes before had been said: it is said, to a
 * session of two hook sets, where the first answers for the second until the question comes. */

#include "testkit/scene_answer.h"
#include "testkit/scene_gate.h"
#include "testkit/scene_question.h"

#include "testkit/dialog.h"
#include "testkit/sized.h"

#include <string.h>

/* A scene on its way. */
struct play {
  const struct scene_question *question;
  const char *argument;
  struct cmta_scene scene;
  struct cmta_hooks hooks; /* those in question, what an older program does not know being NULL */
  struct cmta_service *service;
  struct cmta_dialog *dialog;
  struct scene_gate gate;
};

static bool is_question(const struct play *play, const char *name) {
  return strcmp(play->question->name, name) == 0;
}

static bool is_line(const char *text) { return !text || !strpbrk(text, "\r\n"); }

static bool is_scene(const struct cmta_scene *scene) {
  bool good = is_line(scene->hello) && is_line(scene->sender);
  for (size_t i = 0; good && scene->recipients && scene->recipients[i]; i++)
    good = is_line(scene->recipients[i]);
  return good;
}

static int read_arguments(struct play *play, const struct cmta_hooks *hooks,
                          const struct cmta_scene *scene) {
  if (hooks && !sized_copy(&play->hooks, sizeof play->hooks, hooks, hooks->size))
    return CMTA_E_ARGUMENT;
  if (scene && !sized_copy(&play->scene, sizeof play->scene, scene, scene->size))
    return CMTA_E_ARGUMENT;
  bool is_message = play->question->stage == STAGE_MESSAGE;
  return is_scene(&play->scene) && (is_message || is_line(play->argument)) ? 0 : CMTA_E_ARGUMENT;
}

/* ---- The service ---- */

/* The moment that FUTURERELEASE goes by: the same in each run. */
static int64_t calendar(void *context) {
  (void)context;
  return 1767225600; /* 2026-01-01 */
}

/* Whatever a scene has in its parameters is offered. */
static struct cmta_settings generous(void) {
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.extensions |= CMTA_EXTENSION_BINARYMIME | CMTA_EXTENSION_DSN |
                         CMTA_EXTENSION_REQUIRETLS | CMTA_EXTENSION_DELIVERBY |
                         CMTA_EXTENSION_FUTURERELEASE | CMTA_EXTENSION_MT_PRIORITY |
                         CMTA_EXTENSION_RRVS | CMTA_EXTENSION_ETRN | CMTA_EXTENSION_PRDR;
  settings.auth_in_clear = true;
  settings.clock.calendar = calendar;
  return settings;
}

/* The hook in question, what makes and frees data, and `cancelled`: an answer put off may have left
 * something behind that only its own set can stop. */
static struct cmta_hooks tested_hooks(const struct play *play) {
  static const size_t kept[] = {
      offsetof(struct cmta_hooks, session_new),     offsetof(struct cmta_hooks, session_free),
      offsetof(struct cmta_hooks, transaction_new), offsetof(struct cmta_hooks, transaction_free),
      offsetof(struct cmta_hooks, cancelled),
  };
  struct cmta_hooks tested = {.size = sizeof tested, .name = play->hooks.name};
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
    scene_copy_hook(&tested, &play->hooks, kept[i]);
  scene_copy_hook(&tested, &play->hooks, play->question->hook);
  return tested;
}

/* Whether nobody answers the question. */
static bool is_unanswered(const struct play *play) {
  return play->question->nobody_is_502 && !scene_has_hook(&play->hooks, play->question->hook);
}

static int make_service(struct play *play, const struct cmta_settings *settings, void *user) {
  play->gate.question = play->question->name;
  play->gate.identity = play->scene.user;
  struct cmta_hooks gate = scene_gate_hooks(&play->gate, play->question->hook, is_unanswered(play));
  struct cmta_hooks tested = tested_hooks(play);
  struct cmta_settings usual = generous();
  int result = cmta_service_new(&play->service, settings ? settings : &usual, &gate, &play->gate);
  if (result == 0)
    result = cmta_service_add(play->service, &tested, user);
  return result < 0 ? result : 0;
}

/* ---- The session ---- */

static const char *or_usual(const char *given, const char *usual) { return given ? given : usual; }

static int make_session(struct play *play) {
  const struct cmta_peer peer = {or_usual(play->scene.peer, "192.0.2.1"), 49152};
  const struct cmta_peer local = {or_usual(play->scene.local, "192.0.2.25"), 25};
  return cmta_dialog_of_service(&play->dialog, play->service, &peer, &local);
}

/* Whom the client logs in with, or what the question is about where the settings have no
 * mechanisms.
 */
static int set_mechanisms(struct play *play, struct cmta_session *session,
                          const struct cmta_settings *settings) {
  if (play->scene.user)
    return cmta_session_set_mechanisms(session, "EXTERNAL");
  if (!is_question(play, "auth") || !play->argument || (settings && settings->mechanisms))
    return 0;
  char mechanism[32] = "";
  size_t length = strcspn(play->argument, " ");
  if (length == 0 || length >= sizeof mechanism)
    return CMTA_E_ARGUMENT;
  memcpy(mechanism, play->argument, length);
  return cmta_session_set_mechanisms(session, mechanism);
}

static enum cmta_tls_mode tls_mode(const struct play *play) {
  if (is_question(play, "secured"))
    return CMTA_TLS_OFFERED;
  if (play->scene.tls)
    return CMTA_TLS_IMPLICIT;
  return is_question(play, "starttls") ? CMTA_TLS_OFFERED : CMTA_TLS_OFF;
}

/* What a runtime says before a session runs. */
static int prepare(struct play *play, const struct cmta_settings *settings) {
  struct cmta_session *session = cmta_dialog_session(play->dialog);
  struct cmta_manners manners = *cmta_session_manners(session);
  manners.lmtp |= play->scene.lmtp;
  manners.submission |= play->scene.submission;
  int result = cmta_session_set_manners(session, &manners);
  if (result == 0)
    result = cmta_session_set_tls(session, tls_mode(play));
  cmta_session_set_trust(session, is_question(play, "xclient")    ? CMTA_TRUST_XCLIENT
                                  : is_question(play, "xforward") ? CMTA_TRUST_XFORWARD
                                                                  : 0);
  return result == 0 ? set_mechanisms(play, session, settings) : result;
}

/* ---- What is said ---- */

static void say(struct play *play, const char *verb, const char *argument) {
  struct octets line = {0};
  bool composed = octets_add_string(&line, verb) &&
                  octets_add_string(&line, argument ? argument : "") &&
                  octets_add_string(&line, "\r\n");
  dialog_send_text(play->dialog, &line, composed);
}

/* Whether what was said last was taken: a 2yz or 3yz came of it. */
static bool was_taken(const struct play *play) {
  const char *said = cmta_dialog_said(play->dialog);
  return said[0] == '2' || said[0] == '3';
}

static bool say_before(struct play *play, const char *verb, const char *argument) {
  say(play, verb, argument);
  return was_taken(play);
}

static void open_session(struct play *play) {
  if (tls_mode(play) == CMTA_TLS_IMPLICIT)
    cmta_dialog_secure(play->dialog, play->scene.tls);
  else
    cmta_dialog_send(play->dialog, NULL);
}

static const char *hello_verb(const struct play *play) {
  if (cmta_session_manners(cmta_dialog_session(play->dialog))->lmtp && !play->scene.plain_hello)
    return "LHLO ";
  return play->scene.plain_hello ? "HELO " : "EHLO ";
}

static const char *hello_name(const struct play *play) {
  return or_usual(play->scene.hello, "client.example");
}

static bool greet(struct play *play) {
  open_session(play);
  return was_taken(play);
}

static bool introduce(struct play *play) {
  if (!say_before(play, hello_verb(play), hello_name(play)))
    return false;
  if (play->question->stage == STAGE_HANDSHAKE)
    return say_before(play, "STARTTLS", NULL);
  return !play->scene.user || say_before(play, "AUTH EXTERNAL =", NULL);
}

static const char *sender(const struct play *play) {
  return or_usual(play->scene.sender, "<sender@example.org>");
}

static size_t recipient_count(const struct play *play) {
  size_t count = 0;
  while (play->scene.recipients && play->scene.recipients[count])
    count++;
  return count;
}

/* The recipients before the question: not the one that is asked about. */
static bool name_recipients(struct play *play) {
  size_t count = recipient_count(play);
  bool is_usual = !play->scene.recipients && play->question->stage >= STAGE_RCPT;
  if (count && is_question(play, "rcpt") && !play->argument)
    count--;
  bool taken = !is_usual || say_before(play, "RCPT TO:", "<recipient@example.net>");
  for (size_t i = 0; taken && i < count; i++)
    taken = say_before(play, "RCPT TO:", play->scene.recipients[i]);
  return taken;
}

static bool has_transaction(const struct play *play) {
  return play->question->stage >= STAGE_MAIL ||
         (play->question->stage == STAGE_ANY && (play->scene.sender || play->scene.recipients));
}

/* All that comes before the question; false when something of it was not taken. */
static bool lead_up(struct play *play) {
  enum scene_stage stage = play->question->stage;
  if (stage > STAGE_CONNECTING && !greet(play))
    return false;
  if (stage != STAGE_CONNECTING && stage != STAGE_GREETED && !introduce(play))
    return false;
  if (has_transaction(play) &&
      (!say_before(play, "MAIL FROM:", sender(play)) || !name_recipients(play)))
    return false;
  return stage != STAGE_MESSAGE || say_before(play, "DATA", NULL);
}

/* What is said for the question, where it is a line. */
static void say_question(struct play *play) {
  const char *verb = play->question->verb, *argument = play->argument;
  if (is_question(play, "hello")) {
    verb = hello_verb(play);
    argument = or_usual(argument, hello_name(play));
  } else if (is_question(play, "mail")) {
    argument = or_usual(argument, sender(play));
  } else if (is_question(play, "rcpt") && !argument) {
    size_t count = recipient_count(play);
    argument = count ? play->scene.recipients[count - 1] : "<recipient@example.net>";
  }
  say(play, verb, argument);
}

static const char *message(const struct play *play) {
  if (play->argument)
    return play->argument;
  return or_usual(play->scene.message, "From: <sender@example.org>\r\n"
                                       "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n"
                                       "Subject: test\r\n\r\ntext\r\n");
}

static void put_question(struct play *play) {
  play->gate.armed = true;
  if (play->question->stage == STAGE_CONNECTING)
    open_session(play);
  else if (play->question->stage == STAGE_HANDSHAKE)
    cmta_dialog_secure(play->dialog, play->scene.tls);
  else if (play->question->stage == STAGE_MESSAGE)
    cmta_dialog_send_message(play->dialog, message(play));
  else
    say_question(play);
}

/* ---- What is answered ---- */

static bool is_open(const struct play *play) {
  unsigned wants = cmta_session_wants(cmta_dialog_session(play->dialog));
  return play->gate.armed && !play->gate.answered && (wants & CMTA_WANTS_DECISION);
}

/* The reply to a message is none to the question in the middle of it. */
static void hear(struct play *play, struct cmta_answer *answer) {
  bool accepted = play->gate.verdict == CMTA_ACCEPT || play->gate.verdict == CMTA_TAKE;
  answer->verdict = play->gate.verdict;
  answer->corrected = play->gate.corrected;
  if (accepted && play->question->is_silent)
    scene_read_reply(answer, "");
}

static int conclude(struct play *play, struct cmta_answer *answer) {
  if (play->dialog->error)
    return play->dialog->error;
  scene_read_reply(answer, cmta_dialog_said(play->dialog));
  if (play->gate.answered) {
    hear(play, answer);
    return 0;
  }
  if (is_open(play)) {
    answer->verdict = CMTA_LATER;
    return 0;
  }
  answer->verdict = CMTA_REJECT;
  return answer->code == 502 && play->gate.armed && is_unanswered(play) ? 0 : CMTA_E_ARGUMENT;
}

int cmta_scene_ask(const struct cmta_settings *settings, const struct cmta_hooks *hooks, void *user,
                   const struct cmta_scene *scene, const char *question, const char *argument,
                   struct cmta_answer *answer) {
  if (answer)
    *answer = (struct cmta_answer){0};
  if (!question || !answer || !scene_question_of(question))
    return CMTA_E_ARGUMENT;
  struct play play = {.question = scene_question_of(question), .argument = argument};
  int result = read_arguments(&play, hooks, scene);
  if (result == 0)
    result = make_service(&play, settings, user);
  if (result == 0)
    result = make_session(&play);
  if (result == 0)
    result = prepare(&play, settings);
  if (result == 0 && lead_up(&play))
    put_question(&play);
  if (result == 0)
    result = conclude(&play, answer);
  cmta_dialog_free(play.dialog);
  cmta_service_free(play.service);
  return result;
}
