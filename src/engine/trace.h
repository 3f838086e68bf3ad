/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_TRACE_H
#define CMTA_ENGINE_TRACE_H

/* News to the application. */

#include "engine/session.h"

/* Tells the trace hook, if there is one, of a line of the dialogue. */
void trace_line(struct cmta_session *session, enum cmta_direction direction,
                struct cmta_slice line);

/* Whether AUTH stands where a line begins, or was meant to, and *shown, how many octets may be
   shown. Some clients end a line with CR or LF alone: what they say behind that would be a command,
   too. */
bool trace_finds_auth(struct cmta_slice text, size_t *shown);

/* Whether what follows text, of which more is not known, may make its last line AUTH. */
bool trace_may_go_on_as_auth(struct cmta_slice text);

/* A command line, with its row or NULL. What may be a client's secret is not shown: the response
 * that AUTH comes with, and what is no command once AUTH was said. */
void trace_command_line(struct cmta_session *session, struct cmta_slice line,
                        const struct verb *verb);

/* A line of an authentication exchange. */
void trace_response_line(struct cmta_session *session, struct cmta_slice line);

#endif
