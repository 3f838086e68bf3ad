/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_SCENE_ANSWER_H
#define CMTA_TESTKIT_SCENE_ANSWER_H

#include <cmta/dialog.h>

/* Takes the first reply of what was said apart; code 0 when nothing was. */
void scene_read_reply(struct cmta_answer *answer, const char *said);

#endif
