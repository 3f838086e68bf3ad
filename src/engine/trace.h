/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_TRACE_H
#define CMTA_ENGINE_TRACE_H

/* News to the application. */

#include "engine/session.h"

/* Tells the trace hook, if there is one, of a line of the dialogue. */
void trace_line(struct cmta_session *session, enum cmta_direction direction,
                struct cmta_slice line);

#endif
