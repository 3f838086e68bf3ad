/* SPDX-License-Identifier: MIT */
/* Answers of several recipients, as the functions of <cmta/session.h> have them. */
#include <cmta/session.h>

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct cmta_service *service;
static struct cmta_session *session;
static enum cmta_verdict verdict;
static uint64_t numbers[8]; /* of the questions, by recipient */
static int inside[3];       /* what was returned inside the hook */
static unsigned woken;
static uint64_t now;          /* by the clock of the service */
static unsigned deadlines[3]; /* of the recipients; 0: none is set */
static unsigned starved;      /* requests for memory that fail from now on */

static void *allocate(void *context, void *pointer, size_t old_size, size_t new_size) {
  (void)context, (void)old_size;
  if (new_size == 0) {
    free(pointer);
    return NULL;
  }
  return starved && starved-- ? NULL : realloc(pointer, new_size);
}

static uint64_t tick(void *context) { return *(uint64_t *)context; }

static enum cmta_verdict on_message(struct cmta_session *asked, void *user,
                                    const struct cmta_message *message) {
  (void)user, (void)message;
  size_t recipient = cmta_session_recipient(asked);
  if (recipient < 8)
    numbers[recipient] = cmta_session_question_number(asked);
  if (recipient < 3 && deadlines[recipient])
    cmta_session_set_deadline(asked, deadlines[recipient], CMTA_REJECT);
  inside[0] = cmta_session_select(asked, recipient);
  inside[1] = cmta_session_decide(asked, CMTA_ACCEPT);
  inside[2] = cmta_session_awaits(asked, recipient, cmta_session_question_number(asked));
  return verdict;
}

/* What comes next is the memory for the answers. */
static enum cmta_verdict on_headers(struct cmta_session *asked, void *user,
                                    struct cmta_slice section) {
  (void)asked, (void)user, (void)section;
  starved = verdict == CMTA_DROP;
  return CMTA_ACCEPT;
}

static void note_woken(struct cmta_session *asked, void *context) {
  (void)asked, (void)context;
  woken++;
}

/* A session of LMTP, which has had no byte yet. */
static void begin(void) {
  const struct cmta_hooks hooks = {
      .size = sizeof hooks, .headers = on_headers, .message = on_message};
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.manners.lmtp = true;
  verdict = CMTA_LATER;
  woken = starved = 0;
  settings.allocator.reallocate = allocate;
  settings.clock = (struct cmta_clock){.monotonic = tick, .context = &now};
  memset(numbers, 0, sizeof numbers);
  memset(deadlines, 0, sizeof deadlines);
  now = 0;
  cr_assert_eq(cmta_service_new(&service, &settings, &hooks, NULL), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  cmta_session_on_decision(session, note_woken, NULL);
}

static void end(void) {
  cmta_session_free(session);
  cmta_service_free(service);
}

static void say(const char *text) {
  cr_assert_eq(cmta_session_receive(session, text, strlen(text)), (ptrdiff_t)strlen(text), "%s",
               text);
}

static void drop_output(void) { cmta_session_sent(session, cmta_session_output(session).length); }

static void send_message(void) {
  say("LHLO c.example\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\n"
      "RCPT TO:<c@x.example>\r\nRCPT TO:<d@x.example>\r\nDATA\r\nHello\r\n.\r\n");
  drop_output();
}

TestSuite(answers, .init = begin, .fini = end);

Test(answers, have_a_number_each_that_is_awaited_until_it_is_answered) {
  send_message();
  for (size_t i = 0; i < 3; i++)
    cr_expect(cmta_session_awaits(session, i, numbers[i]), "%zu", i);
  cr_expect(numbers[0] < numbers[1] && numbers[1] < numbers[2]);
  cr_expect_eq(cmta_session_question_number(session), numbers[0]);
  cr_expect_eq(cmta_session_select(session, 2), 0);
  cr_expect_eq(cmta_session_question_number(session), numbers[2]);
  cr_expect_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  cr_expect_not(cmta_session_awaits(session, 2, numbers[2]));
  cr_expect(cmta_session_awaits(session, 0, numbers[0]));
  cr_expect(cmta_session_awaits(session, 1, numbers[1]));
  cr_expect_not(cmta_session_awaits(session, 0, 0));
  cr_expect_not(cmta_session_awaits(session, 2, numbers[2] + 1));
  cr_expect_not(cmta_session_awaits(session, 0, numbers[1]));
  cr_expect_not(cmta_session_awaits(session, 3, numbers[1]));
  cr_expect_not(cmta_session_awaits(session, SIZE_MAX, numbers[0]));
}

Test(answers, are_neither_chosen_nor_given_inside_a_hook) {
  send_message();
  cr_expect_eq(inside[0], CMTA_E_STATE);
  cr_expect_eq(inside[1], CMTA_E_STATE);
  cr_expect_eq(inside[2], 1);
}

Test(answers, wake_the_runtime_each) {
  send_message();
  cmta_session_select(session, 1);
  cmta_session_decide(session, CMTA_ACCEPT);
  cr_expect_eq(woken, 1);
  cmta_session_decide(session, CMTA_ACCEPT);
  cr_expect_eq(woken, 2);
}

Test(answers, may_all_come_before_the_session_runs_on) {
  send_message();
  for (int i = 0; i < 3; i++)
    cr_assert_eq(cmta_session_decide(session, i == 1 ? CMTA_REJECT : CMTA_ACCEPT), 0);
  cr_expect_eq(cmta_session_decide(session, CMTA_ACCEPT), CMTA_E_STATE);
  cr_expect_eq(cmta_session_select(session, 0), CMTA_E_STATE);
  cr_expect_eq(cmta_session_wants(session), CMTA_WANTS_READ);
  cr_assert_eq(cmta_session_receive(session, NULL, 0), 0);
  const char *replies = "250 2.6.0 Message accepted\r\n554 5.7.1 Message refused by policy\r\n"
                        "250 2.6.0 Message accepted\r\n";
  const struct cmta_slice output = cmta_session_output(session);
  cr_expect(output.length == strlen(replies) && memcmp(output.at, replies, output.length) == 0);
}

Test(answers, that_are_chosen_stay_so_while_the_session_runs) {
  send_message();
  cmta_session_select(session, 2);
  cr_assert_eq(cmta_session_receive(session, NULL, 0), 0);
  cr_expect_eq(cmta_session_recipient(session), 2);
}

Test(answers, cannot_be_chosen_without_a_question) {
  say("LHLO c.example\r\n");
  cr_expect_eq(cmta_session_select(session, 0), CMTA_E_STATE);
  cr_expect_eq(cmta_session_select(session, SIZE_MAX), CMTA_E_STATE);
  cr_expect_eq(cmta_session_select(NULL, 0), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_session_recipient(session), SIZE_MAX);
}

Test(answers, of_a_message_that_was_taken_are_told_by_its_envelope) {
  struct cmta_message *message;
  send_message();
  cr_assert_eq(cmta_session_select(session, 1), 0);
  cr_assert_eq(cmta_message_take(session, &message), 0);
  cr_assert_eq(cmta_session_select(session, 2), 0);
  cr_expect_eq(cmta_message_take(session, &message), CMTA_E_STATE);
  cr_expect_eq(cmta_session_recipient(session), 2);
  cr_expect_eq(cmta_message_envelope(message)->forward_path_count, 3);
  for (int i = 0; i < 3; i++)
    cr_assert_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  cr_assert_eq(cmta_session_receive(session, NULL, 0), 0);
  cr_expect_eq(cmta_session_counts(session)->messages, 1);
  cmta_message_free(message);
}

Test(answers, that_find_no_memory_are_452_for_all_and_nobody_is_asked) {
  verdict = CMTA_DROP;
  say("LHLO c.example\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\n"
      "RCPT TO:<c@x.example>\r\nDATA\r\n");
  drop_output();
  say("\r\nHello\r\n.\r\n");
  const char *replies = "452 4.3.1 Not enough storage\r\n452 4.3.1 Not enough storage\r\n";
  const struct cmta_slice output = cmta_session_output(session);
  cr_expect(output.length == strlen(replies) && memcmp(output.at, replies, output.length) == 0);
  cr_expect_eq(numbers[0], 0);
  cr_expect_eq(cmta_session_counts(session)->messages, 0);
}

Test(answers, are_forgotten_with_a_session_that_is_freed) {
  send_message();
  cmta_reply(session, 250, NULL, "one");
  cmta_session_select(session, 1);
  cmta_reply(session, 250, NULL, "two");
  cmta_session_decide(session, CMTA_ACCEPT);
}

/* ---- Deadlines ---- */

enum { SECOND = 1000000000 };

static void expect_open(size_t recipient, bool open) {
  cr_expect_eq(cmta_session_awaits(session, recipient, numbers[recipient]), open, "%zu", recipient);
}

Test(answers, have_a_deadline_each_that_is_counted_from_its_question) {
  deadlines[0] = 6, deadlines[1] = 1, deadlines[2] = 2;
  now = 5ull * SECOND;
  send_message();
  cr_expect_eq(cmta_session_timeout(session), 1);
  now += SECOND;
  cmta_session_expire(session);
  expect_open(0, true), expect_open(1, false), expect_open(2, true);
  say("");
  cr_expect_eq(cmta_session_timeout(session), 1);
  now += SECOND / 2;
  cr_expect_eq(cmta_session_timeout(session), 1);
  cr_expect_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  say("");
  expect_open(0, false), expect_open(2, true);
  now += SECOND / 2;
  cmta_session_expire(session);
  say("");
  struct cmta_slice output = cmta_session_output(session);
  cr_expect(output.length > 8 && strncmp(output.at, "250 ", 4) == 0);
  expect_open(2, false);
}

Test(answers, whose_time_is_up_at_once_are_answered_at_once) {
  deadlines[0] = deadlines[2] = 3, deadlines[1] = 4;
  send_message();
  now = 3ull * SECOND;
  cmta_session_expire(session);
  expect_open(0, false), expect_open(1, true), expect_open(2, false);
}

Test(answers, that_come_too_late_for_the_timer_are_overdue_together) {
  deadlines[0] = 1, deadlines[1] = 2, deadlines[2] = 9;
  send_message();
  now = 4ull * SECOND;
  cr_expect_eq(cmta_session_timeout(session), 1);
  cmta_session_expire(session);
  expect_open(0, false), expect_open(1, false), expect_open(2, true);
  say("");
  cr_expect_eq(cmta_session_timeout(session), 5);
}

/* Another session, of submission with PRDR: nobody waits for longer than 110 seconds. */
Test(answers, in_submission_are_all_there_within_two_minutes) {
  const struct cmta_hooks hooks = {.size = sizeof hooks, .message = on_message};
  struct cmta_settings settings;
  end();
  cmta_settings_init(&settings);
  settings.manners.submission = true;
  settings.extensions |= CMTA_EXTENSION_PRDR;
  settings.clock = (struct cmta_clock){.monotonic = tick, .context = &now};
  cr_assert_eq(cmta_service_new(&service, &settings, &hooks, NULL), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  cmta_session_set_authenticated(session, true);
  deadlines[0] = deadlines[1] = 300;
  say("EHLO c.example\r\nMAIL FROM:<a@x.example> PRDR\r\nRCPT TO:<b@x.example>\r\n"
      "RCPT TO:<c@x.example>\r\nDATA\r\nHello\r\n.\r\n");
  cr_expect_eq(cmta_session_timeout(session), 110);
  now = 60ull * SECOND;
  cr_assert_eq(cmta_session_select(session, 1), 0);
  cr_assert_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  uint64_t progress = cmta_session_progress(session);
  say("");
  cr_expect_eq(cmta_session_timeout(session), 50);
  cr_expect_eq(cmta_session_progress(session), progress, "the other one's time goes on");
  now = 110ull * SECOND;
  cmta_session_expire(session);
  expect_open(0, false);
}
