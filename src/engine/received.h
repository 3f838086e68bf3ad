/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_RECEIVED_H
#define CMTA_ENGINE_RECEIVED_H

/* The Received field (RFC 5321 section 4.4), which the service may want in front of each message,
 * and the name that a transaction may have in it. */

#include "engine/session.h"

/* True while the message in hand lacks the field that the service wants. */
bool received_is_due(const struct cmta_session *session);

/* Lays the field out as the slice in hand, the first of the message. REPLY_NONE, or why the message
 * cannot be taken: the clock gives no date, or there is no memory. */
enum reply_id received_lay_out(struct cmta_session *session);

#endif
