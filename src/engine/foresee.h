/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_FORESEE_H
#define CMTA_ENGINE_FORESEE_H

/* The hook `foresee`: commands that wait behind an open question are told ahead. */

#include "engine/session.h"

/* Tells the complete command lines of input, which waits behind the open question, that have not
   been told yet. Takes nothing, keeps nothing but how far it has looked. */
void foresee(struct cmta_session *session, struct cmta_slice input);

/* True while a question is open and lines behind those that are known could be told. */
bool foresee_wants_more(const struct cmta_session *session);

#endif
