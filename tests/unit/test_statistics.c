/* SPDX-License-Identifier: MIT */
/* Statistics over several sessions; every dialogue compares those of one session with its counts.
 */
#include <cmta/session.h>

#include <criterion/criterion.h>
#include <string.h>

static struct cmta_service *service, *other;
static struct cmta_statistics *statistics;
static const struct cmta_totals *totals;

static void say(struct cmta_session *session, const char *bytes) {
  cr_assert_eq(cmta_session_receive(session, bytes, strlen(bytes)), (ptrdiff_t)strlen(bytes));
}

static struct cmta_session *new_session(void) {
  struct cmta_session *session;
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  return session;
}

static void begin(void) {
  cr_assert_eq(cmta_service_new(&service, NULL, NULL, NULL), 0);
  cr_assert_eq(cmta_service_new(&other, NULL, NULL, NULL), 0);
  cr_assert_eq(cmta_statistics_new(&statistics, service), 0);
  totals = cmta_statistics_totals(statistics);
}

static void end(void) {
  cmta_statistics_free(statistics);
  cmta_service_free(other);
  cmta_service_free(service);
}

TestSuite(statistics, .init = begin, .fini = end);

Test(statistics, sum_up_sessions_while_they_run) {
  struct cmta_session *a = new_session(), *b = new_session();
  cmta_session_count_in(a, statistics);
  cmta_session_count_in(b, statistics);
  say(a, "");
  say(b, "");
  say(a, "NOOP\r\n");
  say(b, "NOOP\r\nFNORD\r\n");
  cr_expect_eq(totals->sessions, 2);
  cr_expect_eq(totals->sum.commands, 3);
  cr_expect_eq(totals->sum.errors, 1);
  cr_expect_eq(totals->sum.octets_in, 6 + 13);
  cmta_session_free(a);
  cr_expect_eq(totals->closed[CMTA_CLOSED_FREED], 1);
  say(b, "QUIT\r\n");
  cr_expect_eq(totals->closed[CMTA_CLOSED_QUIT], 1);
  cmta_session_free(b);
  cr_expect_eq(totals->closed[CMTA_CLOSED_FREED], 1);
}

Test(statistics, know_nothing_of_a_session_that_never_began) {
  struct cmta_session *session = new_session();
  cmta_session_count_in(session, statistics);
  cmta_session_free(session);
  cr_expect_eq(totals->sessions, 0);
  cr_expect_eq(totals->closed[CMTA_CLOSED_FREED], 0);
}

Test(statistics, take_no_session_of_another_service_nor_one_that_has_begun) {
  struct cmta_statistics *others;
  struct cmta_session *session = new_session();
  cr_assert_eq(cmta_statistics_new(&others, other), 0);
  cmta_session_count_in(session, others);
  say(session, "");
  cmta_session_count_in(session, statistics);
  say(session, "NOOP\r\n");
  cr_expect_eq(cmta_session_counts(session)->commands, 1);
  cr_expect_eq(totals->sum.commands, 0);
  cr_expect_eq(cmta_statistics_totals(others)->sum.commands, 0);
  cmta_session_free(session);
  cmta_statistics_free(others);
}

Test(statistics, have_each_event_once_and_nothing_beyond) {
  size_t count = 0, empty = 0;
  const char *name;
  while ((name = cmta_statistics_event(statistics, count))) {
    empty += *name == '\0';
    for (size_t i = 0; i < count; i++)
      cr_expect_str_neq(cmta_statistics_event(statistics, i), name);
    count++;
  }
  cr_expect_eq(empty, 1);
  cr_expect_null(cmta_statistics_event(statistics, count + 1));
  cr_expect_eq(cmta_statistics_replies(statistics, count, 2), 0);
}

Test(statistics, have_no_replies_of_classes_that_there_are_not) {
  struct cmta_session *session = new_session();
  cmta_session_count_in(session, statistics);
  say(session, "");
  for (size_t i = 0; cmta_statistics_event(statistics, i); i++) {
    cr_expect_eq(cmta_statistics_replies(statistics, i, 1), 0);
    cr_expect_eq(cmta_statistics_replies(statistics, i, 6), 0);
    cr_expect_eq(cmta_statistics_replies(statistics, i, -1), 0);
  }
  cmta_session_free(session);
}

Test(statistics, refuse_wrong_arguments) {
  struct cmta_statistics *made;
  cr_expect_eq(cmta_statistics_new(NULL, service), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_statistics_new(&made, NULL), CMTA_E_ARGUMENT);
  cmta_statistics_free(NULL);
}
