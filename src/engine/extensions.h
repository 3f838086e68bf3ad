/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_EXTENSIONS_H
#define CMTA_ENGINE_EXTENSIONS_H

/* What EHLO offers: one row an extension (RFC 5321 section 2.2, 4.1.1.1). */

#include "engine/reply.h"

/* The bits of all rows. */
unsigned extension_all(void);

/* The line of the row number `index` among those that settings offer, in text of size octets; false
 * when there are not so many. */
bool extension_line(const struct cmta_settings *settings, size_t index, char *text, size_t size);

/* Octets that the offered extensions add to the command line of a verb, by its event (RFC 5321
 * section 4.5.3.1.4). */
size_t extension_octets(const struct cmta_settings *settings, int event);

#endif
