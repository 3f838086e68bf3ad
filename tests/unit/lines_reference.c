/* SPDX-License-Identifier: MIT */

/* The slow reader of lines: what an octet is depends on its neighbours alone. */

#include "lines_reference.h"

#include <stdlib.h>
#include <string.h>

/* A reading on its way. */
struct lines {
  struct body_reading reading;
  struct lines_way way;
  size_t line; /* octets of the line in hand */
  bool clean;  /* it began at a CR LF of the wire, or what was made one */
  bool sought; /* the end of the header section, still */
};

static void *allocate(size_t size) {
  void *memory = malloc(size);
  if (memory == NULL)
    abort();
  return memory;
}

static struct body_reading new_reading(size_t length) {
  return (struct body_reading){
      .content = allocate(2 * length + 2),
      .faults = allocate((3 * length + 4) * sizeof(struct body_fault)),
  };
}

static void add_fault(struct lines *lines, enum body_found kind) {
  struct body_reading *reading = &lines->reading;
  if (kind == FOUND_HEADERS || !(lines->way.manner & BODY_COUNTS))
    reading->faults[reading->fault_count++] = (struct body_fault){kind, reading->length};
}

static void end_headers(struct lines *lines) {
  if (lines->sought)
    add_fault(lines, FOUND_HEADERS);
  lines->sought = false;
}

/* Octets that come as one. */
static void add(struct lines *lines, const char *octets, size_t count) {
  const size_t most = lines->way.max_line, before = lines->line;
  memcpy(lines->reading.content + lines->reading.length, octets, count);
  lines->reading.length += count;
  lines->line += count;
  if (most > 0 && before <= most && lines->line > most)
    add_fault(lines, FOUND_LONG_LINE);
}

static void end_line(struct lines *lines) {
  if (lines->clean && lines->line == 2)
    end_headers(lines);
  lines->line = 0;
  lines->clean = true;
}

/* A CR or LF that is alone. */
static void add_bare(struct lines *lines, char octet) {
  const bool mends = lines->way.manner & BODY_NORMALISES;
  if (!mends || octet == '\r')
    add(lines, &octet, 1);
  if (mends)
    add(lines, octet == '\r' ? "\n" : "\r\n", octet == '\r' ? 1 : 2);
  add_fault(lines, octet == '\r' ? FOUND_BARE_CR : FOUND_BARE_LF);
  if (mends)
    end_line(lines);
  else
    lines->clean = false;
}

static void read_octet(struct lines *lines, const char *content, size_t length, size_t i) {
  const char octet = content[i];
  const bool last = i + 1 == length;
  const bool bare_cr = octet == '\r' && (last ? lines->reading.ended : content[i + 1] != '\n');
  const bool bare_lf = octet == '\n' && (i == 0 || content[i - 1] != '\r');
  if (bare_cr || bare_lf) {
    add_bare(lines, octet);
    return;
  }
  add(lines, &octet, 1);
  if (octet == '\n')
    end_line(lines);
}

/* The content without dots, and where it ends. */
static struct body_reading content_of(const char *wire, size_t length, unsigned manner) {
  if (!(manner & BODY_CHUNKS))
    return reading_expected(wire, length, 0);
  struct body_reading all = new_reading(length);
  memcpy(all.content, wire, length);
  all.length = all.taken = length;
  all.ended = true;
  return all;
}

struct body_reading lines_expected(const char *wire, size_t length, struct lines_way way) {
  struct body_reading content = content_of(wire, length, way.manner);
  struct lines lines = {.way = way, .clean = true, .sought = way.headers};
  lines.reading = new_reading(length);
  lines.reading.ended = content.ended;
  lines.reading.taken = content.taken;
  for (size_t i = 0; i < content.length; i++)
    read_octet(&lines, content.content, content.length, i);
  if (content.ended)
    end_headers(&lines);
  reading_clear(&content);
  return lines.reading;
}

/* A slice must be of the piece, or of a line's end that is not there as it should be. */
static void check_slice(struct cmta_slice slice, const char *piece, size_t length) {
  const bool inside = slice.at >= piece && slice.at + slice.length <= piece + length;
  const bool made = slice.length <= 2 && (slice.at[0] == '\r' || slice.at[0] == '\n');
  if (slice.length == 0 || !(inside || made))
    abort();
}

static void see(struct body_reading *reading, struct body *body, struct cmta_slice *input,
                const char *piece, size_t length) {
  struct cmta_slice content;
  enum body_found found = FOUND_SLICE;
  while (!reading->ended && found != FOUND_NOTHING) {
    found = body_next(body, input, &content);
    if (found == FOUND_SLICE) {
      check_slice(content, piece, length);
      memcpy(reading->content + reading->length, content.at, content.length);
      reading->length += content.length;
    } else if (found == FOUND_END) {
      reading->ended = true;
    } else if (found != FOUND_NOTHING) {
      reading->faults[reading->fault_count++] = (struct body_fault){found, reading->length};
    }
  }
}

static void see_piece(struct body_reading *reading, struct body *body, const char *at,
                      size_t length) {
  char *piece = allocate(length + (length == 0));
  memcpy(piece, at, length);
  struct cmta_slice input = {piece, length};
  see(reading, body, &input, piece, length);
  reading->taken += length - input.length;
  free(piece);
}

struct body_reading lines_seen(const char *wire, size_t length, struct lines_way way,
                               const size_t *cuts, size_t cut_count) {
  struct body_reading reading = new_reading(length);
  struct body body;
  size_t from = 0;
  body_begin(&body, way.max_line, way.manner);
  if (way.headers)
    body_seek_headers(&body);
  for (size_t i = 0; i <= cut_count && !reading.ended; i++) {
    const size_t to = i < cut_count ? cuts[i] : length;
    see_piece(&reading, &body, wire + from, to - from);
    from = to;
  }
  if (way.manner & BODY_CHUNKS) {
    struct cmta_slice nothing = {"", 0};
    body_finish(&body);
    see(&reading, &body, &nothing, "", 0);
  }
  return reading;
}
