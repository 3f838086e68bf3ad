/* SPDX-License-Identifier: MIT */

/* Faults among replies that leave together: to commands that have come in one segment, and to the
 * recipients of one message. */

#include "raw.h"

#include <criterion/criterion.h>
#include <criterion/logging.h>
#include <stdio.h>
#include <string.h>

/* How it goes on behind what is heard. */
enum then { OPEN, CLOSED, RESET };

struct row {
  const char *fault;
  const char *heard[6]; /* how each reply begins; octets without CR LF are all there is of one */
  enum then then;
  const char *taken[3]; /* for whom a message is in the mailbox */
};

static void expect_heard(struct raw *raw, const struct row *row) {
  size_t count = sizeof row->heard / sizeof *row->heard;
  for (size_t i = 0; i < count && row->heard[i]; i++)
    if (strlen(row->heard[i]) < 4)
      raw_hear(raw, row->heard[i]);
    else
      raw_expect(raw, row->heard[i]);
  if (row->then == CLOSED)
    raw_expect_end(raw);
  else if (row->then == RESET)
    raw_expect_reset(raw);
  else
    raw_close(raw);
}

/* ---- Commands ---- */

static const struct row pipelined[] = {
    {"rcpt nth 2: reply 450 4.2.1 Busy",
     {"250 2.1.5", "450 4.2.1", "250 2.1.5", "354 "},
     OPEN,
     {0}},
    {"rcpt every 2: reply 450 4.2.1 Busy",
     {"250 2.1.5", "450 4.2.1", "250 2.1.5", "354 "},
     OPEN,
     {0}},
    {"rcpt times 2: reply 450 4.2.1 Busy",
     {"450 4.2.1", "450 4.2.1", "250 2.1.5", "354 "},
     OPEN,
     {0}},
    {"rcpt to c@*: reply 450 4.2.1 Busy",
     {"250 2.1.5", "250 2.1.5", "450 4.2.1", "354 "},
     OPEN,
     {0}},
    {"any command 4: reply 421 4.3.2 Enough", {"250 2.1.5", "421 4.3.2"}, CLOSED, {0}},
    {"rcpt nth 2: garbage what?", {"250 2.1.5", "what?", "250 2.1.5", "354 "}, OPEN, {0}},
    {"rcpt nth 2: cut 3", {"250 2.1.5", "250"}, CLOSED, {0}},
    {"rcpt nth 2: close", {"250 2.1.5"}, CLOSED, {0}},
    {"rcpt nth 2: reset", {"250 2.1.5"}, RESET, {0}},
    {"rcpt nth 2: half-close", {"250 2.1.5"}, CLOSED, {0}},
    {"rcpt nth 3: delay 0", {"250 2.1.5", "250 2.1.5", "250 2.1.5", "354 "}, OPEN, {0}},
};

static void pipeline(struct cmta_kit *kit, struct raw *raw) {
  raw_greet(raw, cmta_kit_port(kit));
  raw_say(raw, "MAIL FROM:<s@client.example>", "250 ");
  raw_send(raw,
           "RCPT TO:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nRCPT TO:<c@x.example>\r\nDATA\r\n");
}

Test(together, each_command_of_a_segment_is_a_stage_of_its_own, .timeout = 60) {
  for (size_t i = 0; i < sizeof pipelined / sizeof *pipelined; i++) {
    struct cmta_kit *kit = raw_kit(pipelined[i].fault, false);
    struct raw raw;
    cr_log_info("%s", pipelined[i].fault);
    pipeline(kit, &raw);
    cr_assert_eq(cmta_kit_advance(kit, 0), 0);
    expect_heard(&raw, &pipelined[i]);
    cmta_kit_stop(kit);
  }
}

/* Those before it are there at once; those behind come when it does. */
Test(together, a_late_reply_holds_those_behind_it, .timeout = 60) {
  struct cmta_kit *kit = raw_kit("rcpt nth 2: delay 60", false);
  struct raw raw;
  pipeline(kit, &raw);
  cr_assert_eq(cmta_kit_advance(kit, 59), 0);
  raw_expect(&raw, "250 2.1.5");
  raw_expect_nothing(&raw);
  cr_assert_eq(cmta_kit_advance(kit, 1), 0);
  raw_expect(&raw, "250 2.1.5");
  raw_expect(&raw, "250 2.1.5");
  raw_expect(&raw, "354 ");
  raw_close(&raw);
  cmta_kit_stop(kit);
}

/* ---- Recipients ---- */

#define EACH "250 2.0.0"

static const struct row recipients[] = {
    {NULL, {EACH, EACH, EACH, "250 2.0.0 Ok"}, OPEN, {"a", "b", "c"}},
    {"message nth 2: reply 450 4.2.1 Busy", {EACH, "450 4.2.1", EACH, EACH}, OPEN, {"a", "c"}},
    {"message nth 2: reply 777 Odd", {EACH, "777 Odd", EACH, EACH}, OPEN, {"a", "c"}},
    {"message nth 2: garbage what?", {EACH, "what?", EACH, EACH}, OPEN, {"a", "c"}},
    {"message: garbage what?", {"what?", "what?", "what?", EACH}, OPEN, {0}},
    {"message nth 3: cut 3", {EACH, EACH, "250"}, CLOSED, {"a", "b", "c"}},
    {"message nth 2: cut 3", {EACH, "250"}, CLOSED, {"a", "b"}},
    {"message nth 2: close", {EACH}, CLOSED, {"a"}},
    {"message nth 2: reset", {EACH}, RESET, {"a"}},
    {"message nth 2: half-close", {EACH}, CLOSED, {"a"}},
    {"message: close", {0}, CLOSED, {0}},
    {"body: reply 451 4.3.0 No", {"451 4.3.0", "451 4.3.0", "451 4.3.0", EACH}, OPEN, {0}},
    {"headers: reply 550 5.6.0 No", {"550 5.6.0", "554 5.7.1", "554 5.7.1", EACH}, OPEN, {0}},
    {"message nth 2: reply 421 4.3.2 No", {EACH, "421 4.3.2", EACH}, CLOSED, {"a", "c"}},
    {"body: reply 421 4.3.2 No", {"421 4.3.2"}, CLOSED, {0}},
    {"body: garbage what?", {"what?", "451 4.3.0", "451 4.3.0", EACH}, OPEN, {0}},
};

static void send_message(struct cmta_kit *kit, struct raw *raw) {
  raw_connect(raw, cmta_kit_port(kit));
  raw_expect(raw, "220 ");
  raw_say(raw, "LHLO client.example", "250 ");
  raw_send(raw, "MAIL FROM:<s@client.example>\r\nRCPT TO:<a@x.example>\r\nRCPT TO:<b@x.example>\r\n"
                "RCPT TO:<c@x.example>\r\nDATA\r\n");
  for (int i = 0; i < 4; i++)
    raw_expect(raw, "250 ");
  raw_expect(raw, "354 ");
  raw_send(raw, "x\r\n.\r\nNOOP\r\n");
  cr_assert_eq(cmta_kit_advance(kit, 0), 0);
}

/* One mail at most, for those. */
static void expect_taken(struct cmta_kit *kit, const struct row *row) {
  struct cmta_mail *mail = NULL;
  size_t count = 0;
  while (count < sizeof row->taken / sizeof *row->taken && row->taken[count])
    count++;
  cr_expect_eq(cmta_kit_take(kit, NULL, 0, &mail), count ? 0 : CMTA_E_TIMEOUT, "%s", row->fault);
  if (!mail)
    return;
  cr_expect_eq(cmta_mail_recipient_count(mail), count, "%s", row->fault);
  for (size_t i = 0; i < count && cmta_mail_recipient(mail, i); i++)
    cr_expect(cmta_slice_is(cmta_mail_recipient(mail, i)->local_part, row->taken[i]), "%s",
              row->fault);
  cmta_mail_free(mail);
  cr_expect_eq(cmta_mailbox_count(cmta_kit_mailbox(kit), NULL), 0);
}

Test(together, in_lmtp_each_recipient_is_a_stage_and_is_told_what_was_done, .timeout = 60) {
  for (size_t i = 0; i < sizeof recipients / sizeof *recipients; i++) {
    struct cmta_kit *kit = raw_kit(recipients[i].fault, true);
    struct raw raw;
    cr_log_info("%s", recipients[i].fault);
    send_message(kit, &raw);
    expect_heard(&raw, &recipients[i]);
    cr_assert_eq(cmta_kit_advance(kit, 0), 0);
    expect_taken(kit, &recipients[i]);
    cmta_kit_stop(kit);
  }
}

/* ---- Messages ---- */

/* Whether as DATA or as a last chunk, and at whatever stage it is said. */
Test(together, a_message_whose_client_is_told_250_is_taken, .timeout = 60) {
  static const char *const stages[] = {"bdat", "body", "headers", "message"};
  for (size_t i = 0; i < 2 * sizeof stages / sizeof *stages; i++) {
    char fault[64];
    snprintf(fault, sizeof fault, "%s: reply 250 2.0.0 Mine", stages[i / 2]);
    struct cmta_kit *kit = raw_kit(fault, false);
    struct raw raw;
    raw_greet(&raw, cmta_kit_port(kit));
    raw_say(&raw, "MAIL FROM:<s@client.example>", "250 ");
    raw_say(&raw, "RCPT TO:<a@x.example>", "250 ");
    if (i % 2) {
      raw_send(&raw, "BDAT 15 LAST\r\nSubject: x\r\n\r\nx");
    } else {
      raw_say(&raw, "DATA", "354 ");
      raw_send(&raw, "Subject: x\r\n\r\nx\r\n.\r\n");
    }
    bool planned = i % 2 || i / 2; /* DATA has no chunks */
    raw_expect(&raw, planned ? "250 2.0.0 Mine" : "250 ");
    cr_expect_eq(cmta_kit_wait(kit, 1, 10), 1, "%s", fault);
    raw_close(&raw);
    cmta_kit_stop(kit);
  }
}

/* The message is in two chunks; what happens to the first is over by its reply. */
Test(together, what_is_met_within_a_chunk_is_said_of_that_chunk, .timeout = 60) {
  static const char *const stages[] = {"body", "headers"};
  for (size_t i = 0; i < 2; i++) {
    char fault[64];
    snprintf(fault, sizeof fault, "%s: reply 250 2.0.0 Mine", stages[i]);
    struct cmta_kit *kit = raw_kit(fault, false);
    struct raw raw;
    raw_greet(&raw, cmta_kit_port(kit));
    raw_say(&raw, "MAIL FROM:<s@client.example>", "250 ");
    raw_say(&raw, "RCPT TO:<a@x.example>", "250 ");
    raw_send(&raw, "BDAT 14\r\nSubject: x\r\n\r\n");
    raw_expect(&raw, "250 2.0.0 Mine");
    raw_send(&raw, "BDAT 3 LAST\r\nx\r\n");
    raw_expect(&raw, "250 2.0.0 Ok: queued");
    raw_close(&raw);
    cmta_kit_stop(kit);
  }
}

/* ---- What comes behind ---- */

/* The message behind the half-close is not only read: it is taken. */
Test(together, who_hears_nothing_more_is_heard, .timeout = 60) {
  struct cmta_kit *kit = raw_kit("noop: half-close", false);
  struct raw raw;
  struct cmta_mail *mail = NULL;
  raw_greet(&raw, cmta_kit_port(kit));
  raw_send(&raw, "NOOP\r\n");
  raw_hear_end(&raw);
  raw_send(&raw, "MAIL FROM:<s@client.example>\r\nRCPT TO:<a@x.example>\r\nDATA\r\n");
  raw_send(&raw, "Subject: all the same\r\n\r\nx\r\n.\r\n");
  cr_assert_eq(cmta_kit_take(kit, NULL, 10, &mail), 0);
  cr_expect_str_eq(cmta_mail_header(mail, "Subject"), "all the same");
  cmta_mail_free(mail);
  raw_close(&raw);
  cmta_kit_stop(kit);
}

/* How the connection goes on there is met though nothing of it is heard. */
Test(together, what_follows_a_half_close_ends_the_connection_as_planned, .timeout = 60) {
  static const char *const faults[] = {"rset: cut 0", "rset: cut 7",      "rset: stall",
                                       "rset: close", "rset: first-line", "rset: delay 5"};
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    struct cmta_kit *kit = raw_kit("noop: half-close", false);
    struct raw raw;
    cr_assert_geq(cmta_kit_fault(kit, faults[i]), 0);
    raw_greet(&raw, cmta_kit_port(kit));
    raw_send(&raw, "NOOP\r\nRSET\r\n");
    raw_hear_end(&raw);
    raw_close(&raw);
    cr_assert_eq(cmta_kit_advance(kit, 10), 0);
    cr_expect_eq(cmta_recorder_wait_closed(cmta_kit_recorder(kit), 1, 10), 1, "%s", faults[i]);
    cmta_kit_stop(kit);
  }
}

/* Behind the cut nothing is read: a half-close in its place would leave nobody to end it. */
Test(together, a_half_close_of_a_reply_that_is_cut_off_takes_the_place_of_no_end, .timeout = 60) {
  static const char *const cuts[] = {"body: cut 7", "headers: cut 0"};
  for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
    struct cmta_kit *kit = raw_kit(cuts[i], false);
    struct raw raw;
    cr_assert_geq(cmta_kit_fault(kit, "message: half-close"), 0);
    raw_greet(&raw, cmta_kit_port(kit));
    raw_begin_data(&raw);
    raw_send(&raw, "Subject: x\r\n\r\nx\r\n.\r\nQUIT\r\n");
    raw_hear_end(&raw);
    raw_close(&raw);
    cr_assert_eq(cmta_kit_advance(kit, 10), 0);
    cr_expect_eq(cmta_recorder_wait_closed(cmta_kit_recorder(kit), 1, 10), 1, "%s", cuts[i]);
    cmta_kit_stop(kit);
  }
}
