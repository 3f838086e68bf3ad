/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_AUTH_H
#define CMTA_ENGINE_AUTH_H

/* Authentication exchanges (RFC 4954). The engine frames them: mechanism and responses come out of
 * base64 here, challenges go into it; what they mean is for the hook `auth`. */

#include "engine/mechanisms.h"

/* Octets of a line of an exchange with its CR LF (RFC 4954 section 4). */
enum { AUTH_LINE = 12288 };

/* True while bytes of the client may be secrets: somebody may be asked about them. */
bool auth_is_possible(const struct cmta_session *session);

/* AUTH: what verbs.h says of a row. */
enum reply_id auth_check(struct cmta_session *session);
enum cmta_verdict auth_ask(struct cmta_session *session, const struct hook_set *set);
bool auth_is_complete(const struct cmta_session *session);
void auth_done(struct cmta_session *session);
void auth_undone(struct cmta_session *session);
void auth_rejected(struct cmta_session *session);

/* Sends the challenge and waits for the next response. */
void auth_challenge(struct cmta_session *session);

/* Takes a response, a line without its CR LF: REPLY_NONE, or why the exchange is over. */
enum reply_id auth_respond(struct cmta_session *session, struct cmta_slice line);

/* Forgets the exchange in hand, its secrets wiped. */
void auth_drop(struct cmta_session *session);

/* Forgets who the client is. */
void auth_forget(struct cmta_session *session);

/* The client is known by this name from now on, as somebody trusted says; false without memory. */
bool auth_believe(struct cmta_session *session, const char *user);

/* Whether a name is one that cmta_session_set_identity() takes. */
bool auth_is_name(const char *name);

#endif
