/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_MECHANISMS_H
#define CMTA_ENGINE_MECHANISMS_H

/* Lists of SASL mechanisms (RFC 4422 section 3.1): of a service and of a session, and which of them
 * a client is offered. */

#include "engine/session.h"

/* Octets of a mechanism's name with its NUL. */
enum { MECHANISM_SIZE = 21 };

/* Whether a list is as <cmta/settings.h> wants it; NULL is. */
bool mechanisms_are_sound(const char *list);

/* A list, made ready: all of its mechanisms and those that may be used in clear, each as the line
   of the EHLO reply; NULL for an empty one, and without memory. */
struct mechanisms *mechanisms_copy(const char *list, struct memory *memory);

/* Whether there is any mechanism at all, and somebody to ask about it. */
bool mechanisms_exist(const struct cmta_session *session);

/* The line that EHLO shows, or NULL where none is offered to this client now. */
const char *mechanisms_line(const struct cmta_session *session);

/* REPLY_NONE when the client may use the mechanism, whose name is given in any case of letters.
   Unless it is unknown, it is written into `name` in capitals. */
enum reply_id mechanism_check(const struct cmta_session *session, struct cmta_slice word,
                              char name[MECHANISM_SIZE]);

#endif
