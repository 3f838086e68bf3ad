/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_LINE_H
#define CMTA_ENGINE_LINE_H

/* From a command line to its event: what the grammar knows, and the verbs of the application's own.
 */

#include "engine/verbs.h"

/* How the grammar is to be read for this client now: enum command_manner. */
unsigned line_manner(const struct cmta_session *session);

/* Reads a complete line. Its event, or a command_fault; verb is its row, or NULL where it has none;
   command is filled, its argument with all that follows the verb for a verb of the application's
   own. Changes nothing in the session. */
int line_read(const struct cmta_session *session, struct cmta_slice line, struct command *command,
              const struct verb **verb);

#endif
