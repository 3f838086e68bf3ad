/* SPDX-License-Identifier: MIT */

/* Chains of hook sets, as dialogues cannot show them: how they are made, what hooks may do, whose
 * data is meant, what `decided` is told, deadlines. */

#include <cmta/session.h>

#include <criterion/criterion.h>
#include <string.h>

enum { SETS = 3 };

/* What one hook set answers, and what its hooks saw. */
struct set {
  enum cmta_verdict noop;
  bool sets_deadline;
  int stops; /* how often its noop hook stops the session */
  bool hangs_up;
  int deadline, decide; /* what the calls gave that only some hooks may make */
  int news_reply, news_decide, news_deadline;
  struct cmta_decision decision;
  unsigned decisions;
  char shown[16]; /* the question that the getter showed to `decided` */
  unsigned cancelled, closed;
  void *data; /* as a hook saw it */
};

static struct set sets[SETS];
static struct cmta_service *service;
static struct cmta_session *session;
static uint64_t now;

static uint64_t tick(void *context) { return *(uint64_t *)context += 5; }

static enum cmta_verdict on_noop(struct cmta_session *asked, void *user, struct cmta_slice text) {
  struct set *set = user;
  (void)text;
  set->data = cmta_session_data(asked);
  set->decide = cmta_session_decide(asked, CMTA_ACCEPT);
  if (set->sets_deadline)
    set->deadline = cmta_session_set_deadline(asked, 17, CMTA_REJECT);
  for (int i = 0; i < set->stops; i++)
    cmta_session_stop(asked);
  if (set->hangs_up) {
    cmta_session_hangup(asked);
    cmta_session_expire(asked);
  }
  return set->noop;
}

/* What news may not do. */
static void try_all(struct cmta_session *told, struct set *set) {
  set->news_reply = cmta_reply(told, 250, NULL, "news");
  set->news_decide = cmta_session_decide(told, CMTA_ACCEPT);
  set->news_deadline = cmta_session_set_deadline(told, 1, CMTA_ACCEPT);
  set->data = cmta_session_data(told);
}

static void on_decided(struct cmta_session *told, void *user,
                       const struct cmta_decision *decision) {
  struct set *set = user;
  set->decision = *decision;
  set->decisions++;
  strncpy(set->shown, cmta_session_question(told), sizeof set->shown - 1);
  try_all(told, set);
}

static void on_cancelled(struct cmta_session *told, void *user, const char *question) {
  struct set *set = user;
  cr_expect_str_eq(question, "noop");
  cr_expect_str_eq(cmta_session_question(told), "noop");
  set->cancelled++;
  try_all(told, set);
}

static void on_closed(struct cmta_session *told, void *user, enum cmta_close_reason reason) {
  struct set *set = user;
  (void)reason;
  set->closed++;
  try_all(told, set);
}

static const struct cmta_hooks hooks = {.size = sizeof hooks,
                                        .name = "set",
                                        .noop = on_noop,
                                        .decided = on_decided,
                                        .cancelled = on_cancelled,
                                        .closed = on_closed};

static void say(const char *bytes) {
  const size_t length = strlen(bytes);
  cr_assert_eq(cmta_session_receive(session, bytes, length), (ptrdiff_t)length);
}

/* Whether the replies since the last call begin so. */
static bool hears(const char *beginning) {
  const struct cmta_slice out = cmta_session_output(session);
  const bool same =
      out.length >= strlen(beginning) && memcmp(out.at, beginning, strlen(beginning)) == 0;
  cr_assert_eq(cmta_session_sent(session, out.length), 0);
  return same;
}

/* A greeted session of three sets; the last one is called otherwise. */
static void begin_with(const struct cmta_settings *settings) {
  struct cmta_hooks last = hooks;
  char name[] = "last";
  last.name = name;
  memset(sets, 0, sizeof sets);
  cr_assert_eq(cmta_service_new(&service, settings, &hooks, &sets[0]), 0);
  cr_assert_eq(cmta_service_add(service, &hooks, &sets[1]), 1);
  cr_assert_eq(cmta_service_add(service, &last, &sets[2]), 2);
  name[0] = 'x';
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  say("");
  cr_assert(hears("220 "));
  for (size_t i = 0; i < SETS; i++)
    sets[i].decisions = 0;
}

static void begin(void) { begin_with(NULL); }

static void end(void) {
  cmta_session_free(session);
  cmta_service_free(service);
}

TestSuite(chain, .init = begin, .fini = end);

Test(chain, takes_no_set_once_there_was_a_session) {
  cr_expect_eq(cmta_service_add(service, &hooks, NULL), CMTA_E_STATE);
}

Test(chain, takes_no_set_of_a_wrong_size_and_none_without_hooks) {
  struct cmta_hooks wrong = hooks;
  struct cmta_service *other;
  cr_assert_eq(cmta_service_new(&other, NULL, NULL, NULL), 0);
  wrong.size = sizeof wrong + sizeof(void *);
  cr_expect_eq(cmta_service_add(other, &wrong, NULL), CMTA_E_ARGUMENT);
  wrong.size = offsetof(struct cmta_hooks, chunk) + 1;
  cr_expect_eq(cmta_service_add(other, &wrong, NULL), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_service_add(other, NULL, NULL), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_service_add(NULL, &hooks, NULL), CMTA_E_ARGUMENT);
  wrong.size = offsetof(struct cmta_hooks, chunk);
  cr_expect_eq(cmta_service_add(other, &wrong, NULL), 1);
  cmta_service_free(other);
}

Test(chain, has_a_thousand_sets_and_no_more) {
  struct cmta_service *other;
  struct cmta_session *long_session;
  cr_assert_eq(cmta_service_new(&other, NULL, NULL, NULL), 0);
  for (int i = 1; i < 1000; i++)
    cr_assert_eq(cmta_service_add(other, &hooks, &sets[1]), i);
  cr_expect_eq(cmta_service_add(other, &hooks, NULL), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_session_new(&long_session, other, NULL, NULL), 0);
  cr_expect_eq(cmta_session_receive(long_session, "NOOP\r\n", 6), 6);
  cr_expect_eq(sets[1].decisions, 999 * 999);
  cmta_session_free(long_session);
  cr_expect_eq(sets[1].closed, 999);
  cmta_service_free(other);
}

Test(chain, tells_that_a_wrong_answer_was_corrected) {
  sets[0].noop = (enum cmta_verdict)77;
  say("NOOP\r\n");
  cr_expect(hears("451 "));
  cr_expect(sets[2].decision.corrected && sets[2].decision.verdict == CMTA_TEMPFAIL);
  sets[0].noop = CMTA_TEMPFAIL;
  say("NOOP\r\n");
  cr_expect_not(sets[2].decision.corrected);
}

Test(chain, tells_each_answer_to_each_set_with_its_name_and_number) {
  sets[2].noop = CMTA_REJECT;
  say("NOOP\r\n");
  for (size_t i = 0; i < SETS; i++) {
    const struct cmta_decision *told = &sets[i].decision;
    cr_expect_eq(sets[i].decisions, 3);
    cr_expect_str_eq(told->question, "noop");
    cr_expect_eq(told->hook_set, 2);
    cr_expect_str_eq(told->hook_set_name, "last");
    cr_expect_eq(told->verdict, CMTA_REJECT);
    cr_expect(told->final && !told->late);
  }
}

Test(chain, measures_no_time_without_a_clock) {
  say("NOOP\r\n");
  cr_expect_eq(sets[0].decision.nanoseconds, 0);
}

Test(clock, measures_from_the_question_to_the_answer, .fini = end) {
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  now = 1;
  settings.clock = (struct cmta_clock){.monotonic = tick, .context = &now};
  begin_with(&settings);
  say("NOOP\r\n");
  cr_expect_eq(sets[0].decision.nanoseconds, 5);
  sets[2].noop = CMTA_LATER;
  say("NOOP\r\n");
  now += 1000;
  cr_expect_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  say("");
  cr_expect(sets[0].decision.late);
  cr_expect_eq(sets[0].decision.nanoseconds, 1005);
}

static uint64_t must_not_tick(void *context) {
  (void)context;
  cr_assert_fail("the clock was read");
  return 0;
}

Test(clock, is_not_read_when_nobody_wants_to_know) {
  const struct cmta_hooks plain = {.size = sizeof plain, .noop = on_noop};
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.clock.monotonic = must_not_tick;
  cr_assert_eq(cmta_service_new(&service, &settings, &plain, &sets[0]), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  say("NOOP\r\n");
  end();
}

static void keep_numbers(void) {
  static int numbers[SETS] = {0, 1, 2};
  for (int i = 0; i < SETS; i++)
    sets[i].noop = i == 1 ? CMTA_LATER : CMTA_ACCEPT;
  cr_assert_eq(cmta_session_set_data(session, &numbers[0], NULL), 0);
  say("NOOP\r\n");
  cr_assert_eq(cmta_session_set_data(session, &numbers[1], NULL), 0);
}

Test(chain, data_is_of_the_first_set_outside_of_hooks_and_questions) {
  int data = 0;
  cr_expect_eq(cmta_session_set_data(session, &data, NULL), 0);
  cr_expect_eq(cmta_session_data(session), &data);
  cr_expect_eq(cmta_session_data_of(session, 0), &data);
  cr_expect_null(cmta_session_data_of(session, 1));
}

Test(chain, data_is_of_the_set_that_left_the_question_open) {
  keep_numbers();
  cr_expect_eq(cmta_session_data(session), cmta_session_data_of(session, 1));
  cr_expect_neq(cmta_session_data(session), cmta_session_data_of(session, 0));
  cr_expect_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  say("");
  cr_expect_eq(cmta_session_data(session), cmta_session_data_of(session, 0));
}

Test(chain, data_is_of_the_set_whose_hook_is_running) {
  keep_numbers();
  cr_expect_eq(sets[0].data, cmta_session_data_of(session, 0));
  cr_expect_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  say("NOOP\r\n");
  for (size_t i = 0; i < SETS; i++)
    cr_expect_eq(sets[i].data, cmta_session_data_of(session, i));
  cr_expect_not_null(sets[1].data);
  cr_expect_null(sets[2].data);
}

Test(chain, has_no_data_of_sets_that_it_does_not_have) {
  int data = 0;
  say("HELO a.example\r\nMAIL FROM:<>\r\n");
  cr_expect_eq(cmta_transaction_set_data(session, &data, NULL), 0);
  cr_expect_eq(cmta_transaction_data_of(session, 0), &data);
  cr_expect_null(cmta_transaction_data_of(session, 1));
  cr_expect_null(cmta_transaction_data_of(session, SETS));
  cr_expect_null(cmta_session_data_of(session, SETS));
  cr_expect_null(cmta_session_data_of(session, SIZE_MAX));
}

/* What a set that was told news could do: nothing. */
static void expect_nothing_done(const struct set *set) {
  cr_expect_eq(set->news_reply, CMTA_E_STATE);
  cr_expect_eq(set->news_decide, CMTA_E_STATE);
  cr_expect_eq(set->news_deadline, CMTA_E_STATE);
}

Test(chain, decides_nothing_from_inside_the_hook_that_is_asked) {
  say("NOOP\r\n");
  cr_expect_eq(sets[0].decide, CMTA_E_STATE);
  cr_expect(hears("250 "));
}

Test(chain, neither_replies_nor_decides_in_the_news_of_a_decision) {
  say("NOOP\r\n");
  expect_nothing_done(&sets[0]);
  cr_expect_str_eq(sets[0].shown, "noop");
  cr_expect(hears("250 2.0.0 "));
}

Test(chain, neither_replies_nor_decides_in_the_news_that_time_is_up) {
  sets[1].noop = CMTA_LATER;
  say("NOOP\r\n");
  cmta_session_expire(session);
  cr_expect_eq(sets[1].cancelled, 1);
  expect_nothing_done(&sets[1]);
  say("");
  cr_expect(hears("451 "));
  cr_expect_eq(sets[0].cancelled + sets[2].cancelled, 0);
}

Test(chain, neither_replies_nor_decides_in_the_news_of_the_end) {
  sets[1].noop = CMTA_LATER;
  say("NOOP\r\n");
  cmta_session_hangup(session);
  cr_expect_eq(sets[1].cancelled, 1);
  for (size_t i = 0; i < SETS; i++) {
    expect_nothing_done(&sets[i]);
    cr_expect_eq(sets[i].closed, 1);
  }
}

Test(chain, cancels_nothing_that_was_answered_before_the_end) {
  sets[1].noop = CMTA_LATER;
  say("NOOP\r\n");
  cr_expect_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  cmta_session_expire(session);
  cmta_session_hangup(session);
  cr_expect_eq(sets[1].cancelled, 0);
  cr_expect_eq(sets[2].decisions, 1);
}

Test(chain, is_neither_hung_up_nor_expired_by_its_own_hook) {
  sets[1].hangs_up = true;
  say("NOOP\r\n");
  cr_expect_eq(cmta_session_close_reason(session), CMTA_CLOSED_NOT);
  cr_expect(hears("250 "));
}

Test(chain, stops_after_the_command_whose_hook_stopped_it) {
  sets[1].stops = 1;
  say("NOOP\r\n");
  cr_expect_eq(cmta_session_close_reason(session), CMTA_CLOSED_SHUTDOWN);
  cr_expect(hears("250 2.0.0 Ok\r\n421 "));
}

Test(chain, waits_for_the_transaction_that_a_hook_stopped_once) {
  sets[1].stops = 1;
  say("HELO a.example\r\nMAIL FROM:<>\r\nNOOP\r\n");
  cr_expect_eq(cmta_session_close_reason(session), CMTA_CLOSED_NOT);
}

Test(chain, waits_no_longer_when_a_hook_stopped_it_twice) {
  sets[1].stops = 2;
  say("HELO a.example\r\nMAIL FROM:<>\r\nNOOP\r\n");
  cr_expect_eq(cmta_session_close_reason(session), CMTA_CLOSED_SHUTDOWN);
}

Test(chain, cancels_the_question_of_a_hook_that_stopped_it_twice) {
  sets[1].stops = 2;
  sets[1].noop = CMTA_LATER;
  say("NOOP\r\n");
  cr_expect_eq(cmta_session_close_reason(session), CMTA_CLOSED_SHUTDOWN);
  cr_expect_eq(sets[1].cancelled, 1);
  cr_expect(hears("421 "));
}

Test(chain, shows_the_deadline_of_the_open_question_alone) {
  sets[1].sets_deadline = true;
  sets[1].noop = CMTA_LATER;
  sets[2].noop = CMTA_LATER;
  say("NOOP\r\n");
  cr_expect_eq(sets[1].deadline, 0);
  cr_expect_eq(cmta_session_timeout(session), 17);
  cr_expect_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  say("");
  cr_expect_eq(cmta_session_timeout(session), 300);
}

Test(chain, has_no_deadline_outside_of_a_hook) {
  cr_expect_eq(cmta_session_set_deadline(session, 1, CMTA_ACCEPT), CMTA_E_STATE);
  sets[1].noop = CMTA_LATER;
  say("NOOP\r\n");
  cr_expect_eq(cmta_session_set_deadline(session, 1, CMTA_ACCEPT), CMTA_E_STATE);
  cr_expect_eq(cmta_session_set_deadline(session, 1, CMTA_LATER), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_session_set_deadline(session, 1, (enum cmta_verdict)99), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_session_set_deadline(NULL, 1, CMTA_ACCEPT), CMTA_E_ARGUMENT);
}

Test(chain, gives_a_verdict_that_there_is_not_as_a_temporary_failure) {
  sets[1].noop = (enum cmta_verdict)99;
  say("NOOP\r\n");
  cr_expect(hears("451 "));
  cr_expect_eq(sets[0].decision.verdict, CMTA_TEMPFAIL);
}

Test(verdict, has_a_name) {
  static const char *const names[] = {"accept", "reject", "tempfail", "close",
                                      "drop",   "later",  "take",     "challenge"};
  for (unsigned i = 0; i <= CMTA_CHALLENGE; i++)
    cr_expect_str_eq(cmta_verdict_name((enum cmta_verdict)i), names[i]);
  cr_expect_str_eq(cmta_verdict_name((enum cmta_verdict)(CMTA_CHALLENGE + 1)), "unknown");
}
