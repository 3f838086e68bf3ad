/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_CHAIN_H
#define CMTA_ENGINE_CHAIN_H

/* The chain of hook sets: who has which hook, and news, which goes to all. Questions are
 * decide.c's. */

#include "engine/session.h"

/* The number of the first set from `from` on that has the hook at offset `hook` of struct
   cmta_hooks, or set_count when none has. */
size_t chain_next(const struct cmta_service *service, size_t from, size_t hook);

/* Whether any set has the hook. */
bool chain_has(const struct cmta_service *service, size_t hook);

/* Nanoseconds by the service's clock; 0 when there is none, or nobody who would be told. */
uint64_t chain_clock(const struct cmta_service *service);
uint64_t chain_now(const struct cmta_service *service);

/* News. */
void chain_tell_reset(struct cmta_session *session);
void chain_tell_closed(struct cmta_session *session, enum cmta_close_reason reason);
void chain_tell_trace(struct cmta_session *session, enum cmta_direction direction,
                      struct cmta_slice line);
void chain_tell_decided(struct cmta_session *session, const struct cmta_decision *decision);
void chain_tell_foresee(struct cmta_session *session, const struct cmta_foreseen *command);
void chain_tell_fragment(struct cmta_session *session, const struct cmta_fragment *fragment);

/* To the set that left the open question alone. */
void chain_tell_cancelled(struct cmta_session *session);

/* Makes the data of each set with the session, or with the transaction. False when a set has none
 * to give; what was made stays, to be freed with the rest. */
bool chain_make_session_data(struct cmta_session *session);
bool chain_make_transaction_data(struct cmta_session *session);

/* Destroys the data in attachments, one for each set of service. */
void chain_free_data(const struct cmta_service *service, struct attachment *attachments);

#endif
