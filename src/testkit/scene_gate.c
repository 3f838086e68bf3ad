/* SPDX-License-Identifier: MIT */

/* The hook set in front of the one that is tested. Before its question it takes all questions over,
 * so that nobody behind it is asked; then it accepts once, and the one behind it decides. */

#include "testkit/scene_gate.h"

#include <cmta/session.h>

#include <string.h>

static enum cmta_verdict pass(struct scene_gate *gate) {
  gate->over = gate->passed;
  bool passes = gate->armed && !gate->passed;
  gate->passed |= passes;
  return passes ? CMTA_ACCEPT : CMTA_TAKE;
}

static void on_decided(struct cmta_session *session, void *user,
                       const struct cmta_decision *decision) {
  struct scene_gate *gate = user;
  (void)session;
  if (!gate->armed || gate->over || gate->answered || !decision->final ||
      strcmp(decision->question, gate->question) != 0)
    return;
  gate->answered = true;
  gate->verdict = decision->verdict;
  gate->corrected = decision->corrected;
}

/* The hooks that have no more to say than that; three kinds of them. */

static enum cmta_verdict on_command(struct cmta_session *session, void *user) {
  (void)session;
  return pass(user);
}

static enum cmta_verdict on_text(struct cmta_session *session, void *user, struct cmta_slice text) {
  (void)session;
  (void)text;
  return pass(user);
}

static enum cmta_verdict on_path(struct cmta_session *session, void *user,
                                 const struct cmta_path *path) {
  (void)session;
  (void)path;
  return pass(user);
}

static enum cmta_verdict on_message(struct cmta_session *session, void *user,
                                    const struct cmta_message *message) {
  (void)session;
  (void)message;
  return pass(user);
}

static enum cmta_verdict on_verb(struct cmta_session *session, void *user,
                                 const struct cmta_verb *verb, struct cmta_slice argument) {
  (void)session;
  (void)verb;
  (void)argument;
  return pass(user);
}

static enum cmta_verdict on_client(struct cmta_session *session, void *user,
                                   const struct cmta_client *client) {
  (void)session;
  (void)client;
  return pass(user);
}

/* Who logs in before the question is who the scene says. */
static enum cmta_verdict on_auth(struct cmta_session *session, void *user,
                                 const struct cmta_auth *auth) {
  struct scene_gate *gate = user;
  (void)auth;
  if (gate->armed)
    return pass(gate);
  if (!gate->identity || cmta_session_set_identity(session, gate->identity, NULL) != 0)
    return CMTA_REJECT;
  return CMTA_TAKE;
}

static const struct cmta_hooks all = {.size = sizeof all,
                                      .connect = on_command,
                                      .hello = on_text,
                                      .starttls = on_command,
                                      .secured = on_command,
                                      .auth = on_auth,
                                      .mail = on_path,
                                      .rcpt = on_path,
                                      .data = on_command,
                                      .chunk = on_text,
                                      .headers = on_text,
                                      .message = on_message,
                                      .rset = on_command,
                                      .noop = on_text,
                                      .vrfy = on_text,
                                      .expn = on_text,
                                      .help = on_text,
                                      .verb = on_verb,
                                      .xclient = on_client,
                                      .xforward = on_client,
                                      .etrn = on_text};

void scene_copy_hook(struct cmta_hooks *to, const struct cmta_hooks *from, size_t place) {
  memcpy((char *)to + place, (const char *)from + place, sizeof(void (*)(void)));
}

bool scene_has_hook(const struct cmta_hooks *hooks, size_t place) {
  void (*found)(void);
  memcpy(&found, (const char *)hooks + place, sizeof found);
  return found != NULL;
}

struct cmta_hooks scene_gate_hooks(const struct scene_gate *gate, size_t place, bool closed) {
  struct cmta_hooks hooks = {.size = sizeof hooks, .name = "scene", .decided = on_decided};
  if (gate->identity)
    hooks.auth = on_auth;
  if (!closed)
    scene_copy_hook(&hooks, &all, place);
  return hooks;
}
