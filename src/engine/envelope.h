/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_ENVELOPE_H
#define CMTA_ENGINE_ENVELOPE_H

/* The memory of a transaction: who owns which block. */

#include "engine/session.h"

/* An empty transaction for the session, which has none. False without memory. */
bool transaction_begin(struct cmta_session *session);

/* Frees the session's transaction, its data destroyed. NULL is ignored. */
void transaction_free(struct cmta_session *session);

/* Makes room for one more forward-path, so that accepting it cannot fail. False without memory. */
bool envelope_make_room(struct cmta_session *session);

/* The candidate becomes the last of the accepted forward-paths; there is room for it. */
void envelope_add_candidate(struct cmta_session *session);

/* Gives back what a path owns. */
void path_free(struct memory *memory, struct cmta_path *path);

/* Puts a slice of the message behind those kept. False without memory. */
bool message_keep(struct cmta_session *session, struct cmta_slice slice);

/* Gives back what is kept of the message, which will not be delivered. */
void message_forget(struct cmta_session *session);

#endif
