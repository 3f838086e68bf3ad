/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_FRAMER_H
#define CMTA_ENGINE_FRAMER_H

/* Cuts what the client sends into command lines, each ended by CR LF and nothing else (RFC 5321
 * section 2.3.8). */

#include "engine/memory.h"

/* What tells that a line holds a secret: it begins so, or with another end of the verb than a
 * blank, whether or not AUTH may come now. */
enum { FRAMER_START = sizeof "AUTH " - 1 };

/* Octets of a line that is too long that are kept, to be shown. */
enum { FRAMER_SHOWN = 64 };

/* An unfinished line. Holds no memory between lines. */
struct framer {
  char *buffer;             /* the line so far, or the line last handed out, or NULL */
  size_t capacity;          /* of the buffer */
  size_t length;            /* octets of the line so far */
  size_t kept;              /* of these, from the first on, octets in the buffer */
  bool after_cr;            /* the last of them is a CR */
  bool secret;              /* lines to come may hold secrets: their memory is wiped */
  bool wipe;                /* what the buffer holds may be one */
  char start[FRAMER_START]; /* the first octets of the line in hand, or last handed out */
};

enum framed {
  FRAMED_NOTHING = 0,   /* the input is used up, the line is not complete */
  FRAMED_LINE = 1,      /* a line, CR LF included */
  FRAMED_TOO_LONG = 2,  /* a line longer than the limit has ended; its first octets are left */
  FRAMED_NO_MEMORY = -1 /* the unfinished line cannot be kept */
};

/* The octets of input up to and with the first CR LF; 0 when there is none. after_cr: a CR stood in
 * front of input. */
size_t framer_line_end(const struct cmta_slice *input, bool after_cr);

/* Takes bytes off input up to the end of the next line. On FRAMED_LINE line points into input or
   into the framer, until the next call. A line of more than limit octets is read to its end, and no
   more of it is kept: on FRAMED_TOO_LONG line has its length, and framer_beginning() is what is
   there of it. */
enum framed framer_next(struct framer *framer, struct memory *memory, size_t limit,
                        struct cmta_slice *input, struct cmta_slice *line);

/* Whether the line in hand, or the one that has ended last, is an AUTH command, or was meant to be
 * one. */
bool framer_has_auth(const struct framer *framer);

/* Whether it is BDAT, or was meant to be: octets that are no commands may come behind it. */
bool framer_has_bdat(const struct framer *framer);

/* Of a line that was too long and has just been handed out: what it begins with, FRAMER_SHOWN
   octets, or none where it is an AUTH command that came in pieces or memory was short. */
struct cmta_slice framer_beginning(const struct framer *framer, struct cmta_slice line);

/* What is known of the unfinished line: all of it, or the first octets of one that is too long. */
struct cmta_slice framer_unfinished(const struct framer *framer);

/* Whether text is a line that begins with a verb of four letters, whatever ends that. */
bool framer_is_verb(struct cmta_slice text, const char *name);

/* The line last handed out is done with: gives its memory back. */
void framer_release(struct framer *framer, struct memory *memory);

#endif
