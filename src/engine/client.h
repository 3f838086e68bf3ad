/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_CLIENT_H
#define CMTA_ENGINE_CLIENT_H

/* Whose session it is: both ends of the connection, where others than its sockets say. */

#include "engine/session.h"

/* Copies both ends into the session, in place of what it has; either may be one that it has. False
 * without memory; then nothing has changed. */
bool client_set_ends(struct cmta_session *session, const struct cmta_peer *peer,
                     const struct cmta_peer *local);

#endif
