/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENVELOPE_H
#define CMTA_ENVELOPE_H

/*
 * What a session knows of a mail transaction (RFC 5321 section 3.3): who sends, to whom, with which
 * parameters, and the message itself. Everything here is read-only for its user and borrowed: it
 * stays valid as long as each comment says, and whoever wants it for longer copies it.
 */

#include <cmta/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Some bytes that somebody else owns. Not terminated by a NUL, and may hold one. `at` may be NULL
 * when `length` is 0. */
struct cmta_slice {
  const char *at;
  size_t length;
};

/* One parameter of MAIL or RCPT (RFC 5321 section 4.1.2, esmtp-param), checked already. */
struct cmta_parameter {
  /* "SIZE", in the client's own case; compare without regard to ASCII case. */
  struct cmta_slice keyword;
  /* What follows '='; empty when there is none. */
  struct cmta_slice value;
  /* Tells KEYWORD=value from KEYWORD. */
  bool has_value;
};

/* A reverse-path or a forward-path (RFC 5321 section 4.1.2). */
struct cmta_path {
  /* The mailbox, without brackets or source route; empty for the null reverse-path <>. */
  struct cmta_slice address;
  /* As sent, with its quotes if it came quoted. */
  struct cmta_slice local_part;
  /* A domain, or an address literal with its brackets; empty for <> and <Postmaster>. */
  struct cmta_slice domain;
  /* In the order sent. */
  const struct cmta_parameter *parameters;
  size_t parameter_count;
};

/* The BODY parameter of MAIL (RFC 6152). */
enum cmta_body_type { CMTA_BODY_7BIT = 0, CMTA_BODY_8BITMIME = 1 };

/* The envelope of the running transaction. It fills as commands are accepted; before MAIL is
 * accepted there is none. */
struct cmta_envelope {
  struct cmta_path reverse_path;
  const struct cmta_path *forward_paths; /* the accepted ones, in order, duplicates included */
  size_t forward_path_count;
  uint64_t declared_size;   /* octets, from SIZE= (RFC 1870); 0 when the client did not say */
  enum cmta_body_type body; /* from BODY= (RFC 6152) */
  bool smtputf8;            /* the client asked for SMTPUTF8 (RFC 6531) */
};

/* A message whose last octet is in: what the `message` question is about. Valid until that question
 * is answered. */
struct cmta_message;

/* The envelope the message came in. Never NULL; lives as long as the message. */
CMTA_API const struct cmta_envelope *cmta_message_envelope(const struct cmta_message *message);

/* Octets of the message: after dot-unstuffing, CR LF of each line counted, the final dot not (RFC
 * 1870 section 3). */
CMTA_API uint64_t cmta_message_size(const struct cmta_message *message);

/* The message as one span, exactly as sent, dot-unstuffed (RFC 5321 section 4.5.2). 0, or
   CMTA_E_STATE when the setting `collect` is off: then its bytes have gone through the `chunk`
   question and are not kept. The span lives as long as the message. */
CMTA_API int cmta_message_data(const struct cmta_message *message, struct cmta_slice *data);

#ifdef __cplusplus
}
#endif

#endif
