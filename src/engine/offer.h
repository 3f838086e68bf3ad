/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_OFFER_H
#define CMTA_ENGINE_OFFER_H

/* What one session is offered after EHLO: the extensions that are built in, the rows of
 * settings.keywords, and the edits that hooks made (cmta_ehlo_offer(), cmta_ehlo_withhold()). */

#include "engine/session.h"

/* Octets of a line that the library writes itself, with its NUL: the longest is that of LIMITS. */
enum { OFFER_LINE = 64 };

/* The built-in extensions that settings and hooks have chosen for the session, bits of enum
 * cmta_extension. Before EHLO and after HELO they are those of the settings. */
unsigned offer_chosen(const struct cmta_session *session);

/* Of these, those that can be had now. */
unsigned offer_extensions(const struct cmta_session *session);

/* True when the session is offered this row of settings.keywords now. */
bool offer_has(const struct cmta_session *session, const struct cmta_keyword *row);

/* Octets that what is offered adds to the lines of a command, by its event (RFC 5321
 * section 4.5.3.1.4). */
size_t offer_octets(const struct cmta_session *session, int event);

/* The next line of the EHLO reply; false at the end. *cursor is 0 before the first; line may lie in
 * text, which stays untouched from then on. */
bool offer_next(const struct cmta_session *session, size_t *cursor, char text[OFFER_LINE],
                struct cmta_slice *line);

/* The greeting in question is accepted: its edits, if there are any, are the session's. */
void offer_accept(struct cmta_session *session);

/* It is refused, or over: its edits are forgotten. */
void offer_drop_candidate(struct cmta_session *session);

#endif
