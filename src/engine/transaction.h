/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_TRANSACTION_H
#define CMTA_ENGINE_TRANSACTION_H

/* The mail transaction: MAIL, RCPT, DATA, the message, RSET (RFC 5321 section 3.3). Functions of
 * rows in verbs.c, and what ends it. */

#include "engine/session.h"

enum reply_id mail_check(struct cmta_session *session);
enum cmta_verdict mail_ask(struct cmta_session *session, const struct hook_set *set);
void mail_done(struct cmta_session *session);
void mail_undone(struct cmta_session *session);

enum reply_id rcpt_check(struct cmta_session *session);
enum cmta_verdict rcpt_ask(struct cmta_session *session, const struct hook_set *set);
void rcpt_done(struct cmta_session *session);
void rcpt_undone(struct cmta_session *session);

enum cmta_verdict data_ask(struct cmta_session *session, const struct hook_set *set);
void data_done(struct cmta_session *session);

enum reply_id slice_check(struct cmta_session *session);
enum cmta_verdict slice_ask(struct cmta_session *session, const struct hook_set *set);
enum reply_id message_check(struct cmta_session *session);
enum cmta_verdict message_ask(struct cmta_session *session, const struct hook_set *set);
void message_done(struct cmta_session *session);
void message_undone(struct cmta_session *session);

enum cmta_verdict rset_ask(struct cmta_session *session, const struct hook_set *set);
void rset_done(struct cmta_session *session);

/* Forgets the running transaction, if there is one, its message not accepted: `reset` is told. */
void transaction_drop(struct cmta_session *session);

#endif
