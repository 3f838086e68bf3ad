/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_HELLO_H
#define CMTA_ENGINE_HELLO_H

/* The beginning of a session: the connection, HELO, EHLO and LHLO (RFC 5321
 * sections 3.1, 3.2, 4.1.1.1). Functions of rows in verbs.c. */

#include "engine/session.h"

enum reply_id connect_check(struct cmta_session *session);
enum cmta_verdict connect_ask(struct cmta_session *session, const struct hook_set *set);
enum reply_id hello_check(struct cmta_session *session);
enum cmta_verdict hello_ask(struct cmta_session *session, const struct hook_set *set);
void helo_done(struct cmta_session *session);
void ehlo_done(struct cmta_session *session);
void hello_undone(struct cmta_session *session);

#endif
