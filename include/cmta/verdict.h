/* SPDX-License-Identifier: MIT */
#ifndef CMTA_VERDICT_H
#define CMTA_VERDICT_H

/* What a question can be answered with. */

#include <cmta/version.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The answer to a question. The reply code that goes with it is checked against its class (RFC 5321
 * section 4.2.1). */
enum cmta_verdict {
  /* Go on; a composed reply is a success: 2yz, for the question `data` 354, for `starttls` 220 and
     for `auth` 235, as clients go by these codes. `chunk` and `headers` have none, for nothing may
     look like a success in the middle of a message, nor has `secured`. */
  CMTA_ACCEPT = 0,
  /* Refuse for good; a composed reply is 5yz. */
  CMTA_REJECT = 1,
  /* Refuse for now; a composed reply is 4yz, but not 421, which goes with CLOSE: the session stays.
     The standard text is a 451; to `connect` it is a 421, and that session ends. */
  CMTA_TEMPFAIL = 2,
  /* Reply, then close; a composed reply is 4yz, 5yz or, where ACCEPT may have one, 2yz: then the
   * command is done first. The standard text is a 421. */
  CMTA_CLOSE = 3,
  /* Close without a word. */
  CMTA_DROP = 4,
  /* The answer comes through cmta_session_decide(); until then the session reads nothing. */
  CMTA_LATER = 5,
  /* Accept, and ask no further hook set: this one takes the question over. Its reply is as of
   * ACCEPT. */
  CMTA_TAKE = 6,
  /* To `auth` alone: the client is asked for more, with a 334 and what cmta_auth_challenge() was
     given; no other hook set is asked. No reply can be composed with it. */
  CMTA_CHALLENGE = 7
};

/* The short name of a verdict, "accept", "reject" and so on, for logs. A static string; any thread.
 */
CMTA_API const char *cmta_verdict_name(enum cmta_verdict verdict);

#ifdef __cplusplus
}
#endif

#endif
