/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_OWN_VERBS_H
#define CMTA_ENGINE_OWN_VERBS_H

/* Verbs of the application's own (settings.verbs): the rows that a service makes of them, and what
 * those rows say beyond verbs.c's. */

#include "engine/verbs.h"

/* Whether settings.verbs is as <cmta/extend.h> wants it. */
bool own_verbs_are_sound(const struct cmta_settings *settings);

/* Lays out the service's rows: those that are built in, and a copy of settings.verbs, which must be
   sound, if there are any. False without memory. */
bool own_verbs_copy(struct cmta_service *service, struct memory *memory);

/* Gives back what own_verbs_copy() took. */
void own_verbs_free(struct cmta_service *service, struct memory *memory);

/* Whether such a verb takes this argument, which the grammar found free of control bytes but HT.
   manner: enum command_manner. */
bool own_verb_takes(struct cmta_slice argument, unsigned manner);

/* Whether a verb may come in a phase, as far as its own row says; the chart may forbid it still. */
bool own_verb_comes_in(const struct verb *verb, unsigned phase);

/* REPLY_NONE, or why the command in hand, which has an own row, may not come now by that row. more:
   bytes have come behind it. */
enum reply_id own_verb_guard(const struct cmta_session *session, bool more);

/* Asks the hook `verb` of a set. */
enum cmta_verdict own_verb_ask(struct cmta_session *session, const struct hook_set *set);

#endif
