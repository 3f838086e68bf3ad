/* SPDX-License-Identifier: MIT */
#ifndef CMTA_EXTEND_H
#define CMTA_EXTEND_H

/*
 * Verbs, EHLO keywords and parameters of an application's own: two tables that settings name and a
 * service copies. Nothing is regenerated for them; whoever needs a verb with a place of its own in
 * the chart adds it to spec/ instead (README, "Adding a verb").
 */

#include <cmta/envelope.h>
#include <cmta/verdict.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cmta_session;

/* ---- Verbs ---- */

/* The phases in which commands come, as bits: those of spec/session.rl. */
enum cmta_phases {
  CMTA_PHASE_GREETED = 1 << 0, /* connected, no HELO or EHLO yet */
  CMTA_PHASE_READY = 1 << 1,   /* between transactions */
  CMTA_PHASE_MAIL = 1 << 2,    /* MAIL was accepted */
  CMTA_PHASE_RCPT = 1 << 3,    /* RCPT was accepted, once at least */
  CMTA_PHASE_CHUNKS = 1 << 4   /* BDAT was accepted, and none so far was LAST */
};

enum cmta_verb_flags {
  /* 530 until the connection is encrypted (RFC 3207 section 4). */
  CMTA_VERB_NEEDS_TLS = 1 << 0,
  /* 530 until the client is authenticated (RFC 4954 section 6). */
  CMTA_VERB_NEEDS_AUTH = 1 << 1,
  /* Must be the last of a pipelined group (RFC 2920 section 3.1): 503 when bytes have come behind
     it already. */
  CMTA_VERB_ENDS_GROUP = 1 << 2
};

/*
 * A verb. Its commands are counted, traced and limited like every other. HELP lists it by its name,
 * unless a flag forbids it to this client, and shows its help when asked for it; out of its phases
 * it is 503. Of several reasons to refuse it the first counts: malformed (500, 501), forbidden by a
 * flag (530), misplaced (503). It changes neither phase nor transaction. SEND, SOML, SAML and TURN,
 * which are 502 otherwise, may be such verbs.
 *
 * With the name of a verb that is built in, a row overrides that verb's question: the hook of the
 * same name is not asked, `question` is, when it is not NULL (for QUIT, which asks nobody, and
 * AUTH, which asks several times, it must be NULL). The flags apply too. Where the command may
 * come, how it is spelled and what it does once accepted cannot be changed: `phases` must be 0;
 * `help` may be NULL and then stays as it is.
 */
struct cmta_verb {
  /* 1 to 32 letters, digits and '-', a letter first; known in any case of letters. */
  const char *name;
  /* Where it may come: enum cmta_phases; 0: in all of them. */
  unsigned phases;
  /* enum cmta_verb_flags. */
  unsigned flags;
  /* How it is used, "XCOUNT [topic]": HELP shows it. Printable ASCII, 200 octets at most. */
  const char *help;
  /* Asked when it comes, alone, whatever the chain; argument is all that follows the verb, without
     outer blanks: printable ASCII and HT, or UTF-8 where SMTPUTF8 is offered. The standard reply to
     ACCEPT is 250. To `decided`, `cancelled` and the data functions it is the question of the first
     hook set, named "verb", or as the built-in one is. NULL: the hook `verb` is asked. */
  enum cmta_verdict (*question)(struct cmta_session *session, void *user,
                                const struct cmta_verb *verb, struct cmta_slice argument);
  /* For `question`. */
  void *user;
};

/* ---- EHLO keywords and parameters ---- */

/* The commands that a parameter belongs to, as bits. */
enum cmta_parameter_commands { CMTA_WITH_MAIL = 1 << 0, CMTA_WITH_RCPT = 1 << 1 };

/* What a parameter's value must be. */
enum cmta_value {
  CMTA_VALUE_NONE = 0,        /* the keyword stands alone */
  CMTA_VALUE_INTEGER = 1,     /* decimal, perhaps with '-' in front, within a range */
  CMTA_VALUE_XTEXT = 2,       /* RFC 3461 section 4 */
  CMTA_VALUE_DATE_TIME = 3,   /* RFC 3339 section 5.6 */
  CMTA_VALUE_ENUMERATION = 4, /* one of a list of words, in any case of letters */
  CMTA_VALUE_MAILBOX = 5,     /* a mailbox (RFC 5321 section 4.1.2) written as xtext */
  CMTA_VALUE_FREE = 6         /* any esmtp-value (section 4.1.2) */
};

/*
 * An extension of SMTP: the line that offers it, and a parameter that comes with it; one of the two
 * may be missing. The library answers a malformed or second parameter with 501 and one that is not
 * offered with 555; hooks read the rest, typed, from the path (cmta_path_parameter()).
 *
 * An extension with several parameters is several rows, the line in the first: a row without a line
 * is offered only while the line of the nearest row before it is, where one has a line. No row may
 * have the keyword of another line, a parameter of another row with the same command, or what is
 * built in: the keywords of enum cmta_extension and the parameters SIZE, BODY and SMTPUTF8.
 */
struct cmta_keyword {
  /* The line of the EHLO reply, a keyword alone or with what follows a blank, "XTRACE 1 2" (section
     4.1.1.1): printable ASCII, 200 octets at most. NULL: none. */
  const char *ehlo;
  /* When it is offered: asked to list it, and again when the parameter or a long line comes. Never
     asked before EHLO is accepted or after HELO. NULL: always after EHLO. */
  bool (*offered)(const struct cmta_session *session, void *user);
  /* For `offered`. */
  void *user;

  /* The parameter's keyword (section 4.1.2), known in any case of letters. NULL: none. */
  const char *parameter;
  /* Where it belongs: enum cmta_parameter_commands. */
  unsigned commands;
  /* What its value must be. */
  enum cmta_value value;
  /* Whether it must have one; CMTA_VALUE_NONE must not. */
  bool value_required;
  /* CMTA_VALUE_INTEGER: the least and the greatest, minimum <= maximum; both 0: any from 0 to
     INT64_MAX. */
  int64_t minimum, maximum;
  /* CMTA_VALUE_ENUMERATION: the words, at least one, each an esmtp-value, a NULL behind the last.
     NULL for other values. */
  const char *const *words;
  /* Octets that it adds to the longest line of its commands, '=' and the blank before it counted
     (section 4.5.3.1.4); 65536 at most. */
  size_t octets;
};

/* Puts a line into the reply to the EHLO in question, or another text into the line that is there
   with the same keyword. For the hook `hello` and while that question is open; it counts for the
   session until the next EHLO or HELO that is accepted, and not at all when this EHLO is refused.
   The line is like cmta_keyword.ehlo, else CMTA_E_ARGUMENT; CMTA_E_STATE when no EHLO is in
   question; CMTA_E_MEMORY.

   With a keyword of the library's or of settings.keywords the extension is offered to this client,
   whatever settings.extensions or `offered` say (SMTPUTF8 only beside 8BITMIME, RFC 6531
   section 3.1). Only the text is yours: "SIZE 1000" does not change max_message_size. */
CMTA_API int cmta_ehlo_offer(struct cmta_session *session, const char *line);

/* Takes a line out of that reply, by its keyword, in any case of letters; the extension's
   parameters are refused as not offered. 8BITMIME takes SMTPUTF8 with it. The same moments and
   errors; CMTA_E_ARGUMENT when there is no such line (one of settings.keywords counts as there
   whatever its `offered` says). "*" takes out all there are so far, but those that LMTP must have.
 */
CMTA_API int cmta_ehlo_withhold(struct cmta_session *session, const char *keyword);

#ifdef __cplusplus
}
#endif

#endif
