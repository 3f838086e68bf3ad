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

/* What is done about a client that breaks a rule. */
enum cmta_reaction {
  CMTA_REACTION_IGNORE = 0, /* nothing */
  CMTA_REACTION_FLAG = 1,   /* cmta_session_faults() shows it */
  CMTA_REACTION_REFUSE = 2, /* and the client is answered with an error */
  CMTA_REACTION_DROP = 3    /* and the session is over */
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
  /* Take mail as a submission server does (RFC 6409). Off */
  bool submission;
  /* What becomes of a bare CR or LF in a message, but for one with BODY=BINARYMIME. REFUSE */
  enum cmta_line_endings line_endings;
  /* Clients that speak before they are greeted (RFC 5321 section 3.1). IGNORE */
  enum cmta_reaction early_talker;
  /* Clients that send commands without waiting where they must wait (RFC 2920 section 3.1).
     IGNORE */
  enum cmta_reaction pipelining;
};

/* Fills manners with the defaults named above. */
CMTA_API void cmta_manners_init(struct cmta_manners *manners);

#ifdef __cplusplus
}
#endif

#endif
