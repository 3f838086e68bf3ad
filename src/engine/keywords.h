/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_KEYWORDS_H
#define CMTA_ENGINE_KEYWORDS_H

/* The application's table of EHLO keywords and parameters (settings.keywords): checked and copied
 * once for a service. What a session offers of it is offer.h's. */

#include "engine/memory.h"

/* True when the table can be offered: each row well-formed, none of them twice or built in. */
bool keywords_are_sound(const struct cmta_settings *settings);

/* A copy of the table with its strings and words, in one block; NULL without memory. The table is
 * not empty. */
struct cmta_keyword *keywords_copy(const struct cmta_settings *settings, struct memory *memory);

/* Octets that all rows together add to the lines of a command, by its event. */
size_t keywords_octets(const struct cmta_settings *settings, int event);

/* The row whose line has this keyword, or NULL. */
const struct cmta_keyword *keywords_find_line(const struct cmta_settings *settings,
                                              struct cmta_slice keyword);

/* The command bit of an event: enum cmta_parameter_commands, 0 for other events. */
unsigned keyword_command(int event);

/* True for a line of the EHLO reply: printable ASCII, not too long, a keyword in front (RFC 5321
 * section 4.1.1.1). */
bool keyword_is_line(const char *line);

/* The keyword in front of a line. */
struct cmta_slice keyword_of_line(const char *line);

/* The sum, or SIZE_MAX where it is too great for one. */
size_t octets_sum(size_t one, size_t other);

#endif
