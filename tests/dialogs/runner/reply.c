/* SPDX-License-Identifier: MIT */
/* Whether bytes are replies as RFC 5321 section 4.2 wants them. */
#include "play.h"

#include <string.h>

/* The reply lines after EHLO and 354 carry what they like; all must look like this. */
static const char *line_fault(const char *line, size_t length) {
  const bool challenges = length >= 4 && memcmp(line, "334 ", 4) == 0;
  if (length > (challenges ? 12286 : 510))
    return "a reply line has more than 512 octets";
  if (length < 4 || strspn(line, "0123456789") != 3 || line[0] < '2' || line[0] > '5')
    return "a reply line does not begin with a code";
  if (line[3] != ' ' && line[3] != '-')
    return "a reply code is followed by neither blank nor hyphen";
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
      return "a reply line holds a control byte";
  return NULL;
}

const char *reply_fault(const struct text *output) {
  const char *line = output->at;
  const char *end = output->length == 0 ? line : line + output->length;
  const char *open = NULL;
  while (line < end) {
    const char *next = memchr(line, '\n', (size_t)(end - line));
    if (next == NULL || next == line || next[-1] != '\r')
      return "a reply line does not end in CR LF";
    const char *fault = line_fault(line, (size_t)(next - line) - 1);
    if (fault != NULL)
      return fault;
    if (open != NULL && memcmp(open, line, 3) != 0)
      return "the lines of one reply have different codes";
    open = line[3] == '-' ? line : NULL;
    line = next + 1;
  }
  return open == NULL ? NULL : "a reply has no last line";
}
