/* SPDX-License-Identifier: MIT */

/* A transcript shows what the client has heard, octet for octet, whatever was planned. */

#include "raw.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { SIZE = 8192 };

static const char *const faults[] = {
    "noop: delay 0",
    "accept: reply 554 5.3.2 Go away",
    "accept: garbage hello",
    "connect: reply 421 4.3.2 \"Not\nnow\"",
    "connect: garbage",
    "connect: close",
    "ehlo: first-line",
    "ehlo: cut 20",
    "mail: cut 0",
    "rcpt: reply 250 2.1.5 \"In\nwords\"",
    "rcpt nth 2: reply 777 \"Odd\nindeed\"",
    "rcpt nth 2: garbage \"\\x01\\xff\\\\\"",
    "rcpt nth 2: garbage \"two\\r\\nlines\"",
    "rcpt nth 2: cut 5",
    "rcpt nth 2: close",
    "rcpt nth 2: half-close",
    "rcpt nth 2: stall",
    "rcpt nth 2: delay 10",
    "rcpt nth 2: first-line",
    "data: first-line",
    "data: throttle 5",
    "body: reply 451 4.3.0 No",
    "headers: garbage",
    "message: garbage",
    "message nth 2: garbage",
    "message nth 2: cut 5",
    "message nth 3: half-close",
    "message nth 2: stall",
    "message nth 2: first-line",
    "any command 3: reply 421 4.3.2 Enough",
    "quit: cut 3",
    "quit: reply 500 Stay",
};

/* Whether the server has ended is no matter. */
static void say(const struct raw *raw, struct cmta_kit *kit, const char *octets) {
  (void)send(raw->fd, octets, strlen(octets), MSG_NOSIGNAL);
  cr_assert_eq(cmta_kit_advance(kit, 60), 0);
}

static void hear(const struct raw *raw, char *heard) {
  size_t length = 0;
  ssize_t count = 1;
  while (count > 0) {
    count = recv(raw->fd, heard + length, SIZE - 1 - length, MSG_DONTWAIT);
    length += count > 0 ? (size_t)count : 0;
  }
  heard[length] = '\0';
}

/* What is printable is itself, and so it is shown here, too. */
static size_t show_octet(char octet, char *text) {
  if (octet == '\\')
    return (size_t)sprintf(text, "\\\\");
  if ((octet < ' ' || octet > '~') && octet != '\r' && octet != '\n')
    return (size_t)sprintf(text, "\\x%02x", (unsigned char)octet);
  *text = octet;
  return 1;
}

static void show_all(const char *heard, char *shown) {
  size_t length = 0;
  for (; *heard && length < SIZE - 8; heard++)
    length += show_octet(*heard, shown + length);
  shown[length] = '\0';
}

/* The octets of a line say whether its CR LF went out. */
static void add(void *context, const struct cmta_event *event) {
  char *said = context;
  size_t length = strlen(said), room = SIZE - length;
  bool ended = event->octets >= 2 && strstr(event->text, "\\r") == NULL;
  bool cut = event->octets == strlen(event->text) && !strchr(event->text, '\\');
  if (event->kind == CMTA_EVENT_SERVER)
    snprintf(said + length, room, "%s%s", event->text, ended && !cut ? "\r\n" : "");
}

static void converse(struct cmta_kit *kit, bool lmtp, char *heard) {
  struct raw raw;
  raw_connect(&raw, cmta_kit_port(kit));
  say(&raw, kit, lmtp ? "LHLO c.example\r\n" : "EHLO c.example\r\n");
  say(&raw, kit,
      "MAIL FROM:<s@c.example>\r\nRCPT TO:<a@x.example>\r\nRCPT TO:<b@x.example>\r\n"
      "RCPT TO:<c@x.example>\r\nDATA\r\n");
  say(&raw, kit, "Subject: x\r\n\r\nx\r\n.\r\nNOOP\r\nQUIT\r\n");
  hear(&raw, heard);
  raw_close(&raw);
}

/* The same fault of the command that LMTP has in place of EHLO. */
static void put_lhlo(const char *fault, char *words, size_t size) {
  bool of_ehlo = strncmp(fault, "ehlo", 4) == 0;
  snprintf(words, size, "%s%s", of_ehlo ? "lhlo" : "", fault + (of_ehlo ? 4 : 0));
}

static void compare(const char *fault, bool lmtp) {
  struct cmta_kit *kit = raw_kit(fault, lmtp);
  char heard[SIZE], shown[SIZE], said[SIZE] = "";
  converse(kit, lmtp, heard);
  show_all(heard, shown);
  cr_expect_geq(cmta_recorder_show(cmta_kit_recorder(kit), 1, add, said), 0);
  cr_expect_str_eq(said, shown, "%s:\nit says\n%swas heard\n%s", fault, said, shown);
  cmta_kit_stop(kit);
}

Test(heard, is_what_a_transcript_shows, .timeout = 60) {
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
    compare(faults[i], false);
}

Test(heard, is_what_a_transcript_of_lmtp_shows, .timeout = 60) {
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    char words[64];
    put_lhlo(faults[i], words, sizeof words);
    compare(words, true);
  }
}
