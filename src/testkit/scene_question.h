/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_SCENE_QUESTION_H
#define CMTA_TESTKIT_SCENE_QUESTION_H

/* The questions that a scene can lead to. */

#include <stdbool.h>
#include <stddef.h>

/* How far a session is when a question is asked. */
enum scene_stage {
  STAGE_CONNECTING,
  STAGE_HANDSHAKE, /* behind STARTTLS */
  STAGE_GREETED,
  STAGE_READY,   /* no transaction runs */
  STAGE_ANY,     /* one runs if the scene has one */
  STAGE_MAIL,    /* MAIL was accepted */
  STAGE_RCPT,    /* all recipients were */
  STAGE_MESSAGE, /* the message comes */
};

struct scene_question {
  const char *name; /* of its hook */
  size_t hook;      /* where it stands in struct cmta_hooks */
  enum scene_stage stage;
  const char *verb;   /* what the client says in front of the argument */
  bool nobody_is_502; /* without a hook the command is 502 */
  bool is_silent;     /* to ACCEPT nothing is said */
};

/* The question of this name, or NULL. */
const struct scene_question *scene_question_of(const char *name);

#endif
