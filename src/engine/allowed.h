/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_ALLOWED_H
#define CMTA_ENGINE_ALLOWED_H

/* Which commands may come next: cmta_session_allowed(), and the 503 of a command that may not. */

#include "engine/session.h"

/* Sends REPLY_OUT_OF_SEQUENCE with the names of the commands that may come now. */
void allowed_reply(struct cmta_session *session);

#endif
