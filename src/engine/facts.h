/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_FACTS_H
#define CMTA_ENGINE_FACTS_H

/* What does not depend on order: facts that forbid a command whatever the phase. Checked in one
 * place, before the chart sees the event. */

#include "engine/verbs.h"

enum fact {
  FACT_NO_HELP = 1 << 0,         /* the extension HELP is off */
  FACT_NO_EXPN = 1 << 1,         /* the application has no `expn` hook */
  FACT_NO_TLS = 1 << 2,          /* the connection is not encrypted */
  FACT_NO_AUTH = 1 << 3,         /* the client is not authenticated */
  FACT_TLS_FIRST = 1 << 4,       /* it is not encrypted, and must be */
  FACT_TLS_ON = 1 << 5,          /* it is encrypted */
  FACT_NO_STARTTLS = 1 << 6,     /* the extension STARTTLS is off */
  FACT_TLS_UNAVAILABLE = 1 << 7, /* it is offered, but cannot be had */
  FACT_NO_MECHANISM = 1 << 8,    /* the extension AUTH is off, or there is nobody to ask */
  FACT_AUTHENTICATED = 1 << 9,   /* the client is authenticated */
  FACT_AUTH_FIRST = 1 << 10,     /* it is not, and must be */
  FACT_NO_EHLO = 1 << 11,        /* what EHLO offers was not offered */
  FACT_NO_CHUNKING = 1 << 12,    /* the extension CHUNKING is off */
  FACT_BINARY = 1 << 13,         /* the running transaction is BODY=BINARYMIME */
  FACT_LMTP = 1 << 14,           /* the session speaks LMTP */
  FACT_NO_LMTP = 1 << 15,        /* it speaks SMTP */
  FACT_NO_LHLO = 1 << 16,        /* what LHLO offers was not offered */
  FACT_NO_XCLIENT = 1 << 17,     /* the client is not trusted with XCLIENT, or it is off */
  FACT_NO_XFORWARD = 1 << 18,    /* likewise */
  FACT_NO_ETRN =
      1 << 19, /* the extension ETRN is off, there is nobody to ask, or mail is submitted */
  FACT_ALL = (1 << 20) - 1
};

/* The facts that hold for a session now. */
unsigned facts_of(const struct cmta_session *session);

/* REPLY_NONE when a verb may go to the chart, or the reply of the first fact that forbids it. */
enum reply_id facts_guard(unsigned facts, const struct verb *verb);

/* Whether a verb is a command that no fact forbids: HELP lists these. */
bool facts_offer(unsigned facts, const struct verb *verb);

#endif
