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

/* The parameter of path with this keyword, in any case of letters, or NULL. Lives as long as path.
 */
CMTA_API const struct cmta_parameter *cmta_path_parameter(const struct cmta_path *path,
                                                          const char *keyword);

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
  /* Who submitted the message first, as AUTH= says (RFC 4954 section 5): a mailbox, decoded; empty
     for <>, without AUTH=, and from a client that has not authenticated, whose claim counts as <>.
     It is a claim all the same: whoever does not trust the client to make it takes it for <>, too.
     Lives as long as the envelope. */
  struct cmta_slice submitter;
};

#ifdef __cplusplus
}
#endif

#endif
