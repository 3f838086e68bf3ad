/* SPDX-License-Identifier: MIT */

/* What is sent in a form of its own: messages, chunks, base64. */

#include "testkit/dialog.h"
#include "testkit/mime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- A message (RFC 5321 section 4.5.2) ---- */

static bool add_stuffed(struct octets *text, const char *message) {
  bool composed = true;
  while (composed && message && *message) {
    const char *end = strstr(message, "\r\n");
    size_t length = end ? (size_t)(end - message) : strlen(message);
    composed = octets_add_string(text, message[0] == '.' ? "." : "") &&
               octets_add(text, message, length) && octets_add_string(text, "\r\n");
    message += length + (end ? 2 : 0);
  }
  return composed;
}

const char *cmta_dialog_send_message(struct cmta_dialog *dialog, const char *message) {
  struct octets text = {0};
  bool composed = add_stuffed(&text, message) && octets_add_string(&text, ".\r\n");
  return dialog_send_text(dialog, &text, composed);
}

/* ---- A chunk ---- */

const char *cmta_dialog_send_chunk(struct cmta_dialog *dialog, const void *bytes, size_t length,
                                   bool last) {
  struct octets text = {0};
  char command[64];
  length = bytes ? length : 0;
  snprintf(command, sizeof command, "BDAT %zu%s\r\n", length, last ? " LAST" : "");
  bool composed = octets_add_string(&text, command) && octets_add(&text, bytes, length);
  return dialog_send_text(dialog, &text, composed);
}

/* ---- Base64 (RFC 4648 section 4) ---- */

const char *cmta_dialog_send_base64(struct cmta_dialog *dialog, const char *front,
                                    const void *bytes, size_t length) {
  struct octets text = {0};
  char *encoded =
      base64_new(bytes ? (struct cmta_slice){bytes, length} : (struct cmta_slice){"", 0});
  bool composed = encoded && octets_add_string(&text, front ? front : "") &&
                  octets_add_string(&text, encoded) && octets_add_string(&text, "\r\n");
  free(encoded);
  return dialog_send_text(dialog, &text, composed);
}
