/* SPDX-License-Identifier: MIT */

/* Where encoded words stand. */

#include "testkit/words.h"

#include <stdbool.h>
#include <string.h>

static const char blanks[] = " \t";

/* Where the encoded word ends that begins here (section 2), or NULL. *closed: no other one can be
 * decoded together with it. */
static const char *behind_word(const char *text, bool *closed) {
  static const char ends[] = "? \t";
  if (strncmp(text, "=?", 2) != 0)
    return NULL;
  const char *encoding = text + 2 + strcspn(text + 2, ends);
  if (*encoding != '?' || !encoding[1] || encoding[2] != '?')
    return NULL;
  const char *octets = encoding + 3;
  size_t length = strcspn(octets, ends);
  if (octets[length] != '?' || octets[length + 1] != '=')
    return NULL;
  bool padded = length % 4 != 0 || (length && octets[length - 1] == '=');
  *closed = padded && strchr("bB", encoding[1]);
  return octets + length + 2;
}

size_t words_together(const char *text, size_t *next) {
  bool closed, ignored;
  const char *at = text;
  while ((at = strstr(at, "=?"))) {
    const char *end = behind_word(at, &closed);
    if (!end) {
      at += 2;
      continue;
    }
    const char *following = end + strspn(end, blanks);
    if (closed && behind_word(following, &ignored)) {
      *next = (size_t)(following - text);
      return (size_t)(end - text);
    }
    at = end;
  }
  return *next = strlen(text);
}
