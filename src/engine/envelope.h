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

/* Gives back all that an envelope owns. */
void envelope_release(struct memory *memory, struct cmta_envelope *envelope);

/* All that an envelope owns counts in another account from now on. */
void envelope_move(struct memory *from, struct memory *to, const struct cmta_envelope *envelope);

#endif
