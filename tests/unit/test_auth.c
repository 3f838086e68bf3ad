/* SPDX-License-Identifier: MIT */

/* What the hook `auth` and those around it call (RFC 4954): when they may, and what they may say.
 */

#include <cmta/session.h>

#include <criterion/criterion.h>
#include <string.h>

static struct cmta_service *service;
static struct cmta_session *session;

/* What the calls gave inside each hook. */
static struct results { int challenge, identity, data; } in_auth, in_noop, in_decided;

static enum cmta_verdict verdict; /* of `auth` */
static unsigned destroyed;        /* data of exchanges */
static int token;

static void destroy(void *data) { destroyed += data == &token; }

static struct results call_all(struct cmta_session *asked) {
  return (struct results){.challenge = cmta_auth_challenge(asked, "more", 4),
                          .identity = cmta_session_set_identity(asked, "alice", NULL),
                          .data = cmta_exchange_set_data(asked, &token, destroy)};
}

static enum cmta_verdict on_auth(struct cmta_session *asked, void *user,
                                 const struct cmta_auth *auth) {
  (void)user;
  (void)auth;
  in_auth = call_all(asked);
  return verdict;
}

static int deadline; /* what a challenge as the verdict of one gave */

static enum cmta_verdict on_noop(struct cmta_session *asked, void *user, struct cmta_slice text) {
  (void)user;
  (void)text;
  in_noop = call_all(asked);
  deadline = cmta_session_set_deadline(asked, 5, CMTA_CHALLENGE);
  return CMTA_ACCEPT;
}

static void on_decided(struct cmta_session *told, void *user,
                       const struct cmta_decision *decision) {
  (void)user;
  if (strcmp(decision->question, "auth") == 0)
    in_decided = (struct results){.challenge = cmta_auth_challenge(told, "x", 1),
                                  .identity = cmta_session_set_identity(told, "eve", NULL)};
}

static void say(const char *bytes) {
  cr_assert_eq(cmta_session_receive(session, bytes, strlen(bytes)), (ptrdiff_t)strlen(bytes));
}

/* Says bytes, and forgets the replies to all that was said before. */
static void say_now(const char *bytes) {
  cmta_session_sent(session, cmta_session_output(session).length);
  say(bytes);
}

static bool replies(const char *text) {
  struct cmta_slice output = cmta_session_output(session);
  return output.length == strlen(text) && memcmp(output.at, text, output.length) == 0;
}

static void begin(void) {
  const struct cmta_hooks hooks = {
      .size = sizeof hooks, .auth = on_auth, .noop = on_noop, .decided = on_decided};
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.mechanisms = "X-SAFE";
  verdict = CMTA_ACCEPT;
  destroyed = 0;
  cr_assert_eq(cmta_service_new(&service, &settings, &hooks, NULL), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
}

/* Up to the question. */
static void say_auth(void) {
  say("");
  say("EHLO client.example\r\n");
  say_now("AUTH X-SAFE =\r\n");
}

static void end(void) {
  cmta_session_free(session);
  cmta_service_free(service);
}

TestSuite(auth, .init = begin, .fini = end);

static void expect_state(struct results results) {
  cr_expect_eq(results.challenge, CMTA_E_STATE);
  cr_expect_eq(results.identity, CMTA_E_STATE);
  cr_expect_eq(results.data, CMTA_E_STATE);
}

Test(auth, has_its_calls_inside_its_hook) {
  say_auth();
  cr_expect_eq(in_auth.challenge, 0);
  cr_expect_eq(in_auth.identity, 0);
  cr_expect_eq(in_auth.data, 0);
}

Test(auth, has_no_calls_before_it_or_after) {
  expect_state(call_all(session));
  say_auth();
  expect_state(call_all(session));
  cr_expect_null(cmta_exchange_data(session));
}

Test(auth, has_no_calls_inside_another_hook) {
  say_auth();
  say("NOOP\r\n");
  expect_state(in_noop);
}

Test(auth, has_no_calls_inside_another_hook_of_a_challenged_client) {
  verdict = CMTA_CHALLENGE;
  say_auth();
  cr_expect_eq(cmta_auth_challenge(session, "x", 1), CMTA_E_STATE);
  cr_expect_eq(cmta_session_set_identity(session, "eve", NULL), CMTA_E_STATE);
}

/* The chart knows no challenge there: the session would wait for ever. */
Test(auth, is_the_only_question_whose_deadline_may_be_a_challenge) {
  say_auth();
  say("NOOP\r\n");
  cr_expect_eq(deadline, CMTA_E_ARGUMENT);
}

Test(auth, is_the_only_question_to_which_a_challenge_would_do) {
  cr_expect_eq(cmta_reply_check("auth", CMTA_CHALLENGE, 0, NULL, NULL, false), 0);
  cr_expect_eq(cmta_reply_check("auth", CMTA_CHALLENGE, 250, NULL, "x", false), CMTA_E_VERDICT);
  cr_expect_eq(cmta_reply_check("mail", CMTA_CHALLENGE, 0, NULL, NULL, false), CMTA_E_VERDICT);
  cr_expect_eq(cmta_reply_check("mail", CMTA_ACCEPT, 0, NULL, NULL, false), 0);
}

Test(auth, is_not_answered_by_news_of_its_answer) {
  say_auth();
  cr_expect_eq(in_decided.challenge, CMTA_E_STATE);
  cr_expect_eq(in_decided.identity, CMTA_E_STATE);
  cr_expect_str_eq(cmta_session_identity(session)->user, "alice");
}

Test(auth, has_its_calls_while_it_is_open) {
  verdict = CMTA_LATER;
  say_auth();
  struct results results = call_all(session);
  cr_expect_eq(results.challenge, 0);
  cr_expect_eq(results.identity, 0);
  cr_expect_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  expect_state((struct results){.challenge = cmta_auth_challenge(session, "x", 1),
                                .identity = cmta_session_set_identity(session, "eve", NULL),
                                .data = CMTA_E_STATE});
}

Test(auth, takes_the_last_challenge_that_was_set) {
  verdict = CMTA_LATER;
  say_auth();
  cr_assert_eq(cmta_auth_challenge(session, "first", 5), 0);
  cr_assert_eq(cmta_auth_challenge(session, "foo", 3), 0);
  cr_assert_eq(cmta_session_decide(session, CMTA_CHALLENGE), 0);
  say_now("");
  cr_expect(replies("334 Zm9v\r\n"));
}

Test(auth, takes_an_empty_challenge_in_place_of_another) {
  verdict = CMTA_LATER;
  say_auth();
  cr_assert_eq(cmta_auth_challenge(session, NULL, 0), 0);
  cr_assert_eq(cmta_session_decide(session, CMTA_CHALLENGE), 0);
  say_now("");
  cr_expect(replies("334 \r\n"));
}

Test(auth, takes_no_challenge_that_cannot_be) {
  static const char bytes[9001];
  verdict = CMTA_LATER;
  say_auth();
  cr_expect_eq(cmta_auth_challenge(NULL, bytes, 1), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_auth_challenge(session, NULL, 1), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_auth_challenge(session, bytes, 9001), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_auth_challenge(session, bytes, 9000), 0);
}

Test(auth, takes_no_identity_that_cannot_be) {
  static const char *const names[] = {"", "a\tb", "a\x1f", "a\x7f", "\xc3", "\xed\xa0\x80"};
  verdict = CMTA_LATER;
  say_auth();
  cr_expect_eq(cmta_session_set_identity(NULL, "alice", NULL), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_session_set_identity(session, NULL, NULL), CMTA_E_ARGUMENT);
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    cr_expect_eq(cmta_session_set_identity(session, names[i], NULL), CMTA_E_ARGUMENT, "%zu", i);
  for (size_t i = 1; i < sizeof names / sizeof names[0]; i++)
    cr_expect_eq(cmta_session_set_identity(session, "alice", names[i]), CMTA_E_ARGUMENT, "%zu", i);
  cr_expect_eq(cmta_session_set_identity(session, "j\xc3\xb6rg x", "\xf0\x9f\x90\x9f"), 0);
}

Test(auth, copies_an_identity) {
  char user[] = "alice", authorization[] = "office";
  verdict = CMTA_LATER;
  say_auth();
  cr_assert_eq(cmta_session_set_identity(session, user, authorization), 0);
  memset(user, 'x', sizeof user - 1);
  memset(authorization, 'x', sizeof authorization - 1);
  cr_assert_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  cr_expect_null(cmta_session_identity(session), "before the session runs on");
  say("");
  cr_expect_str_eq(cmta_session_identity(session)->mechanism, "X-SAFE");
  cr_expect_str_eq(cmta_session_identity(session)->user, "alice");
  cr_expect_str_eq(cmta_session_identity(session)->authorization, "office");
}

Test(auth, keeps_the_data_of_an_exchange_to_its_end) {
  verdict = CMTA_CHALLENGE;
  say_auth();
  cr_expect_eq(cmta_exchange_data(session), &token);
  cr_expect_eq(destroyed, 0);
  say("*\r\n");
  cr_expect_eq(destroyed, 1);
  cr_expect_null(cmta_exchange_data(session));
}

Test(auth, destroys_data_of_an_exchange_that_other_data_replaces) {
  verdict = CMTA_LATER;
  say_auth();
  cr_assert_eq(cmta_exchange_set_data(session, &token, destroy), 0);
  cr_expect_eq(destroyed, 1);
  cmta_session_hangup(session);
  cr_expect_eq(destroyed, 2);
}

Test(auth, refuses_data_without_a_session) {
  cr_expect_eq(cmta_exchange_set_data(NULL, &token, destroy), CMTA_E_ARGUMENT);
}

Test(auth, shows_who_is_authenticated_by_the_runtime_as_nobody_by_name) {
  cmta_session_set_authenticated(session, true);
  cr_expect_str_eq(cmta_session_identity(session)->mechanism, "");
  cr_expect_str_eq(cmta_session_identity(session)->user, "");
  cr_expect_str_eq(cmta_session_identity(session)->authorization, "");
  cmta_session_set_authenticated(session, false);
  cr_expect_null(cmta_session_identity(session));
}

Test(auth, may_be_taken_back_by_the_runtime) {
  say_auth();
  cr_assert_not_null(cmta_session_identity(session));
  cmta_session_set_authenticated(session, false);
  cr_expect_null(cmta_session_identity(session));
  say_now("AUTH X-SAFE =\r\n");
  cr_expect(replies("235 2.7.0 Authentication succeeded\r\n"));
}

Test(auth, may_be_required_of_one_session_alone) {
  cmta_session_set_auth_required(session, true);
  say("");
  say("EHLO client.example\r\n");
  say_now("MAIL FROM:<alice@example.org>\r\n");
  cr_expect(replies("530 5.7.0 Authentication required\r\n"));
}
