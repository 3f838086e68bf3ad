/* SPDX-License-Identifier: MIT */

/*
 * The slow reader of messages: no states and no bytes one after the other, but lines found by
 * string search in the whole message (RFC 5321 sections 4.1.1.4 and 4.5.2).
 */

#include "body_reference.h"

#include <stdlib.h>
#include <string.h>

static void *allocate(size_t size) {
  void *memory = malloc(size > 0 ? size : 1);
  if (memory == NULL)
    abort();
  return memory;
}

static struct body_reading new_reading(size_t length) {
  return (struct body_reading){
      .content = allocate(length),
      .faults = allocate((2 * length + 1) * sizeof(struct body_fault)),
  };
}

static void add_content(struct body_reading *reading, const char *at, size_t length) {
  memcpy(reading->content + reading->length, at, length);
  reading->length += length;
}

static void add_fault(struct body_reading *reading, enum body_found kind, size_t offset) {
  reading->faults[reading->fault_count++] = (struct body_fault){kind, offset};
}

/* Where needle begins in from..end, or NULL. */
static const char *find(const char *from, const char *end, const char *needle) {
  size_t length = strlen(needle);
  for (; (size_t)(end - from) >= length; from++)
    if (memcmp(from, needle, length) == 0)
      return from;
  return NULL;
}

/* The faults of one line of length octets, which begins at offset of the content. known tells how
   many of them have a successor, or are a line's end; a CR beyond may still become one. */
static void fault_line(struct body_reading *reading, const char *line, size_t length, size_t known,
                       bool whole, size_t max_line) {
  size_t offset = reading->length;
  for (size_t i = 0; i < length; i++) {
    bool of_end = whole && i + 2 >= length;
    if (max_line > 0 && i == max_line)
      add_fault(reading, FOUND_LONG_LINE, offset + i + 1);
    if (line[i] == '\r' && !of_end && i < known)
      add_fault(reading, FOUND_BARE_CR, offset + i + 1);
    if (line[i] == '\n' && !of_end)
      add_fault(reading, FOUND_BARE_LF, offset + i + 1);
  }
}

/* A line as it is on the wire; whole when it ends in CR LF, else it is all that is there so far. */
static void read_line(struct body_reading *reading, const char *line, size_t length, bool whole,
                      size_t max_line) {
  bool stuffed = length > 0 && line[0] == '.';
  if (stuffed) {
    line++;
    length--;
  }
  if (stuffed && !whole && length == 1 && line[0] == '\r')
    return;
  fault_line(reading, line, length, whole || length == 0 ? length : length - 1, whole, max_line);
  add_content(reading, line, length);
}

static void read_lines(struct body_reading *reading, const char *from, const char *end,
                       size_t max_line) {
  for (const char *next; from < end; from = next) {
    const char *line_end = find(from, end, "\r\n");
    next = line_end != NULL ? line_end + 2 : end;
    read_line(reading, from, (size_t)(next - from), line_end != NULL, max_line);
  }
}

struct body_reading reading_expected(const char *wire, size_t length, size_t max_line) {
  struct body_reading reading = new_reading(length);
  const char *end = wire + length;
  const char *last = find(wire, end, "\r\n.\r\n");
  bool empty = length >= 3 && memcmp(wire, ".\r\n", 3) == 0;
  const char *content_end = empty ? wire : last != NULL ? last + 2 : end;
  reading.ended = empty || last != NULL;
  reading.taken = (size_t)(content_end - wire) + (reading.ended ? 3 : 0);
  read_lines(&reading, wire, content_end, max_line);
  return reading;
}

/* A slice must be of the piece, or the CR that came with a piece before. */
static void check_slice(struct cmta_slice slice, const char *piece, size_t length) {
  bool inside = slice.at >= piece && slice.at + slice.length <= piece + length;
  bool held = slice.length == 1 && slice.at[0] == '\r';
  if (slice.length == 0 || !(inside || held))
    abort();
}

/* Reads one piece; what is left of it when the end was found stays untaken. */
static void see_piece(struct body_reading *reading, struct body *body, const char *at,
                      size_t length) {
  char *piece = allocate(length);
  memcpy(piece, at, length);
  struct cmta_slice input = {piece, length}, content;
  enum body_found found = FOUND_SLICE;
  while (!reading->ended && found != FOUND_NOTHING) {
    found = body_next(body, &input, &content);
    if (found == FOUND_SLICE) {
      check_slice(content, piece, length);
      add_content(reading, content.at, content.length);
    } else if (found == FOUND_END) {
      reading->ended = true;
    } else if (found != FOUND_NOTHING) {
      add_fault(reading, found, reading->length);
    }
  }
  reading->taken += length - input.length;
  free(piece);
}

struct body_reading reading_seen(const char *wire, size_t length, size_t max_line,
                                 const size_t *cuts, size_t cut_count) {
  struct body_reading reading = new_reading(length);
  struct body body;
  body_begin(&body, max_line, 0);
  size_t from = 0;
  for (size_t i = 0; i <= cut_count && !reading.ended; i++) {
    size_t to = i < cut_count ? cuts[i] : length;
    see_piece(&reading, &body, wire + from, to - from);
    from = to;
  }
  return reading;
}

static bool same_faults(const struct body_reading *one, const struct body_reading *other) {
  if (one->fault_count != other->fault_count)
    return false;
  for (size_t i = 0; i < one->fault_count; i++)
    if (one->faults[i].kind != other->faults[i].kind ||
        one->faults[i].offset != other->faults[i].offset)
      return false;
  return true;
}

bool reading_same(const struct body_reading *one, const struct body_reading *other) {
  return one->ended == other->ended && one->taken == other->taken && one->length == other->length &&
         memcmp(one->content, other->content, one->length) == 0 && same_faults(one, other);
}

void reading_print(FILE *file, const char *title, const struct body_reading *reading) {
  fprintf(file, "%s: %zu taken, %s\n  content \"", title, reading->taken,
          reading->ended ? "ended" : "not ended");
  for (size_t i = 0; i < reading->length; i++) {
    unsigned char byte = (unsigned char)reading->content[i];
    fprintf(file, byte >= ' ' && byte < 127 ? "%c" : "\\x%02x", byte);
  }
  fprintf(file, "\"\n");
  for (size_t i = 0; i < reading->fault_count; i++)
    fprintf(file, "  fault %d at %zu\n", (int)reading->faults[i].kind, reading->faults[i].offset);
}

void reading_clear(struct body_reading *reading) {
  free(reading->content);
  free(reading->faults);
  *reading = (struct body_reading){0};
}

static const char *const fault_names[] = {[FOUND_BARE_CR] = "CR",
                                          [FOUND_BARE_LF] = "LF",
                                          [FOUND_LONG_LINE] = "LONG",
                                          [FOUND_HEADERS] = "H"};

void reading_list_faults(const struct body_reading *reading, char *text, size_t size) {
  size_t used = 0;
  text[0] = '\0';
  for (size_t i = 0; i < reading->fault_count && used < size; i++)
    used += (size_t)snprintf(text + used, size - used, "%s%s@%zu", i > 0 ? " " : "",
                             fault_names[reading->faults[i].kind], reading->faults[i].offset);
}
