/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_MIME_H
#define CMTA_TESTKIT_MIME_H

/* What a message says (RFC 5322, RFC 2045 to 2047), whatever is wrong with it. Any thread. */

#include <cmta/envelope.h>

/* A header field. Strings of UTF-8. */
struct content_field {
  char *name;
  char *value; /* unfolded, decoded, without outer blanks */
};

struct content {
  struct content_field *fields; /* in order */
  size_t field_count;
  char *text; /* what a reader would see, lines ended by LF */
};

/* Whether lines begin as a header field does (RFC 5322 section 2.2), blanks before the colon
 * (section 4.5.3) included. */
bool content_is_field(struct cmta_slice lines);

/* Bytes in base64 (RFC 4648 section 4), without line ends. NULL without memory; to be freed with
 * free(). */
char *base64_new(struct cmta_slice bytes);

/* Reads a message; bytes are borrowed until this returns. NULL without memory. */
struct content *content_read(struct cmta_slice bytes);

/* Frees it. NULL is ignored. */
void content_free(struct content *content);

/* The first field of that name, in any case of letters, behind field `before` (NULL: from the
 * start); or NULL. */
const struct content_field *content_next(const struct content *content,
                                         const struct content_field *before, const char *name);

#endif
