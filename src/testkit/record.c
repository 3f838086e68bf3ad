/* SPDX-License-Identifier: MIT */

/* The events of one connection, as many as there is room for. */

#include "testkit/recorder.h"
#include "testkit/visible.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  MOST_EVENTS = 10000,
  MOST_TEXT = 1048576, /* octets of all texts of a connection */
  MOST_LINE = 1000     /* octets of a line that are shown */
};

/* Makes room for `more` in an array of `count` that has `room`; false without memory. */
static bool grow(void **array, size_t element, size_t count, size_t more, size_t *room) {
  if (count + more <= *room)
    return true;
  size_t wanted = *room * 2 > count + more ? *room * 2 : count + more + 16;
  void *grown = realloc(*array, wanted * element);
  if (!grown)
    return false;
  *array = grown;
  *room = wanted;
  return true;
}

/* The end is always there to be told. */
static bool has_room(const struct record *record, enum cmta_event_kind kind, size_t size) {
  return kind == CMTA_EVENT_CLOSED ||
         (record->count < MOST_EVENTS && record->length + size <= MOST_TEXT);
}

static double seconds_of(const struct record *record, const struct cmta_session *session) {
  return (double)(cmta_session_now(session) - record->began) / 1e9;
}

static bool make_room(struct record *record, size_t size) {
  void *events = record->events, *texts = record->texts;
  bool made = grow(&events, sizeof *record->events, record->count, 1, &record->room) &&
              grow(&texts, 1, record->length, size, &record->size);
  record->events = events;
  record->texts = texts;
  return made;
}

void record_add(struct record *record, const struct cmta_session *session,
                enum cmta_event_kind kind, uint64_t octets, const char *text) {
  size_t size = strlen(text) + 1;
  if (!has_room(record, kind, size) || !make_room(record, size)) {
    record->left_out++;
    return;
  }
  uint64_t out_from = cmta_session_counts(session)->octets_out;
  memcpy(record->texts + record->length, text, size);
  record->events[record->count++] = (struct kept_event){
      .kind = kind,
      .tls = cmta_session_encrypted(session),
      .seconds = seconds_of(record, session),
      .octets = octets,
      .text = record->length,
      .out_from = out_from,
      .out_to = out_from + (record->in_place ? 0 : octets),
  };
  record->length += size;
}

/* What is said in place of what is not shown; in tail, of size octets. */
static void tail_of(const struct cmta_fragment *fragment, bool cut, char *tail, size_t size) {
  bool whole = fragment->octets == fragment->bytes.length + (fragment->ended ? 2u : 0u);
  if (fragment->secret)
    snprintf(tail, size, "%s[secret]", fragment->bytes.length ? " " : "");
  else if (cut || !whole)
    snprintf(tail, size, "... (%" PRIu64 " octets)", fragment->octets);
  else
    *tail = '\0';
}

void record_add_fragment(struct record *record, const struct cmta_session *session,
                         const struct cmta_fragment *fragment) {
  char tail[64], text[MOST_LINE * VISIBLE_MOST + sizeof tail];
  struct cmta_slice bytes = fragment->bytes;
  bool cut = bytes.length > MOST_LINE;
  bytes.length = cut ? MOST_LINE : bytes.length;
  tail_of(fragment, cut, tail, sizeof tail);
  size_t length = visible(bytes, true, text);
  memcpy(text + length, tail, strlen(tail) + 1);
  record_add(record, session, CMTA_EVENT_CLIENT, fragment->octets, text);
  record->unread += fragment->read ? 0 : fragment->octets;
}

void record_add_line(struct record *record, const struct cmta_session *session,
                     enum cmta_event_kind kind, struct cmta_slice line) {
  char text[MOST_LINE * VISIBLE_MOST + sizeof "..."];
  uint64_t octets = line.length;
  if (line.length >= 2 && memcmp(line.at + line.length - 2, "\r\n", 2) == 0)
    line.length -= 2;
  bool cut = line.length > MOST_LINE;
  line.length = cut ? MOST_LINE : line.length;
  size_t length = visible(line, true, text);
  memcpy(text + length, "...", cut ? sizeof "..." : 0);
  record_add(record, session, kind, octets, text);
}

void record_unread(struct record *record, const struct cmta_session *session) {
  char text[64];
  snprintf(text, sizeof text, "%" PRIu64 " octets", record->unread);
  if (record->unread)
    record_add(record, session, CMTA_EVENT_UNREAD, record->unread, text);
}

/* Octets of an event that have not gone out when so many of the session's have. */
static uint64_t unsent_of(const struct kept_event *event, uint64_t sent) {
  if (event->kind != CMTA_EVENT_SERVER)
    return 0;
  if (sent <= event->out_from)
    return event->octets;
  return sent < event->out_to ? event->out_to - sent : 0;
}

/* What waits to be sent is no measure: replies of which nothing goes out are among it. */
void record_unsent(struct record *record, const struct cmta_session *session) {
  uint64_t sent = cmta_session_counts(session)->octets_out - cmta_session_output(session).length;
  uint64_t octets = 0;
  char text[64];
  for (size_t i = 0; i < record->count; i++)
    octets += unsent_of(&record->events[i], sent);
  snprintf(text, sizeof text, "%" PRIu64 " octets", octets);
  if (octets)
    record_add(record, session, CMTA_EVENT_UNSENT, octets, text);
}

static void show_left_out(const struct record *record,
                          void (*show)(void *context, const struct cmta_event *event),
                          void *context, const struct kept_event *at) {
  char text[64];
  struct cmta_event event = {.kind = CMTA_EVENT_LEFT_OUT, .text = text};
  snprintf(text, sizeof text, "%" PRIu64, record->left_out);
  event.seconds = at ? at->seconds : 0;
  event.tls = at && at->tls;
  show(context, &event);
}

/* Where events are left out that is said in front of the end. */
int record_show(const struct record *record,
                void (*show)(void *context, const struct cmta_event *event), void *context) {
  for (size_t i = 0; i < record->count; i++) {
    const struct kept_event *kept = &record->events[i];
    if (kept->kind == CMTA_EVENT_CLOSED && record->left_out)
      show_left_out(record, show, context, kept);
    struct cmta_event event = {.kind = kept->kind,
                               .seconds = kept->seconds,
                               .tls = kept->tls,
                               .octets = kept->octets,
                               .text = record->texts + kept->text};
    show(context, &event);
  }
  if (record->left_out && !record->closed)
    show_left_out(record, show, context, record->count ? &record->events[record->count - 1] : NULL);
  return (int)record->count + (record->left_out > 0);
}
