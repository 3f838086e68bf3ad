/* SPDX-License-Identifier: MIT */
/* What the hook `foresee` is shown, and to whom; when it is told, the dialogues show. */
#include <cmta/session.h>

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* What one hook set heard: "VERB[argument]" of each command, one behind the other. */
struct heard {
  char told[512];
  const void *data; /* cmta_session_data() when it was told */
};

static struct cmta_service *service;
static struct cmta_session *session;
static struct heard first, second;
static int decided_when_cancelled;

static enum cmta_verdict later(struct cmta_session *asked, void *user,
                               const struct cmta_path *path) {
  (void)asked;
  (void)user;
  (void)path;
  return CMTA_LATER;
}

static void on_foresee(struct cmta_session *told, void *user, const struct cmta_foreseen *command) {
  struct heard *heard = user;
  size_t length = strlen(heard->told);
  snprintf(heard->told + length, sizeof heard->told - length, "%s[%.*s]", command->verb,
           (int)command->argument.length, command->argument.at);
  heard->data = cmta_session_data(told);
}

static void on_cancelled(struct cmta_session *told, void *user, const char *question) {
  (void)user;
  (void)question;
  decided_when_cancelled = cmta_session_decide(told, CMTA_ACCEPT);
}

static void *own_data(struct cmta_session *made, void *user) {
  (void)made;
  return user;
}

static void say(const char *bytes) {
  cr_assert_geq(cmta_session_receive(session, bytes, strlen(bytes)), 0);
}

static void begin(void) {
  const struct cmta_hooks one = {.size = sizeof one,
                                 .mail = later,
                                 .session_new = own_data,
                                 .cancelled = on_cancelled,
                                 .foresee = on_foresee};
  const struct cmta_hooks two = {
      .size = sizeof two, .session_new = own_data, .foresee = on_foresee};
  memset(&first, 0, sizeof first);
  memset(&second, 0, sizeof second);
  cr_assert_eq(cmta_service_new(&service, NULL, &one, &first), 0);
  cr_assert_eq(cmta_service_add(service, &two, &second), 1);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  say("");
  say("EHLO c.example\r\n");
}

static void end(void) {
  cmta_session_free(session);
  cmta_service_free(service);
}

TestSuite(foresee, .init = begin, .fini = end);

Test(foresee, shows_all_that_follows_the_verb_without_outer_blanks) {
  say("MAIL FROM:<>\r\nRcpt To:<a@b.example> X=1  \r\nRSET \r\nNOOP  some text \r\n");
  cr_expect_str_eq(first.told, "RCPT[To:<a@b.example> X=1]RSET[]NOOP[some text]");
}

Test(foresee, tells_every_set_and_each_has_its_own_data) {
  say("MAIL FROM:<>\r\nRSET\r\n");
  cr_expect_str_eq(first.told, "RSET[]");
  cr_expect_str_eq(second.told, "RSET[]");
  cr_expect_eq(first.data, &first);
  cr_expect_eq(second.data, &second);
  cr_expect_eq(cmta_session_data(session), &first, "the set that left the question open");
}

Test(foresee, tells_nothing_twice_though_fewer_bytes_are_brought_in_between) {
  say("MAIL FROM:<>\r\nRSET\r\nRSET\r\n");
  say("RSET\r\n");
  say("");
  say("RSET\r\nRSET\r\nNOOP\r\n");
  cr_expect_str_eq(first.told, "RSET[]RSET[]NOOP[]");
}

Test(foresee, wants_no_more_where_nobody_listens_or_nothing_is_open) {
  const struct cmta_hooks hooks = {.size = sizeof hooks, .mail = later};
  cr_expect_eq(cmta_session_wants(session) & CMTA_WANTS_FORESIGHT, 0);
  end();
  cr_assert_eq(cmta_service_new(&service, NULL, &hooks, NULL), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  say("");
  say("EHLO c.example\r\nMAIL FROM:<>\r\n");
  cr_expect(cmta_session_wants(session) & CMTA_WANTS_DECISION);
  cr_expect_eq(cmta_session_wants(session) & CMTA_WANTS_FORESIGHT, 0);
}

Test(foresee, an_answer_is_refused_once_its_question_is_cancelled) {
  say("MAIL FROM:<>\r\n");
  cmta_session_expire(session);
  cr_expect_eq(decided_when_cancelled, CMTA_E_STATE);
}

/* How bytes are cut decides what is behind such a verb, so it is no dialogue. */
Test(foresee, tells_nothing_behind_a_verb_of_the_application_that_ends_a_group) {
  const struct cmta_hooks hooks = {.size = sizeof hooks, .mail = later, .foresee = on_foresee};
  const struct cmta_verb verb = {.name = "XEND", .flags = CMTA_VERB_ENDS_GROUP, .help = "XEND"};
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.verbs = &verb;
  settings.verb_count = 1;
  end();
  cr_assert_eq(cmta_service_new(&service, &settings, &hooks, &first), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  say("");
  say("EHLO c.example\r\n");
  say("MAIL FROM:<>\r\nRSET\r\nXEND now\r\nRSET\r\n");
  cr_expect_str_eq(first.told, "RSET[]XEND[now]");
  cr_expect_eq(cmta_session_wants(session) & CMTA_WANTS_FORESIGHT, 0);
}
