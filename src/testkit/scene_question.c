/* SPDX-License-Identifier: MIT */

/* The questions that a scene can lead to: a row each. */

#include "testkit/scene_question.h"

#include <cmta/hooks.h>

#include <string.h>

static const struct scene_question questions[] = {
    {"connect", offsetof(struct cmta_hooks, connect), STAGE_CONNECTING, "", false, false},
    {"hello", offsetof(struct cmta_hooks, hello), STAGE_GREETED, "", false, false},
    {"starttls", offsetof(struct cmta_hooks, starttls), STAGE_READY, "STARTTLS", false, false},
    {"secured", offsetof(struct cmta_hooks, secured), STAGE_HANDSHAKE, "", false, true},
    {"auth", offsetof(struct cmta_hooks, auth), STAGE_READY, "AUTH ", true, false},
    {"mail", offsetof(struct cmta_hooks, mail), STAGE_READY, "MAIL FROM:", false, false},
    {"rcpt", offsetof(struct cmta_hooks, rcpt), STAGE_MAIL, "RCPT TO:", false, false},
    {"data", offsetof(struct cmta_hooks, data), STAGE_RCPT, "DATA", false, false},
    {"chunk", offsetof(struct cmta_hooks, chunk), STAGE_MESSAGE, "", false, true},
    {"headers", offsetof(struct cmta_hooks, headers), STAGE_MESSAGE, "", false, true},
    {"message", offsetof(struct cmta_hooks, message), STAGE_MESSAGE, "", false, false},
    {"rset", offsetof(struct cmta_hooks, rset), STAGE_ANY, "RSET", false, false},
    {"noop", offsetof(struct cmta_hooks, noop), STAGE_ANY, "NOOP ", false, false},
    {"vrfy", offsetof(struct cmta_hooks, vrfy), STAGE_ANY, "VRFY ", false, false},
    {"expn", offsetof(struct cmta_hooks, expn), STAGE_ANY, "EXPN ", true, false},
    {"help", offsetof(struct cmta_hooks, help), STAGE_ANY, "HELP ", false, false},
    {"verb", offsetof(struct cmta_hooks, verb), STAGE_ANY, "", false, false},
    {"xclient", offsetof(struct cmta_hooks, xclient), STAGE_READY, "XCLIENT ", false, false},
    {"xforward", offsetof(struct cmta_hooks, xforward), STAGE_READY, "XFORWARD ", false, false},
    {"etrn", offsetof(struct cmta_hooks, etrn), STAGE_READY, "ETRN ", true, false},
};

const struct scene_question *scene_question_of(const char *name) {
  for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
    if (strcmp(questions[i].name, name) == 0)
      return &questions[i];
  return NULL;
}
