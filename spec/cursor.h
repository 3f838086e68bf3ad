/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SPEC_CURSOR_H
#define CMTA_SPEC_CURSOR_H

/* The grammars read `const unsigned char *`, because a plain char may be signed; the rest of the
 * engine has `const char *`. These two functions are the only way between them. */

#include <cmta/envelope.h>

/* text, to be read by a grammar. */
static inline const unsigned char *cursor_at(const char *text) {
  return (const unsigned char *)text;
}

/* The bytes from `from` up to `to`, which does not belong to them. */
static inline struct cmta_slice cursor_slice(const unsigned char *from, const unsigned char *to) {
  return (struct cmta_slice){.at = (const char *)from, .length = (size_t)(to - from)};
}

#endif
