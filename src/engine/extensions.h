/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_EXTENSIONS_H
#define CMTA_ENGINE_EXTENSIONS_H

/* What is built in of what EHLO offers: one row an extension (RFC 5321 section 2.2, 4.1.1.1). Which
 * of them a session is offered is offer.h's. */

#include <cmta/session.h>

struct extension {
  enum cmta_extension bit;
  const char *keyword;
  /* What its RFC adds to the length of MAIL and of RCPT: RFC 1870 section 3 (5), RFC 6531
     section 3.1 (7), RFC 4954 section 3 (8), RFC 3030 section 3, RFC 8689 section 2, RFC 2852
     section 4, RFC 4865 section 3, RFC 6710 section 3, RFC 7293 section 3. RFC 3461 says how long
     the values may be (ENVID and ORCPT 100 and 500 octets); with blank, keyword and '=' these and
     the longest RET and NOTIFY are the numbers here; a parameter without an RFC adds its own
     octets. RFC 6152 adds nothing. */
  size_t mail_octets, rcpt_octets;
};

/* How many rows there are, and each by its number. */
size_t extension_count(void);
const struct extension *extension_row(size_t index);

/* The bits of all rows. */
unsigned extension_all(void);

/* Octets that the extensions of these bits add to the command line of a verb, by its event (RFC
 * 5321 section 4.5.3.1.4). */
size_t extension_octets(unsigned bits, int event);

#endif
