/* SPDX-License-Identifier: MIT */
#ifndef CMTA_MANNERS_H
#define CMTA_MANNERS_H

/*
 * How clients are treated: what a listener is for, and what is done with those that break rules
 * which some must be forgiven. The service has manners for all its sessions (settings.manners), and
 * a listener may have others (struct cmta_listen, cmta_session_set_manners()).
 */

#include <cmta/error.h>

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What becomes of a CR or LF in a message that is no part of a CR LF (RFC 5321 section 2.3.8). A
   message that comes with DATA ends at CR LF . CR LF alone, whatever is chosen. */
enum cmta_line_endings {
  CMTA_LINE_ENDINGS_REFUSE = 0, /* the message is refused with 550 */
  /* Hooks see CR LF in its place, and sizes and limits are those of what they see. Nothing the
     client marked tells such a line from any other: a message that is passed on needs its dots
     stuffed anew, as always. */
  CMTA_LINE_ENDINGS_NORMALISE = 1,
  /* Hooks see it as it came. A header section ends at CR LF CR LF alone. Who passes such a message
     on may smuggle for its client. */
  CMTA_LINE_ENDINGS_KEEP = 2
};

/* What follows when a client does not wait where it must. */
enum cmta_reaction {
  CMTA_REACTION_IGNORE = 0, /* nothing: nobody looks */
  CMTA_REACTION_FLAG = 1,   /* cmta_session_violations() shows it */
  CMTA_REACTION_REFUSE =
      2,                 /* that, and 554 5.5.0 in place of the next reply; the session is over */
  CMTA_REACTION_DROP = 3 /* that, and the session is over without a word */
};

/* Fill it with cmta_manners_init(), then change what should differ; each comment ends with the
   default. */
struct cmta_manners {
  /* sizeof(struct cmta_manners), set by cmta_manners_init(). */
  size_t size;
  /* Speak LMTP (RFC 2033): LHLO in place of EHLO and HELO, PIPELINING and ENHANCEDSTATUSCODES
     always offered, and behind a message one reply for each recipient (cmta_session_recipient()).
     Off */
  bool lmtp;
  /* Mail is submitted here (RFC 6409, RFC 8314): clients must authenticate (530 5.7.0, as with
     settings.auth_required); a MAIL or RCPT whose domain is no address literal and has no dot is
     554 (RFC 6409 section 4.2), 5.1.8 or 5.1.2, while <> and <Postmaster> have no domain to
     qualify; FUTURERELEASE may be offered here alone (RFC 4865), and ETRN is not; and no
     question stays open for more than 110 seconds, whatever its deadline, so that the reply is
     there within two minutes. Off */
  bool submission;
  /* What becomes of a bare CR or LF in a message, but for one with BODY=BINARYMIME. REFUSE */
  enum cmta_line_endings line_endings;
  /* To bytes that come before the greeting is sent (RFC 5321 section 3.1), also while `connect` is
     open. Of those that are there before it is asked `connect` is asked all the same, which can see
     them; what is to follow takes the place of its reply. A runtime has to bring what is there,
     with the first cmta_session_receive() and when cmta_session_wants() says FORESIGHT; a server
     does. IGNORE */
  enum cmta_reaction early_talker;
  /* To bytes that come behind a command whose reply the client must await (RFC 2920 section 3.1:
     EHLO, HELO, LHLO, DATA, NOOP, VRFY, EXPN, ETRN, HELP, QUIT, STARTTLS, AUTH, XCLIENT and verbs
     of settings.verbs with CMTA_VERB_ENDS_GROUP), before that reply is sent (cmta_session_sent());
     and behind any other command, message or chunk of a client that was not offered PIPELINING. The
     octets of a chunk are its BDAT's. The command is not done when the session ends by it. IGNORE
   */
  enum cmta_reaction pipelining;
};

/* Fills manners with the defaults named above. */
CMTA_API void cmta_manners_init(struct cmta_manners *manners);

/* Copies manners of a program that may know fewer of them; what it does not know is as of
   cmta_manners_init(). CMTA_E_ARGUMENT when they cannot be; then `copy`, which may be the same, is
   as it was. */
CMTA_API int cmta_manners_copy(struct cmta_manners *copy, const struct cmta_manners *manners);

#ifdef __cplusplus
}
#endif

#endif
