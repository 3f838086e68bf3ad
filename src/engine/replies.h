/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_REPLIES_H
#define CMTA_ENGINE_REPLIES_H

/* Every reply that the library sends on its own: one table of codes and texts (RFC 5321
 * section 4.2.3, RFC 3463, RFC 5248). */

#include <stdbool.h>

enum reply_id {
  REPLY_NONE = 0, /* no reply is sent */

  /* Success. */
  REPLY_GREETING,
  REPLY_GOODBYE,
  REPLY_HELLO,
  REPLY_OK,
  REPLY_RESET,
  REPLY_SENDER_OK,
  REPLY_RECIPIENT_OK,
  REPLY_START_MAIL,
  REPLY_CHUNK_OK,
  REPLY_MESSAGE_OK,
  REPLY_FOR_EACH,
  REPLY_HELP,
  REPLY_CANNOT_VERIFY,
  REPLY_LIST_NOT_SHOWN,
  REPLY_QUEUING_STARTED,
  REPLY_START_TLS,
  REPLY_AUTHENTICATED,

  /* What the client got wrong. */
  REPLY_UNKNOWN_COMMAND,
  REPLY_GARBAGE,
  REPLY_LINE_TOO_LONG,
  REPLY_BAD_ARGUMENTS,
  REPLY_BAD_SENDER,
  REPLY_BAD_RECIPIENT,
  REPLY_BAD_PARAMETER,
  REPLY_DUPLICATE_PARAMETER,
  REPLY_UNKNOWN_PARAMETER,
  REPLY_OUT_OF_SEQUENCE,
  REPLY_NOT_LAST,
  REPLY_BDAT_NEEDED,
  REPLY_TLS_NEEDED,
  REPLY_TLS_ALREADY,
  REPLY_EHLO_NEEDED,
  REPLY_LHLO_NEEDED,
  REPLY_AUTHENTICATION_NEEDED,
  REPLY_AUTHENTICATED_ALREADY,
  REPLY_NOT_TRUSTED,
  REPLY_MECHANISM_UNKNOWN,
  REPLY_MECHANISM_NEEDS_TLS,
  REPLY_BAD_BASE64,
  REPLY_AUTHENTICATION_CANCELLED,
  REPLY_AUTHENTICATION_TOO_LONG,
  REPLY_NOT_IMPLEMENTED,
  REPLY_UTF8_NOT_ASKED,
  REPLY_SENDER_NOT_QUALIFIED,
  REPLY_RECIPIENT_NOT_QUALIFIED,
  REPLY_BARE_CR,
  REPLY_BARE_LF,
  REPLY_TEXT_LINE_TOO_LONG,

  /* Limits. */
  REPLY_TOO_BIG,
  REPLY_HEADERS_TOO_BIG,
  REPLY_TOO_MANY_HOPS,
  REPLY_TOO_MANY_RECIPIENTS,
  REPLY_TOO_MANY_DOMAINS,
  REPLY_BY_TOO_SOON,
  REPLY_NO_STORAGE,

  /* What the application refused without a text of its own. */
  REPLY_NO_SERVICE,
  REPLY_REFUSED,
  REPLY_RECIPIENT_REFUSED,
  REPLY_TRANSACTION_REFUSED,
  REPLY_MESSAGE_REFUSED,
  REPLY_TRY_LATER,
  REPLY_AUTHENTICATION_FAILED,
  REPLY_AUTHENTICATION_UNAVAILABLE,
  REPLY_TLS_UNAVAILABLE,
  REPLY_NODE_NOT_ALLOWED,
  REPLY_CANNOT_QUEUE,

  /* The end: the connection closes behind these. */
  REPLY_BUSY,
  REPLY_CLOSING,
  REPLY_TOO_MANY_ERRORS,
  REPLY_TOO_MANY_FAILURES,
  REPLY_TOO_MANY_MESSAGES,
  REPLY_SPOKE_IN_CLEAR,
  REPLY_BAD_CHUNK,
  REPLY_OUT_OF_STEP,
  REPLY_TIMEOUT,
  REPLY_SHUTDOWN,

  REPLY_COUNT
};

/* One reply. */
struct standard_reply {
  short code;
  bool error;           /* counts against max_errors */
  bool hostname;        /* the server's name stands in front of the text (RFC 5321 section 4.3.1) */
  const char *enhanced; /* "2.1.0"; NULL where RFC 2034 section 4 wants none */
  const char *text;
};

/* The row of a reply. */
const struct standard_reply *reply_row(enum reply_id id);

/* The enhanced status code that says what RFC 5321 section 4.2.3 says of this code; NULL where that
   may be too many things for one. */
const char *reply_enhanced_of_code(int code);

#endif
