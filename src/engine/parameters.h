/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_PARAMETERS_H
#define CMTA_ENGINE_PARAMETERS_H

/* The parameters of MAIL and RCPT: which there are, when they are offered, and what they mean (RFC
 * 5321 section 4.1.1.11). */

#include "engine/session.h"

/* Reads the raw parameters of the command in hand, an event MAIL or RCPT, into a block that path
   will own, and checks each: well-formed, offered, given once, its value right. What they say goes
   into envelope. REPLY_NONE, or what is wrong. */
enum reply_id parameters_take(struct cmta_session *session, struct cmta_path *path,
                              struct cmta_envelope *envelope);

/* True for the keyword of a parameter that is built in, in any case of letters. */
bool parameter_is_built_in(struct cmta_slice keyword);

#endif
