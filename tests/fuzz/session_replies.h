/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_SESSION_REPLIES_H
#define FUZZ_SESSION_REPLIES_H

/* What replies to a client's bytes must look like, and how many there must be: a second opinion
 * that knows of commands little but where their lines end, and which octets are none. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Owned bytes that grow; without memory the program ends. */
struct bytes {
  char *at;
  size_t length;
};

void bytes_add(struct bytes *bytes, const char *more, size_t length);
bool bytes_equal(const struct bytes *a, const struct bytes *b);
void bytes_free(struct bytes *bytes);

/* Each line is a code of 200 to 599, a blank or hyphen, printable ASCII (or UTF-8, where utf8) and
   CR LF, at most 512 octets, a 334 12288; the lines of one reply have one code; the last reply is
   complete (RFC 5321 section 4.2). */
bool replies_well_formed(const struct bytes *output, bool utf8);

/* One reply for the greeting, one for each line up to its CR LF, for BDAT behind the octets that it
   announces, and after a 354 one for the message up to its CR LF . CR LF; in that order, and no
   other (RFC 5321 section 4.3.2). The message, also one whose end is BDAT LAST, has one for each
   RCPT that was accepted behind the last MAIL where that is lmtp (RFC 2033 section 4.2); and
   without it, behind a 353, one for each and one more. Where BDAT must not come it has one. A
   session that is over may leave the rest unanswered, and say one thing more in the middle of a
   message, or unasked. */
bool replies_match(const struct bytes *output, const uint8_t *client, size_t length, bool over,
                   bool unasked, bool lmtp);

/* Whether bytes are one Received field: lines of at most 998 octets without control bytes, ended by
   CR LF, all but the first begun by a tab and none blank; with its date behind the last ';'. */
bool field_well_formed(const char *bytes, size_t length);

#endif
