/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_SCENE_CHECK_H
#define CMTA_TESTKIT_SCENE_CHECK_H

/* Which scenes can be. */

#include <cmta/dialog.h>

/* Whether text, unless it is NULL, can be said in one line. */
bool scene_is_line(const char *text);

/* Whether each text of a scene can be what it is meant to be. Whether the server takes it is not
 * asked. */
bool scene_is_sound(const struct cmta_scene *scene);

#endif
