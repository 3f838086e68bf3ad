/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_OUTPUT_H
#define CMTA_ENGINE_OUTPUT_H

/* The octets that wait to be sent. They hold no memory once they are gone. */

#include "engine/session.h"

/* Puts bytes behind the output. Without memory the session fails. */
void output_add(struct cmta_session *session, const char *bytes, size_t length);

/* Octets that a session with this ceiling keeps for its replies, whatever else it holds. */
size_t output_reserve(size_t ceiling);

/* True when so much waits to be sent that the session must not answer more commands before. */
bool output_is_full(const struct cmta_session *session);

#endif
