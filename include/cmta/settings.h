/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SETTINGS_H
#define CMTA_SETTINGS_H

/*
 * What a service is like: names, extensions, limits, timeouts, tables, and what it is lent of the
 * world (memory, a clock, a place for large messages), because the engine has none of its own.
 *
 * Numbers: sizes are octets, times are seconds; 0 switches a limit or a timeout off.
 */

#include <cmta/extend.h>
#include <cmta/manners.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The extensions a service offers after EHLO (RFC 5321 section 2.2), as bits. */
enum cmta_extension {
  CMTA_EXTENSION_PIPELINING = 1 << 0,          /* RFC 2920 */
  CMTA_EXTENSION_SIZE = 1 << 1,                /* RFC 1870 */
  CMTA_EXTENSION_8BITMIME = 1 << 2,            /* RFC 6152 */
  CMTA_EXTENSION_SMTPUTF8 = 1 << 3,            /* RFC 6531 */
  CMTA_EXTENSION_ENHANCEDSTATUSCODES = 1 << 4, /* RFC 2034 */
  CMTA_EXTENSION_HELP = 1 << 5,                /* RFC 5321 section 4.1.1.8 */
  CMTA_EXTENSION_STARTTLS = 1 << 6,            /* RFC 3207; where cmta_session_set_tls() says so */
  CMTA_EXTENSION_AUTH = 1 << 7,                /* RFC 4954; where there are mechanisms to offer */
  CMTA_EXTENSION_CHUNKING = 1 << 8,            /* RFC 3030 section 2 */

  /* Whoever offers one of these has to act as its RFC says: hooks find in envelope and paths what a
     client asks for. */
  CMTA_EXTENSION_BINARYMIME = 1 << 9,     /* RFC 3030 section 3; with CHUNKING alone */
  CMTA_EXTENSION_DSN = 1 << 10,           /* RFC 3461 */
  CMTA_EXTENSION_REQUIRETLS = 1 << 11,    /* RFC 8689; to clients with TLS */
  CMTA_EXTENSION_DELIVERBY = 1 << 12,     /* RFC 2852 */
  CMTA_EXTENSION_FUTURERELEASE = 1 << 13, /* RFC 4865; in submission alone */
  CMTA_EXTENSION_MT_PRIORITY = 1 << 14,   /* RFC 6710 */
  CMTA_EXTENSION_RRVS = 1 << 15,          /* RFC 7293 */
  CMTA_EXTENSION_ETRN = 1 << 17, /* RFC 1985; where there is a hook `etrn`, not in submission */
  CMTA_EXTENSION_PRDR = 1 << 18, /* replies for each recipient, as Exim has them; not in LMTP */

  CMTA_EXTENSION_LIMITS = 1 << 16,   /* RFC 9422; where there are limits to show */
  CMTA_EXTENSION_XCLIENT = 1 << 19,  /* Postfix's; to whom cmta_session_set_trust() says */
  CMTA_EXTENSION_XFORWARD = 1 << 20, /* likewise */

  /* What is offered unless the settings say otherwise. The rest obliges the application to act: it
     is offered on request. */
  CMTA_EXTENSIONS_DEFAULT =
      CMTA_EXTENSION_PIPELINING | CMTA_EXTENSION_SIZE | CMTA_EXTENSION_8BITMIME |
      CMTA_EXTENSION_SMTPUTF8 | CMTA_EXTENSION_ENHANCEDSTATUSCODES | CMTA_EXTENSION_HELP |
      CMTA_EXTENSION_STARTTLS | CMTA_EXTENSION_AUTH | CMTA_EXTENSION_CHUNKING |
      CMTA_EXTENSION_LIMITS | CMTA_EXTENSION_XCLIENT | CMTA_EXTENSION_XFORWARD
};

/* The bit of the extension with this EHLO keyword, in any case of letters; 0 when there is none.
 * Any thread. */
CMTA_API unsigned cmta_extension_bit(struct cmta_slice keyword);

/* Where memory comes from: one function that allocates (pointer NULL, old_size 0), resizes, and
   frees (new_size 0, returns NULL); NULL for "no memory". It must be callable from each thread that
   runs a session, answers a ticket or frees a message that was taken. */
struct cmta_allocator {
  void *(*reallocate)(void *context, void *pointer, size_t old_size, size_t new_size);
  void *context;
};

/* Where the time comes from. Callable from each thread that runs a session; either may be NULL. */
struct cmta_clock {
  /* Nanoseconds from any beginning, never going back: for cmta_decision.nanoseconds. */
  uint64_t (*monotonic)(void *context);
  /* Seconds since 1970-01-01T00:00:00Z: for the Received field. */
  int64_t (*calendar)(void *context);
  void *context;
};

/* Where the bytes of a message go that is too large for memory. A file is whatever begin() returns;
   one thread at a time uses it, the one that runs the session or, once the message was taken, the
   one that reads it: the functions must be callable from all of these. Each file is given back
   once, however its message ends. A message that finds no room is refused with 452. All five
   functions, or none. */
struct cmta_store {
  /* A new, empty file, or NULL. */
  void *(*begin)(void *context);
  /* Adds bytes at its end. 0, or negative when there is no room; then no more are added. */
  int (*append)(void *context, void *file, const void *bytes, size_t length);
  /* Reads length octets at offset, all of them. 0, or negative. */
  int (*read)(void *context, void *file, uint64_t offset, void *buffer, size_t length);
  /* Its first length octets, all that were added, as one span that lives until end(), or NULL. May
     be called again. */
  const char *(*map)(void *context, void *file, size_t length);
  /* Gives the file back. */
  void (*end)(void *context, void *file);
  void *context;
};

/* What a service is like. Fill it with cmta_settings_init(), then change what should differ; each
   comment ends with the default. Strings and tables are copied. */
struct cmta_settings {
  /* sizeof(struct cmta_settings), set by cmta_settings_init(). */
  size_t size;

  /* The name this server greets with, a domain or an address literal. "localhost" */
  const char *hostname;
  /* The text behind the name in the 220 line. "ESMTP cmta" */
  const char *greeting;
  /* What EHLO offers, bits of enum cmta_extension. CMTA_EXTENSIONS_DEFAULT */
  unsigned extensions;
  /* Refuse the blank that many clients put behind FROM: and TO:. Off */
  bool strict_syntax;
  /* Keep each message for cmta_message_data() and cmta_message_next(). On */
  bool collect;
  /* Put a Received field in front of each message (RFC 5321 section 4.4), as its first slice, when
     DATA or the first BDAT is accepted; see cmta_received(). It counts for no limit but max_memory.
     Needs clock.calendar; a message for which that gives no date of the years 1970 to 9999 is
     answered 451. Off */
  bool received;

  /* Octets of a message that a client sends, offered as SIZE (RFC 1870); of one in chunks they are
     known, and refused, before they come. 26214400 */
  uint64_t max_message_size;
  /* Octets of messages that a session may send in vain: what comes behind a refusal is read and
     dropped, so that the client hears it. Of a message that has more the reply goes out at once,
     and the session is over. 0: any number. 104857600 */
  uint64_t max_discarded;
  /* Octets of a message that are kept in memory, where there is a store for those beyond; a message
     that finds no memory goes there sooner. 0: all of it stays in memory. 1048576 */
  size_t max_message_memory;
  /* Octets of the header section that a client sends, where there is a `headers` hook; a larger one
     is refused with 552. 262144 */
  size_t max_header_section;
  /* Received fields that a message comes with, at most: one with more is in a loop between servers,
     and is refused with 554 (RFC 5321 section 6.3, which asks for 100 at least). 0: any number. 100
   */
  unsigned max_received;
  /* Accepted forward-paths of a message; fewer than 100 is for tests only (RFC 5321
     section 4.5.3.1.8). 1000 */
  size_t max_recipients;
  /* Protocol errors: unknown, malformed, misplaced commands. The one that makes them so many is
     answered 421, and the session is over; an accepted message forgives them. 20 */
  unsigned max_errors;
  /* Octets of a command line with its CR LF, before what extensions add; at least 512 (RFC 5321
     section 4.5.3.1.4). 512 */
  size_t max_command_line;
  /* Octets of a line of a message with its CR LF; at least 1000 (section 4.5.3.1.6). None for
     BODY=BINARYMIME. 1000 */
  size_t max_text_line;
  /* Octets that one session may hold, its message included where that is in memory. 33554432 */
  size_t max_memory;

  /* Seconds for the next command to be complete (RFC 5321 section 4.5.3.2.7). 300 */
  unsigned command_timeout;
  /* Seconds between two blocks of a message (section 4.5.3.2.5). 180 */
  unsigned data_timeout;
  /* Seconds for a late answer, unless its hook gave it another deadline; then the client gets a
     451. 300 */
  unsigned decision_timeout;

  /* Seconds for a TLS handshake, from STARTTLS or the connection to its end. 60 */
  unsigned handshake_timeout;

  /* The SASL mechanisms of AUTH (RFC 4954), blanks between them, in the order of the offer: upper
     case letters, digits, '-' and '_', 1 to 20 each (RFC 4422 section 3.1), none twice. NULL or "":
     there is no AUTH. A hook `auth` must know them all; in a server with authenticators they must
     be of <cmta/auth.h>, unless there is a hook `auth` as well, and NULL stands for all that the
     authenticators can be asked for. NULL */
  const char *mechanisms;
  /* Offer and take mechanisms that show the secret itself (PLAIN, LOGIN, XOAUTH2, OAUTHBEARER) to
     clients without TLS; else they are 538 there (RFC 4954 section 4). Off */
  bool auth_in_clear;
  /* Whoever is not authenticated gets 530 to MAIL, RCPT, DATA, VRFY and EXPN (RFC 4954 section 6).
     Off */
  bool auth_required;
  /* Failed AUTH commands of a session: refused with 535 and the like, or with 501 where the
     mechanism could not read what it was told; what is no base64 does not count. The last one is
     answered 421, and the session is over. 3 */
  unsigned max_auth_failures;

  /* Verbs of the application's own, and overridden questions of built-in ones. None */
  const struct cmta_verb *verbs;
  size_t verb_count;
  /* EHLO keywords and parameters of the application's own, 64 at most. None */
  const struct cmta_keyword *keywords;
  size_t keyword_count;

  /* Where memory comes from; all zero for malloc and free. All zero */
  struct cmta_allocator allocator;
  /* Where the time comes from; all zero for none. All zero, in a server the system's clocks */
  struct cmta_clock clock;
  /* Where large messages go; all zero keeps them in memory. All zero, in a server unnamed temporary
     files */
  struct cmta_store store;

  /* How clients are treated, where a listener does not say otherwise. As cmta_manners_init() has it
   */
  struct cmta_manners manners;

  /* What LIMITS shows (RFC 9422): these and max_recipients, each that is not 0 and has six digits
     or fewer. */

  /* MAIL commands of a session that are well-formed and in their place, accepted or not: MAILMAX,
     999999 at most. One more is answered 421, and the session is over: a client that is told 4yz
     alone would go on trying in vain. 0 */
  unsigned max_messages;
  /* Different domains in the accepted forward-paths of a session: RCPTDOMAINMAX (RFC 9422
     section 4.3), 999999 at most. Another one is answered 452. Each new one is compared with all
     before: a number for servers that bind a session to a few domains. 0 */
  unsigned max_recipient_domains;

  /* The least time, in seconds, for which BY= with the mode R is taken (RFC 2852 section 4):
     DELIVERBY shows it; 999999999 at most. 0 */
  unsigned min_deliver_by;
  /* The longest time of HOLDFOR=, in seconds, 1 to 999999999 (RFC 4865 section 3): FUTURERELEASE
     shows it. What is to be held for longer than BY= gives it to be delivered is refused. 604800 */
  unsigned max_hold;
  /* The last moment of HOLDUNTIL=, in seconds since 1970-01-01T00:00:00Z, up to the year 9999:
     FUTURERELEASE shows it. 0: max_hold from now; FUTURERELEASE then needs clock.calendar. 0 */
  int64_t max_hold_until;
  /* The policy that MT-PRIORITY names (RFC 6710 section 7): 1 to 20 letters, digits and '-', '_',
     '.'; NULL: none. NULL */
  const char *priority_policy;
};

/* Fills settings with the defaults named above. */
CMTA_API void cmta_settings_init(struct cmta_settings *settings);

#ifdef __cplusplus
}
#endif

#endif
