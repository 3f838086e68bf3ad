/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_VISIBLE_H
#define CMTA_TESTKIT_VISIBLE_H

/* Octets of others, fit for logs and terminals. */

#include <cmta/envelope.h>

/* The octets of the character beyond ASCII that bytes, at least one, begin with; 0 when that is
 * none to be shown. */
size_t visible_length(struct cmta_slice bytes);

/* How many octets visible() makes of one, at most. */
enum { VISIBLE_MOST = 4 };

/* Writes bytes to text, which has room for VISIBLE_MOST * length + 1 octets: printable ASCII as it
   is, '\' as "\\", CR, LF and HT as "\r", "\n" and "\t", others as "\x1b". utf8: characters beyond
   ASCII stay as they are, but for controls and those that are not seen or turn the direction of
   what is. Returns the length; a NUL follows. */
size_t visible(struct cmta_slice bytes, bool utf8, char *text);

#endif
