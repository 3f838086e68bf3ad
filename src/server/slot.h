/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_SLOT_H
#define CMTA_SERVER_SLOT_H

/* Where a server keeps which questions tickets were taken for. Slots change on the loop's thread
 * alone and under the lock, but for `answered`. */

#include "server/server.h"

/* The slot of a good ticket, or NULL. On the loop's thread, or under the lock. */
struct slot *slot_of(const struct tickets *tickets, struct cmta_ticket ticket);

/* The same while nobody has answered. Under the lock. */
struct slot *slot_unanswered(const struct tickets *tickets, struct cmta_ticket ticket);

/* The slot of the question in hand of a connection, or NULL. On the loop's thread. */
struct slot *slot_in_hand(const struct connection *connection);

/* Opens a slot for the question in hand of a connection; false without memory. Under the lock. */
bool slot_open(struct cmta_server *server, struct connection *connection);

/* Frees the slot that *place is the number of, a link of its connection's list. Under the lock. */
void slot_free(struct cmta_server *server, uint32_t *place);

#endif
