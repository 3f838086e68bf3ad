/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_BODY_H
#define CMTA_ENGINE_BODY_H

/*
 * The message, byte by byte: after DATA (RFC 5321 section 4.1.1.4, 4.5.2), where spec/body.rl says
 * where it ends and which dots go, or in chunks (RFC 3030), where it has neither. src/engine/body.c
 * runs that machine and leaps over the runs in which nothing can happen. Nothing is copied.
 */

#include <cmta/envelope.h>

/* What stands next in a message. */
enum body_found {
  FOUND_NOTHING = 0,   /* the input is used up */
  FOUND_SLICE = 1,     /* bytes of the message, dot-unstuffed */
  FOUND_END = 2,       /* CR LF . CR LF has been read; the rest of the input is not the message's */
  FOUND_BARE_CR = 3,   /* a CR without LF */
  FOUND_BARE_LF = 4,   /* an LF without CR */
  FOUND_LONG_LINE = 5, /* a line passed the limit; found once for each such line */
  FOUND_HEADERS = 6    /* the header section is complete; see body_seek_headers() */
};

/* How a message is read; bits. */
enum body_manner {
  BODY_CHUNKS = 1 << 0,     /* it comes in chunks: no dots, no end mark; body_finish() ends it */
  BODY_NORMALISES = 1 << 1, /* a bare CR or LF is handed out as CR LF, and ends a line; it is found
                               behind that */
  BODY_COUNTS = 1 << 2      /* chunks alone: the octets are not looked at, but for the end of the
                               header section while that is sought */
};

/* A reader of one message; small, no memory of its own. */
struct body {
  int cs;          /* the machine's state */
  unsigned manner; /* enum body_manner */
  size_t line;     /* octets of the current line so far, without the stuffed dot */
  size_t max_line; /* octets a line may have, CR LF included */
  unsigned found;  /* what was found behind the slice handed out last: bits 1 << enum body_found */
  bool seeks_headers;     /* the end of the header section is sought and has not come yet */
  struct cmta_slice made; /* octets to hand out next that no input has: the rest of a mended end */
};

/* Begins a message: the next byte is the first after the CR LF of DATA, or the first of all chunks.
   max_line 0 stands for any number. */
void body_begin(struct body *body, size_t max_line, unsigned manner);

/* After body_begin(): the header section's end (RFC 5322 section 2.1) is to be found, once: behind
   the CR LF of the first empty line, or, where there is none, right before FOUND_END. */
void body_seek_headers(struct body *body);

/* Reads on in input and takes off what it read. FOUND_SLICE fills content, never empty, with bytes
   of input (or a static CR, where that came with an input before). A fault is found right behind
   the octet that it is about (the CR, the LF, the first octet above the limit), FOUND_LONG_LINE
   first where two fall on one, whatever the cuts between inputs. Faults do not stop the reader:
   bytes go on to be found after them, and the end is found at CR LF . CR LF only, whatever came
   before. After FOUND_END call body_begin() again. */
enum body_found body_next(struct body *body, struct cmta_slice *input, struct cmta_slice *content);

/* All chunks are here, and body_next() has found nothing more in them: it finds now what their end
   shows (a CR that is bare, the end of the header section), and FOUND_END. */
void body_finish(struct body *body);

#endif
