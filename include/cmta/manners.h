/* SPDX-License-Identifier: MIT */
#ifndef CMTA_MANNERS_H
#define CMTA_MANNERS_H

/*
 * How clients are treated: what a service does to all of them (settings.manners), or a listener to
 * its own (<cmta/server.h>).
 */

#include <cmta/error.h>

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What becomes of a CR or LF in a message that stands alone (RFC 5321 section 2.3.8). */
enum cmta_line_endings {
  CMTA_LINE_ENDINGS_REFUSE = 0,    /* the message is refused at its end */
  CMTA_LINE_ENDINGS_NORMALISE = 1, /* it is made a CR LF */
  CMTA_LINE_ENDINGS_KEEP = 2       /* it stays as it is, and ends no line */
};

/* What is done about a client that breaks a rule which does no harm by itself. */
enum cmta_reaction {
  CMTA_REACTION_IGNORE = 0, /* nothing */
  CMTA_REACTION_FLAG = 1,   /* hooks can see it */
  CMTA_REACTION_REFUSE = 2, /* they can, and the client gets an error */
  CMTA_REACTION_DROP = 3    /* the session ends */
};

/* Manners. Fill them with cmta_manners_init(), then change what should differ; each comment ends
   with the default. */
struct cmta_manners {
  /* sizeof(struct cmta_manners), set by cmta_manners_init(). */
  size_t size;
  /* Speak LMTP (RFC 2033): LHLO in place of EHLO and HELO, PIPELINING and ENHANCEDSTATUSCODES
     always offered, and behind a message one reply for each recipient (cmta_session_recipient()).
     Off */
  bool lmtp;
  /* Submission (RFC 6409): clients are users, who must authenticate. Off */
  bool submission;
  /* What becomes of lone CR and LF in messages. CMTA_LINE_ENDINGS_REFUSE */
  enum cmta_line_endings line_endings;
  /* What is done about clients that talk before they are greeted. CMTA_REACTION_IGNORE */
  enum cmta_reaction early_talker;
  /* And about those that send more behind a command that must be the last of a group (RFC 2920
     section 3.1). CMTA_REACTION_IGNORE */
  enum cmta_reaction pipelining;
};

/* Fills manners with the defaults named above. */
CMTA_API void cmta_manners_init(struct cmta_manners *manners);

#ifdef __cplusplus
}
#endif

#endif
