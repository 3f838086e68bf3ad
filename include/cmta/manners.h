/* SPDX-License-Identifier: MIT */
#ifndef CMTA_MANNERS_H
#define CMTA_MANNERS_H

/*
 * How the clients of a listener are treated: settings.manners for all of a service, in a server
 * each listener its own, and cmta_session_set_manners() for one session.
 */

#include <cmta/version.h>

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What becomes of a message with a CR or LF that is no part of CR LF (RFC 5321 section 2.3.8). */
enum cmta_line_endings {
  CMTA_LINE_ENDINGS_REFUSE = 0,    /* it is refused, at its end */
  CMTA_LINE_ENDINGS_NORMALISE = 1, /* each becomes CR LF */
  CMTA_LINE_ENDINGS_KEEP = 2       /* they stay as they are */
};

/* What follows when a client does not wait where it must. */
enum cmta_reaction {
  CMTA_REACTION_IGNORE = 0, /* nothing: nobody looks */
  CMTA_REACTION_FLAG = 1,   /* cmta_session_faults() shows it */
  CMTA_REACTION_REFUSE =
      2,                 /* that, and 554 5.5.0 in place of the next reply; the session is over */
  CMTA_REACTION_DROP = 3 /* that, and the session is over without a word */
};

/* Manners. Fill them with cmta_manners_init(), then change what should differ; each comment ends
   with the default. */
struct cmta_manners {
  /* sizeof(struct cmta_manners), set by cmta_manners_init(). */
  size_t size;
  /* LMTP (RFC 2033) is spoken in place of SMTP. Off */
  bool lmtp;
  /* Mail is submitted here (RFC 6409, RFC 8314): clients must authenticate (530 5.7.0, as with
     settings.auth_required); a MAIL or RCPT whose domain is no address literal and has no dot is
     554 (RFC 6409 section 4.2), 5.1.8 or 5.1.2, while <> and <Postmaster> have no domain to
     qualify; and no question stays open for more than 110 seconds, whatever its deadline, so that
     the reply is there within two minutes. Off */
  bool submission;
  /* REFUSE */
  enum cmta_line_endings line_endings;
  /* To bytes that come before the greeting is sent (RFC 5321 section 3.1), also while `connect` is
     open. A runtime has to bring what is there, with the first cmta_session_receive() and when
     cmta_session_wants() says FORESIGHT; a server does. IGNORE */
  enum cmta_reaction early_talker;
  /* To bytes that come behind a command whose reply the client must await (RFC 2920 section 3.1:
     EHLO, HELO, DATA, NOOP, VRFY, EXPN, HELP, QUIT, STARTTLS, AUTH, XCLIENT and verbs of
     settings.verbs with CMTA_VERB_ENDS_GROUP), before that reply is sent (cmta_session_sent()); and
     behind any other command or message of a client that was not offered PIPELINING. The command is
     not done when the session ends by it. IGNORE */
  enum cmta_reaction pipelining;
};

/* Fills manners with the defaults named above. */
CMTA_API void cmta_manners_init(struct cmta_manners *manners);

#ifdef __cplusplus
}
#endif

#endif
