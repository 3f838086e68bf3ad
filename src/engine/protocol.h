/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_PROTOCOL_H
#define CMTA_ENGINE_PROTOCOL_H

/* The protocol words of the Received field's "with" (RFC 3848, RFC 6531 section 4.3). */

/* What a word depends on, as bits. */
enum protocol_fact {
  PROTOCOL_AUTH = 1 << 0,  /* the client is authenticated (RFC 4954) */
  PROTOCOL_TLS = 1 << 1,   /* the connection is encrypted (RFC 3207) */
  PROTOCOL_ESMTP = 1 << 2, /* the client said EHLO */
  PROTOCOL_LMTP = 1 << 3,  /* the client said LHLO (RFC 2033) */
  PROTOCOL_UTF8 = 1 << 4   /* MAIL came with SMTPUTF8; counts beside ESMTP or LMTP alone */
};

/* The word for these facts, a static string. Plain SMTP has one word, whatever the other facts:
   none is registered for it with TLS. */
const char *protocol_word(unsigned facts);

#endif
