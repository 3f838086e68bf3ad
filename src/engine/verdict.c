/* SPDX-License-Identifier: MIT */

/* The names of verdicts. */

#include <cmta/verdict.h>

const char *cmta_verdict_name(enum cmta_verdict verdict) {
  static const char *const names[] = {
      [CMTA_ACCEPT] = "accept", [CMTA_REJECT] = "reject",       [CMTA_TEMPFAIL] = "tempfail",
      [CMTA_CLOSE] = "close",   [CMTA_DROP] = "drop",           [CMTA_LATER] = "later",
      [CMTA_TAKE] = "take",     [CMTA_CHALLENGE] = "challenge",
  };
  return (unsigned)verdict < sizeof names / sizeof *names ? names[verdict] : "unknown";
}
