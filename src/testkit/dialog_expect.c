/* SPDX-License-Identifier: MIT */

/* Whether a conversation goes as expected, and what to tell a person when it does not. */

#include "testkit/dialog.h"

#include <stdio.h>
#include <string.h>

/* Octets of what was sent and said that a failure shows. */
enum { MOST_SHOWN = 2000 };

/* ---- The text of a failure ---- */

static bool add_octet(struct octets *text, char octet) {
  char shown[8] = {octet};
  if (octet == '\\')
    snprintf(shown, sizeof shown, "\\\\");
  else if (octet == '\r')
    snprintf(shown, sizeof shown, "\\r");
  else if (octet == '\t')
    snprintf(shown, sizeof shown, "\\t");
  else if (octet < ' ' || octet > '~')
    snprintf(shown, sizeof shown, "\\x%02x", (unsigned)(unsigned char)octet);
  return octets_add_string(text, shown);
}

/* The first line behind a label, the others below it. */
static bool add_lines(struct octets *text, const char *label, const char *bytes, size_t length) {
  size_t most = length < MOST_SHOWN ? length : MOST_SHOWN;
  bool added = octets_add_string(text, label);
  if (length == 0)
    return added && octets_add_string(text, "(nothing)");
  for (size_t at = 0; added && at < most; at++) {
    if (bytes[at] != '\n')
      added = add_octet(text, bytes[at]);
    else if (at + 1 < most)
      added = octets_add_string(text, "\n          ");
  }
  return added && octets_add_string(text, length > most ? " ..." : "");
}

/* What was sent, as lines: CR LF is an end like any other. */
static bool add_sent(struct octets *text, const struct octets *sent) {
  struct octets lines = {0};
  bool added = true;
  for (size_t at = 0; added && at < sent->length; at++)
    if (sent->at[at] != '\r' || sent->at[at + 1] != '\n')
      added = octets_add(&lines, sent->at + at, 1);
  added = added && add_lines(text, "sent:     ", lines.at, lines.length);
  octets_free(&lines);
  return added;
}

/* What could be written stays when memory ends. */
static void describe(struct cmta_dialog *dialog, const char *reply) {
  struct octets *text = &dialog->failure;
  const char *said = dialog->error ? cmta_strerror(dialog->error) : cmta_dialog_said(dialog);
  bool all = add_sent(text, &dialog->sent) && octets_add_string(text, "\n") &&
             add_lines(text, "expected: ", reply, strlen(reply)) && octets_add_string(text, "\n") &&
             add_lines(text, "said:     ", said, strlen(said));
  (void)all;
}

const char *cmta_dialog_failure(const struct cmta_dialog *dialog) {
  if (!dialog->failed)
    return NULL;
  return dialog->failure.at ? dialog->failure.at : cmta_strerror(CMTA_E_UNEXPECTED);
}

/* ---- Expectations ---- */

/* A line of `expected` for each reply. */
static bool is_expected(const char *said, const char *expected) {
  while (*expected) {
    size_t length = strcspn(expected, "\n");
    if (!*said || strncmp(said, expected, length) != 0)
      return false;
    said = dialog_behind_reply(said);
    expected += length + (expected[length] == '\n');
  }
  return !*said;
}

int cmta_dialog_expect_reply(struct cmta_dialog *dialog, const char *reply) {
  if (dialog->error == 0 && reply && is_expected(cmta_dialog_said(dialog), reply))
    return 0;
  if (!dialog->failed)
    describe(dialog, reply ? reply : "NULL, which is no reply");
  dialog->failed = true;
  if (dialog->error)
    return dialog->error;
  return reply ? CMTA_E_UNEXPECTED : CMTA_E_ARGUMENT;
}

int cmta_dialog_expect(struct cmta_dialog *dialog, const char *line, const char *reply) {
  cmta_dialog_send(dialog, line);
  return cmta_dialog_expect_reply(dialog, reply);
}
