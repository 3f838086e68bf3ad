/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_PUMP_H
#define CMTA_ENGINE_PUMP_H

/* Where events come from: the pump finds the next one, wherever it is due, and steps the chart with
 * it. */

#include "engine/session.h"

/* What a reader says instead of an event: it has come to the end of what can be read now, or has
 * read something that is no event. */
enum { READ_STOP = 0, READ_AGAIN = -1 };

/* For readers: an event is in hand, its row, and the reply that accepting it sends. Returns it. */
int pump_begin(struct cmta_session *session, int event);

/* An event of a message that cannot be accepted any more; why is said at its end. */
int pump_begin_refused(struct cmta_session *session, int event, enum reply_id why);

/* The client is told of an error at once. READ_AGAIN. */
int pump_complain(struct cmta_session *session, enum reply_id id);

/* The name of an event in spec/event.h, verb being its row or NULL; "" for none. */
const char *event_name(int event, const struct verb *verb);

#endif
