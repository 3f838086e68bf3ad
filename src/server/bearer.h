/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_BEARER_H
#define CMTA_SERVER_BEARER_H

/* What clients say to show a bearer token (RFC 6750 section 2.1): OAUTHBEARER (RFC 7628
 * section 3.1), and the older XOAUTH2, which has no RFC. Whether the token is good is for an
 * authenticator. */

#include <cmta/envelope.h>

/* One of the two ways to say it. */
struct bearer_form {
  /* Whether text is such a response; then user and token are slices of it. The user may be empty;
     the token comes without "Bearer". */
  bool (*read)(struct cmta_slice text, struct cmta_slice *user, struct cmta_slice *token);
  /* Undoes what the form writes otherwise in a user's name, in its place. NULL: nothing. */
  void (*decode)(char *user);
  /* What a client is told whose token is not good, and acknowledges. */
  const char *refusal;
};

/* The form of a mechanism; NULL for those that show no token. */
const struct bearer_form *bearer_form_of(const char *mechanism);

#endif
