/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_DIALOG_H
#define CMTA_TESTKIT_DIALOG_H

/* A conversation, inside. */

#include "testkit/octets.h"

#include <cmta/dialog.h>

struct cmta_dialog {
  struct cmta_service *service; /* its own, or NULL */
  struct cmta_session *session;
  struct octets pending; /* sent, and not taken yet */
  struct octets sent;    /* last */
  struct octets said;    /* last, without the CRs */
  struct octets failure;
  bool failed;
  int code;
  int error; /* 0 or CMTA_E_MEMORY: then it is over */
};

/* Where the dialogue has no memory it is over. */
void dialog_fail(struct cmta_dialog *dialog);

/* Sends the bytes of text, unless it could not be `composed`, and frees it. */
const char *dialog_send_text(struct cmta_dialog *dialog, struct octets *text, bool composed);

/* What follows the first reply of said, the last line of which has no '-' behind its code. */
const char *dialog_behind_reply(const char *said);

#endif
