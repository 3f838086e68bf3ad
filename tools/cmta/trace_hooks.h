/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_TRACE_HOOKS_H
#define CMTA_TOOLS_TRACE_HOOKS_H

/* An application that answers as the hook lines of a dialogue say, and accepts what they do not
 * mention. It remembers nothing and prints nothing. */

#include <dialogue.h>

struct trace_script {
  const struct dialogue *dialogue;
  size_t reached; /* how many steps of it have been read: hook lines behind them do not count yet */
  bool *used;     /* for each step, whether it has answered; the caller's */
};

/* The hooks that play a script, to be given to a service with the script as `user`. */
struct cmta_hooks trace_hooks(const struct dialogue *dialogue);

/* The question of a row of settings.verbs, with the script as its `user`. */
enum cmta_verdict trace_row(struct cmta_session *session, void *user, const struct cmta_verb *verb,
                            struct cmta_slice argument);

/* Composes the reply of an answer; 0 or the library's error. */
int trace_compose(struct cmta_session *session, const struct answer *answer);

/* Makes the edit of the reply to EHLO that this step is; once, and nothing where it is none. */
void trace_edit(struct trace_script *script, struct cmta_session *session, size_t step);

#endif
