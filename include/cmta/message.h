/* SPDX-License-Identifier: MIT */
#ifndef CMTA_MESSAGE_H
#define CMTA_MESSAGE_H

/*
 * A message whose last octet is in: what the `message` question is about.
 *
 * Its bytes are there when the setting `collect` is on (it is, by default): in memory up to
 * `max_message_memory`, beyond that in a file of `store`, which in a server is an unnamed temporary
 * one. They can be read as one span or slice by slice, and look the same either way.
 *
 * A message is valid until its question is answered. Whoever needs it for longer, another thread
 * say, takes it over with cmta_message_take().
 */

#include <cmta/envelope.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cmta_session;
struct cmta_peer;
struct cmta_message;

/* ---- Facts ---- */

/* The envelope the message came in. Never NULL; this and what follows lives as long as the message.
 */
CMTA_API const struct cmta_envelope *cmta_message_envelope(const struct cmta_message *message);

/* Who sent it. Never NULL. */
CMTA_API const struct cmta_peer *cmta_message_peer(const struct cmta_message *message);

/* The name that the client gave with HELO or EHLO. */
CMTA_API struct cmta_slice cmta_message_hello_name(const struct cmta_message *message);

/* The protocol word, as cmta_session_protocol(). */
CMTA_API const char *cmta_message_protocol(const struct cmta_message *message);

/* Octets of the message: after dot-unstuffing, CR LF of each line counted, the final dot not (RFC
 * 1870 section 3); a Received field that the library has added counted too. */
CMTA_API uint64_t cmta_message_size(const struct cmta_message *message);

/* ---- Bytes ---- */

/* The message as one span, exactly as sent, dot-unstuffed (RFC 5321 section 4.5.2). 0; CMTA_E_STATE
   when the setting `collect` is off: then its bytes have gone through the `chunk` question and are
   not kept; likewise when the message was taken by a hook set before; CMTA_E_SYSTEM when a message
   in a file cannot be mapped; CMTA_E_ARGUMENT. The span lives as long as
   the message. */
CMTA_API int cmta_message_data(const struct cmta_message *message, struct cmta_slice *data);

/* The message slice by slice, in little memory whatever its size. *position is 0 for the first one
   and is moved on. 1 with a slice that is valid until the next call for this message, 0 at the end;
   CMTA_E_STATE as above, CMTA_E_SYSTEM when its file cannot be read, CMTA_E_MEMORY,
   CMTA_E_ARGUMENT for a position beyond the end. A slice has 64 KiB at most. */
CMTA_API int cmta_message_next(const struct cmta_message *message, uint64_t *position,
                               struct cmta_slice *slice);

/* ---- Keeping it ---- */

/* Takes the message in question out of its session, with its envelope, its facts and its bytes,
   without copying them: *message then belongs to the caller, may be read on any one thread,
   outlives session, service and server, and is freed with cmta_message_free(). For the hook
   `message` and while that question is open. 0, CMTA_E_STATE when no such question is open or it
   was taken before, CMTA_E_ARGUMENT, CMTA_E_MEMORY: then nothing has changed.

   The question still wants its answer, which changes nothing for who took the message: refusing
   means only that the client keeps it too, and so does a client that goes away before the answer.
   What the session has left is an empty envelope (cmta_session_envelope()) and a message of no
   octets: those see it that ask the session, and the hook sets behind this one, whose
   cmta_message_data() and cmta_message_next() give CMTA_E_STATE. So the set that takes a message
   should be the last, or answer CMTA_TAKE. Where each recipient has an answer of its own the
   message is still taken once, and what is asked later of other recipients is asked of what is
   left. */
CMTA_API int cmta_message_take(struct cmta_session *session, struct cmta_message **message);

/* The same for when it is known that the message is accepted: given(context, message) is called
   then, on the session's thread as inside a hook, before the reply is made, of several the last;
   until then session and hook sets see it as it is. Where each recipient has an answer of its own
   one claim is for all of them, and the message is given when the last answer is known and one of
   them was to accept, or when the client goes away after such a one. Not called when it is refused
   after all. `given` may read the message, keep or free it; not call what runs or asks the session.
   It returns 0, or the code that the client hears instead of each acceptance that it has not heard
   yet: 452 for want of room, 451 for any other trouble (RFC 5321 section 4.2.3); the message is its
   own either way. For the hook `message` and while that question is open. 0, CMTA_E_STATE likewise,
   or when it was claimed before; CMTA_E_ARGUMENT, CMTA_E_MEMORY. */
CMTA_API int cmta_message_claim(struct cmta_session *session,
                                int (*given)(void *context, struct cmta_message *message),
                                void *context);

/* Frees a message that was taken. NULL is ignored, and so is one that was not. On any thread. The
   allocator and the store of the settings, with what their contexts point to, must still be there.
 */
CMTA_API void cmta_message_free(struct cmta_message *message);

#ifdef __cplusplus
}
#endif

#endif
