/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_COMMAND_H
#define CMTA_ENGINE_COMMAND_H

/* What the grammar (spec/command.re, address.re, parameter.re) makes of bytes. Pure functions: no
 * state, no memory. */

#include <cmta/envelope.h>

/* One command line, taken apart. Slices point into the line. */
struct command {
  int verb;               /* a client event of spec/event.h */
  struct cmta_slice name; /* the verb as typed */
  struct cmta_slice rest; /* all that follows it, without outer blanks; whatever the verb */
  struct cmta_slice
      argument; /* HELO, EHLO: the name; ETRN: the node with its option; VRFY, EXPN, HELP, NOOP: the
                   text without outer blanks; AUTH: the mechanism; else empty */
  struct cmta_path
      path; /* MAIL, RCPT: address, local part, domain; its parameters are not filled in */
  struct cmta_slice parameters; /* MAIL, RCPT: what follows the path, to be read by
                                   parameter_next(); AUTH: the initial response;
                                   XCLIENT, XFORWARD: all attributes; may be empty */
  uint64_t chunk_size;          /* BDAT: octets that follow the line */
  bool last;                    /* BDAT: they are the end of the message */
  bool utf8; /* the path or argument has characters beyond ASCII (RFC 6531), valid UTF-8 */
};

/* Why a line is no command; negative, so that it cannot be taken for an event. */
enum command_fault {
  COMMAND_UNKNOWN = -1, /* no such verb, or bytes that no verb may have: 500 */
  COMMAND_UNIMPLEMENTED =
      -2,                /* a verb of RFC 821 that nobody implements (SEND SOML SAML TURN): 502 */
  COMMAND_SYNTAX = -3,   /* a known verb, arguments that do not fit it: 501 */
  COMMAND_SENDER = -4,   /* MAIL with a reverse-path that is none: 501 5.1.7 */
  COMMAND_RECIPIENT = -5 /* RCPT with a forward-path that is none: 501 5.1.3 */
};

/* How the grammar is to be read. */
enum command_manner {
  COMMAND_STRICT = 1 << 0, /* no blank behind FROM: and TO: */
  COMMAND_UTF8 = 1 << 1 /* the UTF-8 forms of RFC 6531 are known; else bytes above 127 are errors */
};

/* Reads line, whose last two of length bytes are CR LF and which has no other CR LF. Returns the
   verb's event and fills command, or a command_fault; command->verb then is the verb where one was
   recognised, else 0, and command->name the name where there is one. */
int command_parse(const char *line, size_t length, unsigned manner, struct command *command);

/* A path at the beginning of text, which ends in CR LF: source route, brackets and mailbox (RFC
   5321 section 4.1.2). On success fills path and utf8 and returns the number of bytes read, up to
   and with '>'. 0 when there is no valid path or it or a part of it is too long (section 4.5.3.1).
   With null_allowed <> is one (reverse-path), without it <Postmaster> is one (forward-path). */
size_t address_parse_path(const char *text, bool null_allowed, unsigned manner,
                          struct cmta_path *path, bool *utf8);

/* True when text, which ends in CR LF, up to that CR LF is a domain or an address literal (RFC 5321
 * section 4.1.3), with their length limits. */
bool address_is_hello_name(const char *text);

/* True when text, which CR LF follows in memory, is a Mailbox in ASCII (RFC 5321 section 4.1.2),
 * with the limits of its parts. */
bool address_is_mailbox(struct cmta_slice text);

/* Takes the next " KEYWORD[=value]" off rest, the raw parameters of a command; *rest must be
   followed by CR LF in memory. Returns 1 with parameter filled in, 0 at the end (trailing blanks
   skipped), -1 when what comes is no esmtp-param (RFC 5321 section 4.1.2; values may hold UTF-8
   when manner says so, RFC 6531 section 3.3). */
int parameter_next(struct cmta_slice *rest, unsigned manner, struct cmta_parameter *parameter);

/* Typed values: one function a type. Each is true when the value fits the type's grammar, to its
   last byte. value must be followed in memory by a byte that no value may hold (blank or CR), as
   those of parameter_next() are. */

/* 1*20DIGIT (RFC 1870 section 3); more than fits is UINT64_MAX. */
bool parameter_size(struct cmta_slice value, uint64_t *octets);

/* 7BIT or 8BITMIME (RFC 6152 section 2) or BINARYMIME (RFC 3030 section 3), in any case of letters.
 */
bool parameter_body(struct cmta_slice value, enum cmta_body_type *body);

/* ["-"] 1*DIGIT that fits. */
bool parameter_integer(struct cmta_slice value, int64_t *integer);

/* xtext (RFC 3461 section 4): decoded into text, which has room for as many octets as the value
   has. Returns how many were written, 0 when it is no xtext. */
size_t parameter_xtext(struct cmta_slice value, char *text);

/* xtext that says a mailbox, likewise; text has room for two octets more. */
size_t parameter_mailbox(struct cmta_slice value, char *text);

/* One of the words, in any case of letters; a NULL is behind the last. */
bool parameter_word(struct cmta_slice value, const char *const *words, int64_t *index);

/* FULL or HDRS (RFC 3461 section 4.3), in any case of letters. */
bool parameter_return(struct cmta_slice value, enum cmta_return *returns);

/* xtext of 100 octets at most that says printable ASCII and blanks (section 4.4): decoded into
   text as by parameter_xtext(). */
size_t parameter_envelope_id(struct cmta_slice value, char *text);

/* NEVER, or a list of SUCCESS, FAILURE, DELAY (section 4.1), which may name one twice. */
bool parameter_notify(struct cmta_slice value, unsigned *notify);

/* addr-type ";" address, 500 octets at most (section 4.2, RFC 6533 section 3): type and address,
   decoded, are written to text, which has room for as many octets as the value has. Returns how
   many were written, 0 when it is none. */
size_t parameter_original_recipient(struct cmta_slice value, char *text,
                                    struct cmta_original_recipient *recipient);

/* by-time ";" by-mode [by-trace] (RFC 2852 section 4); with R the time is greater than 0. */
bool parameter_deliver_by(struct cmta_slice value, struct cmta_deliver_by *by);

/* 1 to 999999999 (RFC 4865 section 3). */
bool parameter_hold_for(struct cmta_slice value, int64_t *seconds);

/* date-time in UTC (RFC 4865 section 3), as by parameter_date_time(). */
bool parameter_hold_until(struct cmta_slice value, int64_t *seconds);

/* -9 to 9 (RFC 6710 section 7). */
bool parameter_priority(struct cmta_slice value, int *priority);

/* date-time without a fraction [";" ("C" / "R")] (RFC 7293 section 3.1). */
bool parameter_valid_since(struct cmta_slice value, struct cmta_valid_since *valid);

/* date-time (RFC 3339 section 5.6) as seconds since 1970-01-01T00:00:00Z, a fraction dropped. */
bool parameter_date_time(struct cmta_slice value, int64_t *seconds);

#endif
