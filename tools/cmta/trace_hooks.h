/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_TRACE_HOOKS_H
#define CMTA_TOOLS_TRACE_HOOKS_H

/* An application that answers as the hook lines of a dialogue say, each hook set for itself, and
 * accepts what they do not mention. It prints nothing. */

#include <agenda.h>

struct trace_script;

/* One hook set: the `user` of its hooks. */
struct trace_set {
  struct trace_script *script;
  struct agenda agenda;
};

struct trace_script {
  const struct dialogue *dialogue;
  struct trace_set sets[DIALOGUE_SETS];
  struct cmta_message *taken; /* the last message that was, or NULL */
  struct text traced;         /* the client's line that the hook `trace` was told of last */
};

/* Points the sets to their script. */
void trace_script_init(struct trace_script *script, const struct dialogue *dialogue);

/* Makes a service of these settings with the chain of the dialogue; 0 or the library's error. */
int trace_service(struct cmta_service **service, struct trace_script *script,
                  const struct cmta_settings *settings);

/* The question of a row of settings.verbs, with the first set as its `user`. */
enum cmta_verdict trace_row(struct cmta_session *session, void *user, const struct cmta_verb *verb,
                            struct cmta_slice argument);

#endif
