/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_STARTTLS_H
#define CMTA_ENGINE_STARTTLS_H

/* TLS as the engine knows it (RFC 3207): a command, a time in which the runtime has the connection
 * for itself, and the event that it is done. */

#include "engine/verbs.h"

/* Whether the runtime is to do a handshake: nothing of the client is read meanwhile, and nothing is
 * said to it. */
bool starttls_is_waited_for(const struct cmta_session *session);

/* STARTTLS and SECURED: what verbs.h says of a row. */
enum cmta_verdict starttls_ask(struct cmta_session *session, const struct hook_set *set);
void starttls_done(struct cmta_session *session);
enum reply_id secured_check(struct cmta_session *session);
enum cmta_verdict secured_ask(struct cmta_session *session, const struct hook_set *set);

#endif
