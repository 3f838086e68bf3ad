/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENVELOPE_H
#define CMTA_ENVELOPE_H

/*
 * What a session knows of a mail transaction (RFC 5321 section 3.3): who sends, to whom, with which
 * parameters. Everything here is read-only for its user and borrowed: it stays valid as long as
 * each comment says, and whoever wants it for longer copies it.
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

/* True when slice is this text, byte for byte. Any thread, as the next one. */
CMTA_API bool cmta_slice_is(struct cmta_slice slice, const char *text);

/* True when slice is this word, letters of ASCII in either case: domains, keywords. */
CMTA_API bool cmta_slice_is_word(struct cmta_slice slice, const char *word);

/* One parameter of MAIL or RCPT (RFC 5321 section 4.1.2, esmtp-param), checked already. */
struct cmta_parameter {
  /* "SIZE", in the client's own case; compare without regard to ASCII case. */
  struct cmta_slice keyword;
  /* What follows '='; empty when there is none. */
  struct cmta_slice value;
  /* Tells KEYWORD=value from KEYWORD. */
  bool has_value;
  /* Where its row in settings.keywords gives it a type: the integer, the seconds since
     1970-01-01T00:00:00Z of a date-time, fractions dropped, or the index of the word of an
     enumeration; else 0. */
  int64_t number;
  /* What an xtext or a mailbox of such a row says once decoded; else the value. */
  struct cmta_slice text;
};

/* When a client wants to hear of a recipient: NOTIFY (RFC 3461 section 4.1), as bits. */
enum cmta_notify {
  CMTA_NOTIFY_NEVER = 1 << 0, /* stands alone */
  CMTA_NOTIFY_SUCCESS = 1 << 1,
  CMTA_NOTIFY_FAILURE = 1 << 2,
  CMTA_NOTIFY_DELAY = 1 << 3
};

/* ORCPT (RFC 3461 section 4.2, RFC 6533 section 3): the recipient as its sender first named it. */
struct cmta_original_recipient {
  /* "rfc822", "utf-8" or another, in the client's own case; empty without ORCPT. */
  struct cmta_slice type;
  /* Decoded, from xtext or, for utf-8, from its own encoding: printable ASCII, or valid UTF-8 for
     utf-8; no control characters of ASCII. Whether it is an address is not checked. */
  struct cmta_slice address;
};

/* What becomes of a message whose recipient changed hands (RFC 7293 section 3.1). */
enum cmta_rrvs_action {
  CMTA_RRVS_NOT_GIVEN = 0,
  CMTA_RRVS_REJECT = 1,  /* "R", or nothing said */
  CMTA_RRVS_CONTINUE = 2 /* "C" */
};

/* RRVS: deliver only if the mailbox has had the same owner since then. */
struct cmta_valid_since {
  enum cmta_rrvs_action action; /* CMTA_RRVS_NOT_GIVEN without RRVS */
  int64_t since;                /* seconds since 1970-01-01T00:00:00Z */
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

  /* Of a forward-path, where its extension is offered; slices live as long as path. */
  unsigned notify; /* enum cmta_notify; 0: the client did not say */
  struct cmta_original_recipient original_recipient; /* from ORCPT= */
  struct cmta_valid_since valid_since;               /* from RRVS= */
};

/* The parameter of path with this keyword, in any case of letters, or NULL. Lives as long as path.
 */
CMTA_API const struct cmta_parameter *cmta_path_parameter(const struct cmta_path *path,
                                                          const char *keyword);

/* The BODY parameter of MAIL (RFC 6152). */
enum cmta_body_type {
  CMTA_BODY_7BIT = 0,
  CMTA_BODY_8BITMIME = 1,
  CMTA_BODY_BINARYMIME = 2 /* RFC 3030 section 3: any octets, no lines; it comes in chunks */
};

/* How much of the message a notification returns: RET (RFC 3461 section 4.3). */
enum cmta_return { CMTA_RETURN_NOT_GIVEN = 0, CMTA_RETURN_FULL = 1, CMTA_RETURN_HEADERS = 2 };

/* What notifications of a message hold. */
struct cmta_dsn {
  /* CMTA_RETURN_HEADERS with REQUIRETLS, whatever the client said (RFC 8689 section 5); the
     parameters of the path have that. */
  enum cmta_return returns;
  /* From ENVID= (section 4.4), decoded: printable ASCII and blanks; empty without it. Lives as long
     as the envelope. */
  struct cmta_slice envelope_id;
};

/* What happens when a message is late (RFC 2852 section 4). */
enum cmta_by_mode {
  CMTA_BY_NOT_GIVEN = 0,
  CMTA_BY_NOTIFY = 1, /* "N": its sender is told */
  CMTA_BY_RETURN = 2  /* "R": it is returned */
};

/* BY: when a message is to be delivered. */
struct cmta_deliver_by {
  enum cmta_by_mode mode;
  int32_t seconds; /* from now; greater than 0 with CMTA_BY_RETURN */
  bool trace;      /* "T": whoever relays it says so (section 4.1.3) */
};

/* Whether a message is held back (RFC 4865 section 3). */
enum cmta_hold { CMTA_HOLD_NOT_GIVEN = 0, CMTA_HOLD_FOR = 1, CMTA_HOLD_UNTIL = 2 };

/* HOLDFOR or HOLDUNTIL; of one message one of them. */
struct cmta_future_release {
  enum cmta_hold hold;
  /* CMTA_HOLD_FOR: seconds from now, 1 to 999999999; CMTA_HOLD_UNTIL: since
     1970-01-01T00:00:00Z. */
  int64_t seconds;
};

/* The envelope of the running transaction. It fills as commands are accepted; before MAIL is
 * accepted there is none. */
struct cmta_envelope {
  struct cmta_path reverse_path;
  const struct cmta_path *forward_paths; /* the accepted ones, in order, duplicates included */
  size_t forward_path_count;
  uint64_t declared_size;   /* octets, from SIZE= (RFC 1870); 0 when the client did not say */
  enum cmta_body_type body; /* from BODY= (RFC 6152, RFC 3030) */
  bool smtputf8;            /* the client asked for SMTPUTF8 (RFC 6531) */
  /* Who submitted the message first, as AUTH= says (RFC 4954 section 5): a mailbox, decoded; empty
     for <>, without AUTH=, and from a client that has not authenticated, whose claim counts as <>.
     It is a claim all the same: whoever does not trust the client to make it takes it for <>, too.
     Lives as long as the envelope. */
  struct cmta_slice submitter;
  struct cmta_dsn dsn;
  /* From REQUIRETLS (RFC 8689 section 2): the message may go on only where TLS protects it. */
  bool require_tls;
  struct cmta_deliver_by deliver_by;
  struct cmta_future_release future_release;
  bool has_priority; /* MT-PRIORITY= was given */
  int priority;      /* from MT-PRIORITY= (RFC 6710 section 3), -9 to 9; 0 without it */
};

#ifdef __cplusplus
}
#endif

#endif
