/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_SHOWN_H
#define CMTA_ENGINE_SHOWN_H

/* What built-in lines of the EHLO reply show of the settings. */

#include "engine/extensions.h"
#include "engine/offer.h"

/* The line of an extension, which may lie in text; NULL where it has nothing to show. */
const char *shown_line(const struct cmta_settings *settings, const struct extension *extension,
                       char text[OFFER_LINE]);

/* True when all that is to be shown can be. */
bool shown_is_sound(const struct cmta_settings *settings);

#endif
