/* SPDX-License-Identifier: MIT */

/* Transcripts, line by line, without their times. */

#include "lines.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

void lines_expect(struct cmta_recorder *recorder, uint64_t connection, const char *const *lines) {
  char *text = cmta_recorder_text(recorder, connection, CMTA_TRANSCRIPT_TEXT), *rest;
  cr_assert_not_null(text);
  for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
    const char *said = strchr(line, ' ') + 2;
    bool skips = *lines && strcmp(*lines, "...") == 0;
    const char *next = skips ? lines[1] : *lines;
    if (next && strncmp(said, next, strlen(next)) == 0)
      lines += skips ? 2 : 1;
    else
      cr_assert(skips, "in place of %s: %s", next ? next : "the end", said);
  }
  cr_expect_null(*lines, "missing: %s", *lines);
  free(text);
}
