/* SPDX-License-Identifier: MIT */
/* A session whose memory is full of recipients refuses more of them, and goes on. */
#include <cmta/session.h>

#include <criterion/criterion.h>
#include <string.h>

enum { MAX_MEMORY = 131072, COMMANDS = 4000, LONGEST_LINE = 512 };

static struct cmta_service *service;
static struct cmta_session *session;

static void begin(void) {
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.max_memory = MAX_MEMORY;
  settings.max_recipients = 0;
  cr_assert_eq(cmta_service_new(&service, &settings, NULL, NULL), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  cr_assert_eq(cmta_session_receive(session, NULL, 0), 0);
}

static void end(void) {
  cmta_session_free(session);
  cmta_service_free(service);
}

TestSuite(full, .init = begin, .fini = end);

/* Sends a line in two pieces; whether its reply begins so. */
static bool answers(const char *line, const char *beginning) {
  const ptrdiff_t length = (ptrdiff_t)strlen(line), first = length / 2;
  cr_assert_eq(cmta_session_sent(session, cmta_session_output(session).length), 0);
  cr_assert_eq(cmta_session_receive(session, line, (size_t)first), first);
  cr_assert_eq(cmta_session_receive(session, line + first, (size_t)(length - first)),
               length - first);
  const struct cmta_slice reply = cmta_session_output(session);
  return reply.length > strlen(beginning) && memcmp(reply.at, beginning, strlen(beginning)) == 0;
}

/* The longest NOOP there may be. */
static const char *long_command(void) {
  static char line[LONGEST_LINE + 1] = "NOOP ";
  memset(line + strlen(line), 'x', LONGEST_LINE - strlen(line) - 2);
  memcpy(line + LONGEST_LINE - 2, "\r\n", 2);
  return line;
}

Test(full, takes_commands_in_pieces) {
  int taken = 0;
  cr_assert(answers("HELO client.example\r\n", "250 "));
  cr_assert(answers("MAIL FROM:<alice@example.org>\r\n", "250 "));
  while (taken < COMMANDS && answers("RCPT TO:<b@c>\r\n", "250 "))
    taken++;
  cr_assert_lt(taken, COMMANDS);
  cr_expect(answers("RCPT TO:<b@c>\r\n", "452 "));
  cr_expect(answers(long_command(), "250 "));
  cr_expect(answers("RSET\r\n", "250 "));
}
