/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SPEC_EVENT_H
#define CMTA_SPEC_EVENT_H

/*
 * The alphabet of the session chart: every event that a session can see. C and Ragel both read this
 * file, and Ragel reads it as text: one enumerator a line, each with an explicit decimal number,
 * nothing computed. Numbers are never reused.
 */
enum event {
  /* What the client says: one below 280 for each verb (spec/command.re), what follows DATA and BDAT
     (spec/body.rl) and AUTH, and any verb of the application's own (settings.verbs). */
  EHLO = 256,
  HELO = 257,
  MAIL = 258,
  RCPT = 259,
  DATA = 260,
  RSET = 261,
  NOOP = 262,
  VRFY = 263,
  EXPN = 264,
  HELP = 265,
  QUIT = 266,
  STARTTLS = 267,
  AUTH = 268,
  BDAT = 269,
  ETRN = 270,
  LHLO = 271,
  XCLIENT = 272,
  XFORWARD = 273,

  SLICE = 280,
  FAULT = 281,
  BODY_END = 282,
  HEADERS = 283,
  RESPONSE = 284,
  CHUNK_END = 285,
  EXTENSION = 290,

  /* What was decided, now or later. */
  ACCEPT = 300,
  REJECT = 301,
  CHALLENGE = 302,

  /* What the runtime reports. */
  CONNECT = 320,
  SECURED = 321
};

#endif
