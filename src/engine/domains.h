/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_DOMAINS_H
#define CMTA_ENGINE_DOMAINS_H

/* The domains that the recipients of a session have had so far, where settings limit how many they
 * may be (RFC 9422 section 4.3). */

#include "engine/session.h"

/* Checks the domain of the forward-path in question, and makes room for it. REPLY_NONE, or why the
 * path cannot be accepted. */
enum reply_id domains_check(struct cmta_session *session);

/* The path was accepted: its domain counts. */
void domains_done(struct cmta_session *session);

/* It was not. */
void domains_undone(struct cmta_session *session);

/* Forgets them all. */
void domains_free(struct cmta_session *session);

#endif
