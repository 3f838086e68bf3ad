/* SPDX-License-Identifier: MIT */

/* Transcripts say how many octets of a message have come, to the octet. */

#include "lines.h"
#include "raw.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct cmta_kit *kit;
static struct raw raw;

#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void begin(void) { kit = raw_kit(NULL, false); }

static void end(void) { cmta_kit_stop(kit); }

TestSuite(octets, .init = begin, .fini = end, .timeout = 30);

/* The client has said this, and goes. */
static void leave(const char *octets) {
  raw_send(&raw, octets);
  cr_assert_eq(cmta_kit_advance(kit, 0), 0);
  raw_close(&raw);
  cr_assert_eq(cmta_kit_advance(kit, 400), 0);
  cr_assert_eq(cmta_recorder_wait_closed(cmta_kit_recorder(kit), 1, 10), 1);
}

static void expect(const char *const *lines) { lines_expect(cmta_kit_recorder(kit), 1, lines); }

/* ---- Chunks ---- */

static void begin_chunks(const char *fault) {
  if (fault)
    cmta_kit_fault(kit, fault);
  raw_greet(&raw, cmta_kit_port(kit));
  raw_say(&raw, "MAIL FROM:<>", "250 ");
  raw_say(&raw, "RCPT TO:<b@server.example>", "250 ");
}

Test(octets, of_a_chunk_that_is_refused_for_its_size_are_those_that_came) {
  begin_chunks(NULL);
  leave("BDAT 5000000000 LAST\r\n0123456789");
  expect(LINES("*", "...", "C  BDAT 5000000000 LAST", "C  (message of 10 octets)", "S  552 ",
               "*  closed: errors"));
}

Test(octets, there_are_none_of_a_chunk_whose_size_cannot_be_read) {
  begin_chunks(NULL);
  leave("BDAT 99999999999999999999999 LAST\r\n");
  expect(
      LINES("*", "...", "C  BDAT 99999999999999999999999 LAST", "S  521 ", "*  closed: protocol"));
}

Test(octets, behind_a_size_that_cannot_be_read_are_not_known_to_be_lines) {
  begin_chunks(NULL);
  leave("BDAT x LAST\r\nabc\r\n");
  expect(LINES("*", "...", "C  BDAT x LAST", "S  521 ", "C  ... (5 octets)",
               "*  not read: 5 octets", "*  closed: protocol"));
}

Test(octets, of_a_chunk_that_a_fault_ends_are_those_that_came) {
  begin_chunks("bdat: close");
  leave("BDAT 30 LAST\r\n0123456789");
  expect(LINES("*", "...", "C  BDAT 30 LAST", "*  fault", "C  (message of 10 octets)",
               "*  closed: verdict"));
}

Test(octets, of_a_misplaced_chunk_are_all_of_it) {
  raw_greet(&raw, cmta_kit_port(kit));
  leave("BDAT 4\r\nabcdNOOP\r\n");
  expect(LINES("*", "...", "C  BDAT 4", "C  (message of 4 octets)", "S  503 ", "C  NOOP", "S  250 ",
               "*  closed"));
}

Test(octets, of_a_chunk_do_not_count_the_pieces_of_its_line) {
  begin_chunks(NULL);
  raw_send(&raw, "BDAT 30");
  cr_assert_eq(cmta_kit_advance(kit, 0), 0);
  leave(" LAST\r\n0123456789");
  expect(LINES("*", "...", "C  BDAT 30 LAST", "C  (message of 10 octets)", "*  closed: hangup"));
}

/* ---- DATA ---- */

/* 158 octets. */
static const char message[] = "Date: Fri, 27 Nov 2026 03:53:59 +0000\r\nFrom: a@client.example\r\n"
                              "Subject: How long is it?\r\n\r\n"
                              ".. One line.\r\n.. Another one.\r\n"
                              "It is as long as it has to be..\r\n.\r\n";

static void expect_of_fault(const char *fault, const char *octets, const char *shown) {
  cmta_kit_stop(kit);
  kit = raw_kit(fault, false);
  raw_greet(&raw, cmta_kit_port(kit));
  raw_begin_data(&raw);
  leave(octets);
  char *text = cmta_recorder_text(cmta_kit_recorder(kit), 1, CMTA_TRANSCRIPT_TEXT);
  cr_expect_not_null(strstr(text, shown), "%s", text);
  free(text);
}

static const char *const faults[] = {
    "body: close",      "body: reset",         "body: reply 421", "body: stall",
    "body: cut 0",      "body: garbage",       "headers: close",  "headers: reset",
    "headers: stall",   "headers: reply 421",  "message: close",  "message: reset",
    "message: stall",   "message: reply 421",  "message: cut 0",  "body: reply 451",
    "headers: garbage", "message: half-close",
};

Test(octets, of_a_message_in_one_piece_are_all_of_it_whatever_ends_it) {
  cr_assert_eq(strlen(message), 158);
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
    expect_of_fault(faults[i], message, "(message of 158 octets)\n");
}

Test(octets, of_a_message_do_not_count_what_comes_behind_it) {
  char octets[256];
  strcpy(octets, message);
  strcat(octets, "NOOP\r\n");
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
    expect_of_fault(faults[i], octets, "(message of 158 octets)\n");
}

Test(octets, of_a_message_that_ends_in_its_midst_are_those_that_came) {
  char octets[101] = "";
  strncat(octets, message, 100);
  for (size_t i = 0; i < 4; i++)
    expect_of_fault(faults[i], octets, "(message of 100 octets)\n");
}
