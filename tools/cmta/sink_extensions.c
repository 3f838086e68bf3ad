/* SPDX-License-Identifier: MIT */
/* Reads lists of extensions (sink_extensions.h). */

#include "sink_extensions.h"

#include <string.h>

/* Takes a keyword, which may have a sign in front. */
static const char *read_word(unsigned *extensions, struct cmta_slice word) {
  bool off = *word.at == '-';
  size_t sign = off || *word.at == '+';
  unsigned bit = cmta_extension_bit((struct cmta_slice){word.at + sign, word.length - sign});
  *extensions = off ? *extensions & ~bit : *extensions | bit;
  return bit ? NULL : "names an extension that is not there; see --help";
}

const char *extensions_read(unsigned *extensions, const char *list) {
  static const char between[] = ", ";
  const char *wrong = list[strspn(list, between)] ? NULL : "names no extension";
  for (size_t length; !wrong && *(list += strspn(list, between)); list += length) {
    length = strcspn(list, between);
    wrong = read_word(extensions, (struct cmta_slice){list, length});
  }
  return wrong;
}

/* The library would say no more of it than that something is wrong, or would just not offer it. */
const char *extensions_check(const struct cmta_settings *settings) {
  unsigned extensions = settings->extensions;
  if ((extensions & CMTA_EXTENSION_SMTPUTF8) && !(extensions & CMTA_EXTENSION_8BITMIME))
    return "--extensions: SMTPUTF8 needs 8BITMIME";
  if ((extensions & CMTA_EXTENSION_BINARYMIME) && !(extensions & CMTA_EXTENSION_CHUNKING))
    return "--extensions: BINARYMIME needs CHUNKING";
  if ((extensions & CMTA_EXTENSION_FUTURERELEASE) && !settings->manners.submission)
    return "--extensions: FUTURERELEASE needs --submission";
  return NULL;
}
