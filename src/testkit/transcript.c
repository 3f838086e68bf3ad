/* SPDX-License-Identifier: MIT */

/* Transcripts as lines of text. What clients have said is fit to be shown already. */

#include "testkit/octets.h"
#include "testkit/recorder.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Each kind: what JSON calls it, and how a line begins. */
static const struct kind_row {
  const char *name;
  char side;
  const char *front;
} kinds[] = {
    [CMTA_EVENT_CONNECTED] = {"connected", '*', "connected from "},
    [CMTA_EVENT_CLIENT] = {"client", 'C', ""},
    [CMTA_EVENT_SERVER] = {"server", 'S', ""},
    [CMTA_EVENT_MESSAGE] = {"message", 'C', ""},
    [CMTA_EVENT_TLS] = {"tls", '*', "TLS: "},
    [CMTA_EVENT_FAULT] = {"fault", '*', "fault: "},
    [CMTA_EVENT_WARNING] = {"warning", '!', "warning: "},
    [CMTA_EVENT_CLOSED] = {"closed", '*', "closed: "},
    [CMTA_EVENT_CLIENT_NAMED] = {"client-named", '*', "speaks for "},
    [CMTA_EVENT_UNREAD] = {"unread", '*', "not read: "},
    [CMTA_EVENT_UNSENT] = {"unsent", '*', "not sent: "},
    [CMTA_EVENT_LEFT_OUT] = {"left-out", '*', "events left out: "},
};

/* A transcript that is written. */
struct page {
  struct octets text;
  bool failed;
  uint64_t connection;
};

static void add(struct page *page, const char *text, size_t length) {
  page->failed = page->failed || !octets_add(&page->text, text, length);
}

static void add_text(struct page *page, const char *text) { add(page, text, strlen(text)); }

static void add_short(struct page *page, const char *format, ...) {
  char text[128];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  add_text(page, text);
}

/* With a point whatever the locale. */
static void add_seconds(struct page *page, double seconds) {
  uint64_t thousandths = seconds > 0 ? (uint64_t)(seconds * 1000 + 0.5) : 0;
  add_short(page, "%" PRIu64 ".%03u", thousandths / 1000, (unsigned)(thousandths % 1000));
}

static void write_line(void *context, const struct cmta_event *event) {
  struct page *page = context;
  const struct kind_row *kind = &kinds[event->kind];
  add_seconds(page, event->seconds);
  add_short(page, "  %c%c ", kind->side, event->tls ? '+' : ' ');
  if (event->kind == CMTA_EVENT_MESSAGE)
    add_short(page, "(message of %" PRIu64 " octets)", event->octets);
  add_text(page, kind->front);
  add_text(page, event->text);
  add_text(page, "\n");
}

/* The text of an event has no controls: quotes and backslashes are all that JSON cannot have. */
static void add_string(struct page *page, const char *text) {
  add_text(page, "\"");
  while (*text) {
    size_t length = strcspn(text, "\"\\");
    add(page, text, length);
    text += length;
    if (*text) {
      add_text(page, "\\");
      add(page, text++, 1);
    }
  }
  add_text(page, "\"");
}

static void write_object(void *context, const struct cmta_event *event) {
  struct page *page = context;
  add_short(page, "{\"connection\":%" PRIu64 ",\"seconds\":", page->connection);
  add_seconds(page, event->seconds);
  add_short(page,
            ",\"kind\":\"%s\",\"tls\":%s,\"octets\":%" PRIu64 ",\"text\":", kinds[event->kind].name,
            event->tls ? "true" : "false", event->octets);
  add_string(page, event->text);
  add_text(page, "}\n");
}

char *transcript_new(const struct record *record, enum cmta_transcript_form form) {
  struct page page = {.connection = record->connection};
  add_text(&page, "");
  record_show(record, form == CMTA_TRANSCRIPT_JSON ? write_object : write_line, &page);
  if (page.failed)
    octets_free(&page.text);
  return page.text.at;
}
