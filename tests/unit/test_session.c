/* SPDX-License-Identifier: MIT */
/* The functions that run a session, called as they must not be, and what a dialogue cannot see:
 * the runtime's wake-up, the application's pointers. */
#include <cmta/session.h>

#include <criterion/criterion.h>
#include <string.h>

/* What a hook saw when it called what it must not call, and what it was told. */
struct heard {
  ptrdiff_t receive;
  ptrdiff_t farewell;
  int woken;
  int resets;
  enum cmta_verdict noop;
};

static struct cmta_service *service;
static struct cmta_session *session;
static struct heard heard;

static enum cmta_verdict on_noop(struct cmta_session *asked, void *user, struct cmta_slice text) {
  struct heard *told = user;
  told->receive = cmta_session_receive(asked, text.at, text.length);
  return told->noop;
}

static void on_reset(struct cmta_session *told, void *user) {
  (void)told;
  ((struct heard *)user)->resets++;
}

/* Tries to run the session from news of its end. */
static void on_closed(struct cmta_session *told, void *user, enum cmta_close_reason reason) {
  (void)reason;
  ((struct heard *)user)->receive = cmta_session_receive(told, NULL, 0);
}

static void on_trace(struct cmta_session *told, void *user, enum cmta_direction direction,
                     struct cmta_slice line) {
  struct heard *heard_by = user;
  if (direction == CMTA_TO_CLIENT && memcmp(line.at, "421 ", 4) == 0)
    heard_by->farewell = cmta_session_receive(told, "QUIT\r\n", 6);
}

static void on_woken(struct cmta_session *woken, void *context) {
  (void)woken;
  ++*(int *)context;
}

static void say(const char *bytes) {
  cr_assert_eq(cmta_session_receive(session, bytes, strlen(bytes)), (ptrdiff_t)strlen(bytes));
}

static void begin(void) {
  const struct cmta_hooks hooks = {.size = sizeof hooks,
                                   .noop = on_noop,
                                   .reset = on_reset,
                                   .closed = on_closed,
                                   .trace = on_trace};
  heard = (struct heard){0};
  cr_assert_eq(cmta_service_new(&service, NULL, &hooks, &heard), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  say("");
}

static void end(void) {
  cmta_session_free(session);
  cmta_service_free(service);
}

TestSuite(session, .init = begin, .fini = end);

Test(session, does_not_run_inside_its_own_hook) {
  say("NOOP text\r\n");
  cr_expect_eq(heard.receive, CMTA_E_STATE);
}

Test(session, does_not_run_inside_the_news_of_its_end) {
  cmta_session_hangup(session);
  cr_expect_eq(heard.receive, CMTA_E_STATE);
}

Test(session, does_not_run_inside_the_trace_of_its_last_reply) {
  cmta_session_expire(session);
  cr_expect_eq(heard.farewell, CMTA_E_STATE);
  cr_expect_eq(cmta_session_close_reason(session), CMTA_CLOSED_TIMEOUT);
}

Test(session, refuses_bytes_that_are_not_there) {
  cr_expect_eq(cmta_session_receive(session, NULL, 1), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_session_receive(NULL, "", 0), CMTA_E_ARGUMENT);
}

Test(session, refuses_to_have_sent_more_than_there_was) {
  const size_t length = cmta_session_output(session).length;
  cr_expect_gt(length, 0);
  cr_expect_eq(cmta_session_sent(session, length + 1), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_session_output(session).length, length);
}

Test(session, composes_no_reply_outside_a_question) {
  cr_expect_eq(cmta_reply(session, 250, NULL, "text"), CMTA_E_STATE);
  cr_expect_eq(cmta_reply_line(session, "text"), CMTA_E_STATE);
}

Test(session, adds_no_line_to_a_reply_that_was_not_begun) {
  heard.noop = CMTA_LATER;
  say("NOOP\r\n");
  cr_expect_eq(cmta_reply_line(session, "text"), CMTA_E_STATE);
  cr_expect_eq(cmta_reply(session, 250, NULL, "text"), 0);
  cr_expect_eq(cmta_reply_line(session, "text"), 0);
}

Test(session, wakes_the_runtime_once_for_each_late_answer) {
  cmta_session_on_decision(session, on_woken, &heard.woken);
  heard.noop = CMTA_LATER;
  say("NOOP\r\n");
  cr_expect_eq(heard.woken, 0);
  cr_expect_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  cr_expect_eq(heard.woken, 1);
  cr_expect_eq(cmta_session_decide(session, CMTA_ACCEPT), CMTA_E_STATE);
  cr_expect_eq(heard.woken, 1);
}

Test(session, composes_no_reply_after_the_late_answer) {
  heard.noop = CMTA_LATER;
  say("NOOP\r\n");
  cr_expect_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  cr_expect_eq(cmta_reply(session, 250, NULL, "text"), CMTA_E_STATE);
}

static void count_down(void *data) { --*(int *)data; }

Test(session, destroys_data_when_other_data_takes_its_place) {
  int first = 1, second = 1;
  cr_expect_eq(cmta_session_set_data(session, &first, count_down), 0);
  cr_expect_eq(cmta_session_data(session), &first);
  cr_expect_eq(cmta_session_set_data(session, &second, count_down), 0);
  cr_expect_eq(first, 0);
  cr_expect_eq(cmta_session_set_data(session, NULL, NULL), 0);
  cr_expect_eq(second, 0);
}

Test(session, keeps_data_of_a_transaction_only_while_there_is_one) {
  int data = 1;
  cr_expect_eq(cmta_transaction_set_data(session, &data, count_down), CMTA_E_STATE);
  cr_expect_null(cmta_transaction_data(session));
  say("HELO a.example\r\nMAIL FROM:<>\r\n");
  cr_expect_eq(cmta_transaction_set_data(session, &data, count_down), 0);
  cr_expect_eq(cmta_transaction_data(session), &data);
  say("RSET\r\n");
  cr_expect_eq(data, 0);
  cr_expect_eq(heard.resets, 1);
  cr_expect_null(cmta_transaction_data(session));
}

Test(session, numbers_its_questions_while_they_wait) {
  heard.noop = CMTA_LATER;
  say("NOOP\r\n");
  uint64_t first = cmta_session_question_number(session);
  cr_expect_neq(first, 0);
  cr_expect_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  cr_expect_eq(cmta_session_question_number(session), 0);
  say("NOOP\r\n");
  cr_expect_eq(cmta_session_question_number(session), first + 1);
  cmta_session_expire(session);
  cr_expect_eq(cmta_session_question_number(session), 0);
  cmta_session_hangup(session);
}

Test(session, knows_its_service) { cr_expect_eq(cmta_session_service(session), service); }

Test(session, takes_manners_before_it_runs_alone) {
  struct cmta_session *fresh;
  struct cmta_manners manners;
  cmta_manners_init(&manners);
  manners.line_endings = CMTA_LINE_ENDINGS_NORMALISE;
  cr_expect_eq(cmta_session_set_manners(session, &manners), CMTA_E_STATE);
  cr_assert_eq(cmta_session_new(&fresh, service, NULL, NULL), 0);
  cr_expect_eq(cmta_session_set_manners(fresh, NULL), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_session_set_manners(NULL, &manners), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_session_set_manners(fresh, &manners), 0);
  manners.early_talker = (enum cmta_reaction)4;
  cr_expect_eq(cmta_session_set_manners(fresh, &manners), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_session_violations(fresh), 0u);
  cmta_session_free(fresh);
}

Test(session, that_halts_takes_nothing_behind_its_next_reply) {
  static const char group[] = "NOOP\r\nNOOP\r\n";
  cmta_session_halt(session);
  cr_assert(cmta_session_wants(session) & CMTA_WANTS_READ);
  cr_assert_eq(cmta_session_receive(session, group, 12), 6);
  cr_assert_eq(cmta_session_receive(session, group, 12), 0);
  cr_assert_not(cmta_session_wants(session) & CMTA_WANTS_READ);
  cmta_session_expire(session);
  cr_assert_eq(cmta_session_close_reason(session), CMTA_CLOSED_TIMEOUT);
}
