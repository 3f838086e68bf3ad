/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_FRAGMENT_H
#define CMTA_ENGINE_FRAGMENT_H

/* News of what a client said that became no line of the dialogue. What may be a secret is not
 * shown, as in a trace. */

#include "engine/session.h"

/* A line that was too long has ended, and has been handed out. */
void fragment_tell_long(struct cmta_session *session, struct cmta_slice line);

/* The session will take nothing more: what it has of an unfinished line, and what was brought and
   not taken. Told once. */
void fragment_tell_rest(struct cmta_session *session);

#endif
