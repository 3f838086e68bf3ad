/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_MANNERS_H
#define CMTA_ENGINE_MANNERS_H

/* How a session treats its client: <cmta/manners.h>, checked. */

#include <cmta/manners.h>

/* Whether its size is a known one, and each field one of its values. */
bool manners_are_sound(const struct cmta_manners *manners);

#endif
