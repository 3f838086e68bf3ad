/* SPDX-License-Identifier: MIT */

/*
 * Runs the machine of spec/body.rl over inputs, hands out what it found one by one, and leaps over
 * the runs in which it has nothing to find. Which bytes mean what is said in spec/body.rl; the leap
 * knows only what is certainly harmless, and stays away from a header section whose end is sought.
 */

#include "engine/body.h"
#include "engine/body_machine.h"

#include <string.h>

/* Octets that the leap judges at once. */
#define BLOCK ((size_t)64)

/* What a block may hold, as bits. */
enum traits {
  TRAIT_EDGE = 1, /* something for the machine: a bare CR or LF, a dot at the beginning of a line */
  TRAIT_LINE_END = 2 /* a line's end */
};

void body_begin(struct body *body, size_t max_line, unsigned manner) {
  *body = (struct body){.max_line = max_line > 0 ? max_line : SIZE_MAX, .manner = manner};
  body_machine_begin(body);
}

void body_seek_headers(struct body *body) { body->seeks_headers = true; }

/* Takes one thing off what has been found: the long line first, then faults by octet, then the ends
 * of the header section and of the message. */
static enum body_found take_found(struct body *body) {
  static const enum body_found order[] = {FOUND_LONG_LINE, FOUND_BARE_CR, FOUND_BARE_LF,
                                          FOUND_HEADERS, FOUND_END};
  for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
    unsigned bit = 1u << order[i];
    if (body->found & bit) {
      body->found &= ~bit;
      return order[i];
    }
  }
  return FOUND_NOTHING;
}

/* A bare LF has been read as the last octet of the content, a bare CR stands before its end: the
 * one goes out as CR LF, the other gets its LF. */
static void normalise(struct body *body, struct cmta_slice *content) {
  if (body->found & 1u << FOUND_BARE_LF) {
    content->length--;
    body->made = (struct cmta_slice){"\r\n", 2};
  } else if (body->found & 1u << FOUND_BARE_CR) {
    body->made = (struct cmta_slice){"\n", 1};
  }
}

/* Octets that are only counted have no faults. */
static struct cmta_slice run(struct body *body, struct cmta_slice *input, bool last) {
  struct cmta_slice content = body_machine_run(body, input, last);
  if (body->manner & BODY_COUNTS)
    body->found &= 1u << FOUND_HEADERS;
  else if (body->manner & BODY_NORMALISES)
    normalise(body, &content);
  return content;
}

/* Reads on in an input that is not empty. */
static struct cmta_slice read_on(struct body *body, struct cmta_slice *input) {
  if (!(body->manner & BODY_COUNTS) || body->seeks_headers)
    return run(body, input, false);
  struct cmta_slice content = *input;
  input->at += input->length;
  input->length = 0;
  return content;
}

enum body_found body_next(struct body *body, struct cmta_slice *input, struct cmta_slice *content) {
  while (body->found == 0 && body->made.length == 0 && input->length > 0) {
    *content = read_on(body, input);
    if (content->length > 0)
      return FOUND_SLICE;
  }
  if (body->made.length == 0)
    return take_found(body);
  *content = body->made;
  body->made.length = 0;
  return FOUND_SLICE;
}

void body_finish(struct body *body) {
  struct cmta_slice nothing = {"", 0};
  run(body, &nothing, true);
  body_headers_end(body);
  body->found |= 1u << FOUND_END;
}

/* Sixteen octets side by side, an extension of GNU C that gcc and clang have on every processor.
   Loops over single octets in plain C cost more: clang makes no vector code of them at all. */
typedef unsigned char octets __attribute__((vector_size(16)));

static inline octets load(const unsigned char *p) {
  octets loaded;
  memcpy(&loaded, p, sizeof loaded);
  return loaded;
}

static inline bool any(octets flags) {
  uint64_t halves[2];
  memcpy(halves, &flags, sizeof halves);
  return (halves[0] | halves[1]) != 0;
}

/* The traits of the block at p; reads p[BLOCK] too. A pair CR LF is whole when each CR has its LF
   behind it and each LF its CR before it; the first octet's own predecessor is the caller's. */
static inline unsigned block_traits(const unsigned char *p) {
  octets edges = {0}, line_ends = {0};
  for (size_t i = 0; i < BLOCK; i += sizeof(octets)) {
    octets here = load(p + i), next = load(p + i + 1);
    octets line_end = (octets)(here == '\n');
    edges |= (octets)(here == '\r') ^ (octets)(next == '\n');
    edges |= line_end & (octets)(next == '.');
    line_ends |= line_end;
  }
  return (any(edges) ? TRAIT_EDGE : 0) | (any(line_ends) ? TRAIT_LINE_END : 0);
}

/* A leap on its way. */
struct leap {
  const unsigned char *at;        /* how far it has come */
  const unsigned char *line_ends; /* behind the last block with a line's end, or NULL */
  size_t room; /* octets that the line may surely grow by without passing the limit */
};

/* Moves over clean blocks while the line's length cannot matter. Lines that lie in one block cannot
   pass a limit of BLOCK or more, and the line that leaves a block began at most BLOCK before. */
static void leap_blocks(struct leap *leap, const unsigned char *end, size_t max_line) {
  while ((size_t)(end - leap->at) > BLOCK && leap->room >= BLOCK) {
    unsigned traits = block_traits(leap->at);
    if (traits & TRAIT_EDGE)
      return;
    leap->at += BLOCK;
    leap->room -= BLOCK;
    if (traits & TRAIT_LINE_END) {
      leap->line_ends = leap->at;
      leap->room = max_line - BLOCK;
    }
  }
}

/* Steps back to a byte whose predecessor is text, at most to from. */
static const unsigned char *back_to_text(const unsigned char *from, const unsigned char *at) {
  while (at > from && (at[-1] == '\r' || at[-1] == '\n'))
    at--;
  return at;
}

/* Behind the last LF in from..at, or NULL. */
static const unsigned char *behind_last_lf(const unsigned char *from, const unsigned char *at) {
  while (at > from && at[-1] != '\n')
    at--;
  return at > from ? at : NULL;
}

/* Brings the line's length up to date after a leap from..leap->at. */
static void count_leap(struct body *body, const unsigned char *from, const struct leap *leap) {
  const unsigned char *line = NULL;
  if (leap->line_ends != NULL)
    line = behind_last_lf(from, leap->line_ends < leap->at ? leap->line_ends : leap->at);
  if (line != NULL)
    body->line = (size_t)(leap->at - line);
  else
    body->line += (size_t)(leap->at - from);
}

const unsigned char *body_leap(struct body *body, const unsigned char *last,
                               const unsigned char *end, const unsigned char **calm) {
  const unsigned char *from = last + 1;
  *calm = end;
  if (body->seeks_headers)
    return last;
  bool passed = body->line > body->max_line;
  struct leap leap = {.at = from, .room = passed ? SIZE_MAX : body->max_line - body->line};
  if (from < end && *from != '\n' && body->max_line >= BLOCK)
    leap_blocks(&leap, end, body->max_line);
  *calm = (size_t)(end - leap.at) > BLOCK ? leap.at + BLOCK : end;
  leap.at = back_to_text(from, leap.at);
  count_leap(body, from, &leap);
  return leap.at - 1;
}
