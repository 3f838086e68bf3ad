/* SPDX-License-Identifier: MIT */
#ifndef DIALOGS_DELIVERED_H
#define DIALOGS_DELIVERED_H

/* What the `message` question showed, kept for later; and, where the application takes messages,
 * the message itself. What is not as it should be is returned as a text, else NULL. */

#include "dialogue.h"

struct delivered {
  struct text content;
  struct text from;
  struct text to;
  struct text typed;
  struct text facts; /* peer, protocol, name of the client */
  uint64_t size;
  struct cmta_message *taken; /* the message itself, when it was */
};

/* Fills kept, all zero before, with what the message says; `chunks` is what the slices said, and
 * its content where the message is not kept. */
const char *delivered_fill(struct delivered *kept, const struct cmta_message *message,
                           const struct text *chunks);

/* Takes the message in question; lenient: there may be no memory for that. */
const char *delivered_take(struct delivered *kept, struct cmta_session *session, bool lenient);

/* Reads a message that was taken once more, and frees it. */
const char *delivered_release(struct delivered *kept);

/* Frees all that is kept. */
void delivered_clear(struct delivered *kept);

#endif
