/* SPDX-License-Identifier: MIT */
/* A client that sends and never reads cannot make a session hold more and more replies. */
#include <cmta/session.h>

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { COMMANDS = 2000, FULL = 16384, LONGEST_REPLY = 1024 };

static const char command[] = "HELP\r\n";
static size_t held, peak;
static struct cmta_service *service;
static struct cmta_session *session;

static void *count(void *context, void *pointer, size_t old_size, size_t new_size) {
  (void)context;
  held += new_size - old_size;
  peak = held > peak ? held : peak;
  if (new_size > 0)
    return realloc(pointer, new_size);
  free(pointer);
  return NULL;
}

static void begin(void) {
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.allocator.reallocate = count;
  cr_assert_eq(cmta_service_new(&service, &settings, NULL, NULL), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  cr_assert_eq(cmta_session_receive(session, NULL, 0), 0);
}

static void end(void) {
  cmta_session_free(session);
  cmta_service_free(service);
}

TestSuite(output, .init = begin, .fini = end);

/* Sends commands in one piece; how many octets were taken. */
static size_t send_commands(size_t count) {
  static char bytes[COMMANDS * (sizeof command - 1)];
  for (size_t i = 0; i < count; i++)
    memcpy(bytes + i * (sizeof command - 1), command, sizeof command - 1);
  const ptrdiff_t taken = cmta_session_receive(session, bytes, count * (sizeof command - 1));
  cr_assert_geq(taken, 0);
  return (size_t)taken;
}

Test(output, that_is_full_takes_no_more_commands) {
  const size_t taken = send_commands(COMMANDS);
  cr_expect_lt(taken, COMMANDS * (sizeof command - 1));
  cr_expect_eq(taken % (sizeof command - 1), 0);
  cr_expect_eq(cmta_session_wants(session), CMTA_WANTS_WRITE);
  cr_expect_lt(cmta_session_output(session).length, FULL + LONGEST_REPLY);
  cr_expect_eq(send_commands(1), 0);
}

Test(output, that_is_sent_in_part_lets_commands_be_taken_again) {
  send_commands(COMMANDS);
  cr_assert_eq(cmta_session_sent(session, LONGEST_REPLY), 0);
  cr_expect_eq(cmta_session_wants(session), CMTA_WANTS_WRITE | CMTA_WANTS_READ);
  cr_expect_gt(send_commands(COMMANDS), 0);
  cr_expect_lt(cmta_session_output(session).length, FULL + LONGEST_REPLY);
}

Test(output, loses_no_reply_to_a_client_that_reads_slowly) {
  size_t left = COMMANDS * (sizeof command - 1), replies = 0;
  while (left > 0) {
    left -= send_commands(left / (sizeof command - 1));
    const struct cmta_slice out = cmta_session_output(session);
    for (size_t i = 0; i + 4 <= out.length; i++)
      replies += memcmp(out.at + i, "214 ", 4) == 0;
    cr_assert_eq(cmta_session_sent(session, out.length), 0);
  }
  cr_expect_eq(replies, COMMANDS);
}

Test(output, that_is_never_sent_to_its_end_takes_no_more_memory) {
  for (int i = 0; i < COMMANDS; i++) {
    send_commands(1);
    cr_assert_eq(cmta_session_sent(session, cmta_session_output(session).length - 1), 0);
  }
  cr_expect_lt(peak, FULL);
}
