/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_BODY_MACHINE_H
#define CMTA_ENGINE_BODY_MACHINE_H

/*
 * Between the machine of spec/body.rl and src/engine/body.c, and nobody else's: how the machine is
 * run, and the two things it asks for. What a reader of messages needs is in engine/body.h.
 */

#include "engine/body.h"

/* Sets body->cs to the beginning of a message. */
void body_machine_begin(struct body *body);

/* Runs the machine over input until something is found, content before a gap is complete or the
   input is used up. Takes off input what it read, sets the bits of body->found, and returns the
   content read, which comes before what was found: bytes of input, or the static CR that was held
   from an input before. input must not be empty unless it is the last one of chunks, and
   body->found must be 0. */
struct cmta_slice body_machine_run(struct body *body, struct cmta_slice *input, bool last);

/* The machine's leap. last is the byte just read, which is text (neither CR nor LF), and end is the
   end of the input. Returns the last byte of the run behind it that needs no machine: one that has
   no fault and no dot to drop and ends in text; or last itself. Keeps body->line. Before *calm it
   is no use to ask again. */
const unsigned char *body_leap(struct body *body, const unsigned char *last,
                               const unsigned char *end, const unsigned char **calm);

/* The header section ends here, if its end is sought. */
static inline void body_headers_end(struct body *body) {
  if (body->seeks_headers)
    body->found |= 1u << FOUND_HEADERS;
  body->seeks_headers = false;
}

/* Counts one octet of the line. True when it is the first one above the limit; counting stops
   there, so that a line passes once. */
static inline bool body_line_passes(struct body *body) {
  return body->line <= body->max_line && ++body->line > body->max_line;
}

/* A bare CR or LF, which has been counted, is made CR LF where that is wanted: one octet more, and
   with it the line ends. */
static inline void body_mend(struct body *body) {
  if (!(body->manner & BODY_NORMALISES))
    return;
  if (body_line_passes(body))
    body->found |= 1u << FOUND_LONG_LINE;
  if (body->line == 2)
    body_headers_end(body);
  body->line = 0;
}

/* Whether the CR LF just counted is all of its line, which began behind a mended end. */
static inline bool body_was_mended(const struct body *body) {
  return (body->manner & BODY_NORMALISES) && body->line == 2;
}

#endif
