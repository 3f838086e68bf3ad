/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_DRAFT_H
#define CMTA_ENGINE_DRAFT_H

/* A reply that a hook composes with cmta_reply() and cmta_reply_line(), until its verdict sends it
 * or throws it away. */

#include "engine/memory.h"

/* The longest enhanced status code, "5.999.999", and its NUL (RFC 3463 section 2). */
enum { ENHANCED_SIZE = 10 };

struct draft {
  int code;
  unsigned short set;           /* the hook set that composed it */
  char enhanced[ENHANCED_SIZE]; /* empty when the hook gave none */
  char *text;                   /* its lines, each ended by an LF, which no line may hold */
  size_t length, capacity;
};

/* Frees a draft. NULL is ignored. */
void draft_free(struct memory *memory, struct draft *draft);

#endif
