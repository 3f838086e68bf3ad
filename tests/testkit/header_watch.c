/* SPDX-License-Identifier: MIT */

/* Warnings of missing fields are those of the header section that mails show, whatever pieces it
 * comes in. The linker leads what warnings add to a record here. */

#include "testkit/mime.h"
#include "testkit/recorder.h"

#include <criterion/criterion.h>
#include <string.h>

/* What was warned of. */
static bool no_date, no_from;

void __wrap_record_add(struct record *record, const struct cmta_session *session,
                       enum cmta_event_kind kind, uint64_t octets, const char *text);

void __wrap_record_add(struct record *record, const struct cmta_session *session,
                       enum cmta_event_kind kind, uint64_t octets, const char *text) {
  (void)record, (void)session, (void)octets;
  cr_assert_eq(kind, CMTA_EVENT_WARNING);
  no_date |= strcmp(text, "no Date field") == 0;
  no_from |= strcmp(text, "no From field") == 0;
}

/* A message in pieces: of `front` octets first, then of `size`. */
static void watch(struct cmta_slice message, size_t front, size_t size) {
  struct record record = {.header.eight_bit = true}; /* of these nobody asks */
  no_date = no_from = false;
  for (size_t at = 0, next = front; at < message.length; at += next, next = size) {
    next = next < message.length - at ? next : message.length - at;
    warn_of_octets(&record, NULL, (struct cmta_slice){message.at + at, next});
  }
  warn_of_end(&record, NULL);
}

static void expect(const char *message, bool date, bool from) {
  struct cmta_slice bytes = {message, strlen(message)};
  for (size_t front = 0; front <= bytes.length; front++) {
    watch(bytes, front, bytes.length);
    cr_assert_eq(no_date, !date, "Date, cut at %zu in: %s", front, message);
    cr_assert_eq(no_from, !from, "From, cut at %zu in: %s", front, message);
  }
}

Test(header_watch, knows_blanks_before_the_colon) {
  expect("Date\t: x\r\nFrom      : x\r\n\r\n", true, true);
  expect("From : x\r\nDate \t : x\r\n\r\n", true, true);
  expect("Da te: x\r\nFrom: x\r\n\r\n", false, false);
}

Test(header_watch, ends_at_the_first_line_that_is_no_field) {
  expect("hello\r\nDate: x\r\nFrom: x\r\n\r\n", false, false);
  expect("Date: x\r\nbroken\r\nFrom: x\r\n\r\n", true, false);
  expect("From: x\r\nbroken :\r\n: y\r\nDate: x\r\n\r\n", false, true);
  expect(" Subject: x\r\nDate: x\r\nFrom: x\r\n\r\n", false, false);
  expect("From: x\r\n\xc3\xbc: x\r\nDate: x\r\n\r\n", false, true);
}

Test(header_watch, knows_continued_lines) {
  expect("Subject: x\r\n Date: x\r\n\tFrom: x\r\n\r\n", false, false);
  expect("Subject: x\r\n \r\n y\r\nDate: x\nFrom:\r\n\r\n", true, true);
}

Test(header_watch, knows_separators_of_mbox_files) {
  expect("From me now\r\nDate: x\r\nFrom: x\r\n\r\n", true, true);
  expect(">From me now: x\r\nDate: x\r\n\r\n", true, false);
  expect("From \r\nDate: x\r\n\r\n", true, false);
  expect("From  me\r\n Subject: y\r\nDate: x\r\n\r\n", false, false);
  expect("From\tme\r\nDate: x\r\n\r\n", false, false);
  expect("Date: x\r\nFrom me\r\nFrom: x\r\n\r\n", true, false);
}

/* What messages are put together of. */
static const char *const pieces[] = {
    "\r\n",           "\n",     "\r", ":",    " ",       "\t",       "Date",  "From",
    "from ",          ">From ", "x",  "\xfc", ": x\r\n", " : x\r\n", "Date:", "From: x\r\n",
    "Subject: x\r\n", "x\r\n"};

/* The same messages each time. */
static unsigned next_number(unsigned *state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 16;
}

static size_t make_message(unsigned *state, char *message) {
  size_t length = 0;
  for (unsigned i = 0, count = next_number(state) % 10; i < count; i++) {
    const char *piece = pieces[next_number(state) % (sizeof pieces / sizeof *pieces)];
    memcpy(message + length, piece, strlen(piece) + 1);
    length += strlen(piece);
  }
  return length;
}

Test(header_watch, finds_what_is_read) {
  unsigned state = 1;
  char message[256] = "";
  for (int round = 0; round < 20000; round++) {
    struct cmta_slice bytes = {message, make_message(&state, message)};
    struct content *content = content_read(bytes);
    bool date = content_next(content, NULL, "Date"), from = content_next(content, NULL, "From");
    content_free(content);
    watch(bytes, 1, 1);
    cr_assert(no_date == !date && no_from == !from, "%.*s", (int)bytes.length, message);
  }
}
