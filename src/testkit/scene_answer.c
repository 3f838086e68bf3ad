/* SPDX-License-Identifier: MIT */

/* Replies, taken apart: code, enhanced status code (RFC 2034), text. */

#include "testkit/scene_answer.h"

#include "testkit/dialog.h"
#include "testkit/enhanced.h"

#include <stdlib.h>
#include <string.h>

/* Octets of the enhanced status code that a line's text begins with, which has the class of the
 * reply code; or 0. */
static size_t enhanced_length(const char *text, char reply_class) {
  size_t length = strcspn(text, " \n");
  bool is_code = text[0] == reply_class && text[length] == ' ' &&
                 is_enhanced((struct cmta_slice){text, length});
  return is_code ? length : 0;
}

static void add(struct cmta_answer *answer, const char *bytes, size_t length) {
  size_t have = strlen(answer->text), room = sizeof answer->text - 1 - have;
  memcpy(answer->text + have, bytes, length < room ? length : room);
}

/* One line without its LF: "250-2.1.0 text". */
static void read_line(struct cmta_answer *answer, const char *line, size_t length) {
  size_t front = length > 4 ? 4 : length;
  size_t enhanced = enhanced_length(line + front, line[0]);
  memset(answer->enhanced, 0, sizeof answer->enhanced);
  memcpy(answer->enhanced, line + front, enhanced);
  front += enhanced ? enhanced + 1 : 0;
  add(answer, line + front, length - front);
}

void scene_read_reply(struct cmta_answer *answer, const char *said) {
  const char *end = dialog_behind_reply(said);
  answer->code = atoi(said);
  memset(answer->enhanced, 0, sizeof answer->enhanced);
  memset(answer->text, 0, sizeof answer->text);
  while (said < end) {
    size_t length = strcspn(said, "\n");
    read_line(answer, said, length);
    said += length + (said[length] == '\n');
    if (said < end)
      add(answer, "\n", 1);
  }
}
