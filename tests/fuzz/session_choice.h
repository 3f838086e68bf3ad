/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_SESSION_CHOICE_H
#define FUZZ_SESSION_CHOICE_H

/*
 * What the first octets of an input of fuzz/session choose:
 *
 *   octet 0     switches: strict syntax and submission, no collecting, extensions to leave out
 *   octet 1     limits; in its two highest bits how many more hook sets there are than one
 *   octet 2     how long the pieces of the cut run are; bit 3: LMTP, bit 4: the application takes
 * messages, bit 5: they go to a store, bit 6: a Received field stands in front of them, bit 7:
 *               header sections are limited
 *   octet 3     TLS and AUTH: the mode of TLS, whether there are mechanisms and who may and must
 *               use them, how a handshake ends; the last three of eight modes are the first three
 *               with other line endings
 *   octets 4..  VERDICTS verdicts, one a question to a hook set, in turn; the last is for the first
 *               chunk of a message
 *
 * Zero octets are the defaults: everything is accepted.
 */

#include <cmta/session.h>

enum { VERDICTS = 8, HEADER = 4 + VERDICTS };

/* What octet 2 says beside the length of pieces. */
enum {
  PIECES = 0x07,
  SPEAKS_LMTP = 0x08,
  TAKES = 0x10,
  STORES = 0x20,
  RECEIVED_FIELD = 0x40,
  SHORT_SECTIONS = 0x80
};

/* What octet 3 says beside the mode of TLS, which may be too many of five: NORMALISES and KEEPS are
   line endings then, COUNTS is KEEPS without a limit of lines. IN_CLEAR: what stands
   behind STARTTLS is brought with it or instead of a handshake; else a client waits. */
enum {
  TLS_MODES = 0x07,
  NORMALISES = 5,
  KEEPS = 6,
  COUNTS = 7,
  MECHANISMS = 0x08,
  AUTH_IN_CLEAR = 0x10,
  AUTH_REQUIRED = 0x20,
  TLS_FAILS = 0x40,
  IN_CLEAR = 0x80
};

struct choice {
  unsigned char switches;
  unsigned char limits;
  unsigned char piece;
  unsigned char security;
  unsigned char verdicts[VERDICTS];
};

/* The settings of a choice; memory is the caller's. Their clock stands still at second 1000000000.
 */
struct cmta_settings choice_settings(const struct choice *choice);

#endif
