/* SPDX-License-Identifier: MIT */

/* What is sent in a form of its own: messages, chunks, base64. */

#include "testkit/dialog.h"

#include <stdio.h>
#include <string.h>

/* ---- A message (RFC 5321 section 4.5.2) ---- */

static bool add_stuffed(struct dialog_text *text, const char *message) {
  bool composed = true;
  while (composed && message && *message) {
    const char *end = strstr(message, "\r\n");
    size_t length = end ? (size_t)(end - message) : strlen(message);
    composed = dialog_text_add_string(text, message[0] == '.' ? "." : "") &&
               dialog_text_add(text, message, length) && dialog_text_add_string(text, "\r\n");
    message += length + (end ? 2 : 0);
  }
  return composed;
}

const char *cmta_dialog_send_message(struct cmta_dialog *dialog, const char *message) {
  struct dialog_text text = {0};
  bool composed = add_stuffed(&text, message) && dialog_text_add_string(&text, ".\r\n");
  return dialog_send_text(dialog, &text, composed);
}

/* ---- A chunk ---- */

const char *cmta_dialog_send_chunk(struct cmta_dialog *dialog, const void *bytes, size_t length,
                                   bool last) {
  struct dialog_text text = {0};
  char command[64];
  length = bytes ? length : 0;
  snprintf(command, sizeof command, "BDAT %zu%s\r\n", length, last ? " LAST" : "");
  bool composed = dialog_text_add_string(&text, command) && dialog_text_add(&text, bytes, length);
  return dialog_send_text(dialog, &text, composed);
}

/* ---- Base64 (RFC 4648 section 4) ---- */

/* Up to three octets, as four characters. */
static bool add_group(struct dialog_text *text, const unsigned char *octets, size_t count) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  unsigned bits = (unsigned)octets[0] << 16;
  bits |= count > 1 ? (unsigned)octets[1] << 8 : 0;
  bits |= count > 2 ? (unsigned)octets[2] : 0;
  char group[4] = {alphabet[bits >> 18], alphabet[bits >> 12 & 63], '=', '='};
  if (count > 1)
    group[2] = alphabet[bits >> 6 & 63];
  if (count > 2)
    group[3] = alphabet[bits & 63];
  return dialog_text_add(text, group, sizeof group);
}

const char *cmta_dialog_send_base64(struct cmta_dialog *dialog, const char *front,
                                    const void *bytes, size_t length) {
  struct dialog_text text = {0};
  const unsigned char *octets = bytes;
  bool composed = dialog_text_add_string(&text, front ? front : "");
  for (size_t at = 0; composed && octets && at < length; at += 3)
    composed = add_group(&text, octets + at, length - at);
  composed = composed && dialog_text_add_string(&text, "\r\n");
  return dialog_send_text(dialog, &text, composed);
}
