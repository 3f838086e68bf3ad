/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_MESSAGE_H
#define CMTA_ENGINE_MESSAGE_H

/* The bytes of a message: kept in memory, or in a file of the application's store once they are
 * too many for that. What users see of a message is in the same source; taking it is take.c's. */

#include "engine/replies.h"
#include "engine/session.h"

/* The session's transaction has a message, empty so far. */
void message_begin(struct cmta_session *session);

/* Puts a slice of the message behind those kept. False when there is neither memory nor a file with
 * room. */
bool message_keep(struct cmta_session *session, struct cmta_slice slice);

/* The message is complete: all that belongs into its file is put there. False without room. */
bool message_complete(struct cmta_session *session);

/* Gives back what is kept of the message, which will not be delivered. */
void message_forget(struct cmta_session *session);

/* Gives back the bytes of a message, its file ended. */
void message_release(struct cmta_message *message);

/* The message was accepted: whoever has claimed it gets it. REPLY_NONE, or what the client is to
   hear because it was not taken after all. */
enum reply_id message_hand_over(struct cmta_session *session);

/* Forgets who has claimed it. */
void message_unclaim(struct cmta_session *session);

#endif
