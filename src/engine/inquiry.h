/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_INQUIRY_H
#define CMTA_ENGINE_INQUIRY_H

/* Commands that change nothing: NOOP, VRFY, EXPN, HELP, and ETRN (RFC 1985; RFC 5321
 * sections 3.5, 4.1.1.6 to 4.1.1.9). Functions of rows in verbs.c. */

#include "engine/session.h"

enum cmta_verdict noop_ask(struct cmta_session *session, const struct hook_set *set);
enum reply_id inquiry_check(struct cmta_session *session);
enum cmta_verdict vrfy_ask(struct cmta_session *session, const struct hook_set *set);
enum cmta_verdict expn_ask(struct cmta_session *session, const struct hook_set *set);
enum cmta_verdict etrn_ask(struct cmta_session *session, const struct hook_set *set);
enum reply_id help_check(struct cmta_session *session);
enum cmta_verdict help_ask(struct cmta_session *session, const struct hook_set *set);
void help_done(struct cmta_session *session);

#endif
