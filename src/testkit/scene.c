/* SPDX-License-Identifier: MIT */

/* One question, put to the hooks as if all that comes before had been said: it is said, to a
 * session of two hook sets, where the first answers for the second until the question comes. */

#include "testkit/scene_answer.h"
#include "testkit/scene_check.h"
#include "testkit/scene_gate.h"
#include "testkit/scene_memory.h"
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
  struct cmta_settings settings;
  struct scene_memory *memory;
  struct cmta_service *service;
  struct cmta_dialog *dialog;
  struct scene_gate gate;
};

static bool is_question(const struct play *play, const char *name) {
  return strcmp(play->question->name, name) == 0;
}

/* ---- What is asked for ---- */

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

static int read_arguments(struct play *play, const struct cmta_settings *settings,
                          const struct cmta_hooks *hooks, const struct cmta_scene *scene) {
  play->settings = generous();
  if (settings)
    cmta_settings_init(&play->settings);
  if (settings && !sized_copy(&play->settings, sizeof play->settings, settings, settings->size))
    return CMTA_E_ARGUMENT;
  if (hooks && !sized_copy(&play->hooks, sizeof play->hooks, hooks, hooks->size))
    return CMTA_E_ARGUMENT;
  if (scene && !sized_copy(&play->scene, sizeof play->scene, scene, scene->size))
    return CMTA_E_ARGUMENT;
  bool is_message = play->question->stage == STAGE_MESSAGE;
  bool is_said = is_message || scene_is_line(play->argument);
  return is_said && scene_is_sound(&play->scene) ? 0 : CMTA_E_ARGUMENT;
}

/* ---- The service ---- */

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

static int make_service(struct play *play, void *user) {
  play->memory = scene_memory_new(&play->settings.allocator);
  if (!play->memory)
    return CMTA_E_MEMORY;
  play->settings.allocator = scene_memory_allocator(play->memory);
  play->gate.question = play->question->name;
  play->gate.identity = play->scene.user;
  struct cmta_hooks gate = scene_gate_hooks(&play->gate, play->question->hook, is_unanswered(play));
  struct cmta_hooks tested = tested_hooks(play);
  int result = cmta_service_new(&play->service, &play->settings, &gate, &play->gate);
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
static int set_mechanisms(struct play *play, struct cmta_session *session) {
  if (play->scene.user)
    return cmta_session_set_mechanisms(session, "EXTERNAL");
  if (!is_question(play, "auth") || !play->argument || play->settings.mechanisms)
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
static int prepare(struct play *play) {
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
  return result == 0 ? set_mechanisms(play, session) : result;
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

static int perform(struct play *play, void *user, struct cmta_answer *answer) {
  int result = make_service(play, user);
  if (result == 0)
    result = make_session(play);
  if (result == 0)
    result = prepare(play);
  if (result == 0 && lead_up(play))
    put_question(play);
  return result == 0 ? conclude(play, answer) : result;
}

/* Without memory a client is refused this or that, which is no answer. */
static int end(struct play *play, int result, struct cmta_answer *answer) {
  if (play->memory && scene_memory_failed(play->memory))
    result = CMTA_E_MEMORY;
  if (result == CMTA_E_MEMORY)
    *answer = (struct cmta_answer){0};
  cmta_dialog_free(play->dialog);
  cmta_service_free(play->service);
  scene_memory_free(play->memory);
  return result;
}

int cmta_scene_ask(const struct cmta_settings *settings, const struct cmta_hooks *hooks, void *user,
                   const struct cmta_scene *scene, const char *question, const char *argument,
                   struct cmta_answer *answer) {
  if (answer)
    *answer = (struct cmta_answer){0};
  if (!question || !answer || !scene_question_of(question))
    return CMTA_E_ARGUMENT;
  struct play play = {.question = scene_question_of(question), .argument = argument};
  int result = read_arguments(&play, settings, hooks, scene);
  return result == 0 ? end(&play, perform(&play, user, answer), answer) : result;
}
