/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_SECTION_H
#define CMTA_ENGINE_SECTION_H

/* The header section of a message (RFC 5322 section 2.1), kept from its first octet until the
 * `headers` question is over; nothing of it is kept where no hook set asks for it. */

#include "engine/session.h"

/* A message begins: its header section is wanted if a hook set has the hook. */
void section_begin(struct cmta_session *session);

/* Keeps a slice, while the section is wanted. False without memory. */
bool section_keep(struct cmta_session *session, struct cmta_slice slice);

/* The section is not wanted any more. */
void section_forget(struct cmta_session *session);

/* The row of HEADERS. */
enum reply_id headers_check(struct cmta_session *session);
enum cmta_verdict headers_ask(struct cmta_session *session, const struct hook_set *set);
void headers_done(struct cmta_session *session);

#endif
