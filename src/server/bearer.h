/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_BEARER_H
#define CMTA_SERVER_BEARER_H

/* What clients say to show a bearer token (RFC 6750 section 2.1): OAUTHBEARER (RFC 7628
 * section 3.1), and the older XOAUTH2, which has no RFC. Whether the token is good is for an
 * authenticator. */

#include <cmta/envelope.h>

/* Slices of what was said. */
struct bearer {
  struct cmta_slice
      user; /* OAUTHBEARER: as RFC 5801 section 4 writes it ("=2C" for ","); or empty */
  struct cmta_slice token; /* without "Bearer" */
};

/* Whether text is such a response; then bearer is filled in. */
bool bearer_read_oauthbearer(struct cmta_slice text, struct bearer *bearer);
bool bearer_read_xoauth2(struct cmta_slice text, struct bearer *bearer);

#endif
