/* SPDX-License-Identifier: MIT */
/* Each question that a scene can lead to, and what is told of the answer. */
#include <cmta/dialog.h>

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* What the hook does when it is asked. */
static enum cmta_verdict verdict;
static int code;
static const char *enhanced;
static unsigned asked, cancelled;

static enum cmta_verdict reply(struct cmta_session *session) {
  asked++;
  if (code) {
    cmta_reply(session, code, enhanced, "first line");
    cmta_reply_line(session, "second line");
  }
  return verdict;
}

static enum cmta_verdict on_command(struct cmta_session *session, void *user) {
  (void)user;
  return reply(session);
}

static enum cmta_verdict on_text(struct cmta_session *session, void *user, struct cmta_slice text) {
  (void)user;
  (void)text;
  return reply(session);
}

static enum cmta_verdict on_path(struct cmta_session *session, void *user,
                                 const struct cmta_path *path) {
  (void)user;
  (void)path;
  return reply(session);
}

static enum cmta_verdict on_message(struct cmta_session *session, void *user,
                                    const struct cmta_message *message) {
  (void)user;
  (void)message;
  return reply(session);
}

static enum cmta_verdict on_auth(struct cmta_session *session, void *user,
                                 const struct cmta_auth *auth) {
  (void)user;
  (void)auth;
  if (verdict == CMTA_ACCEPT)
    cmta_session_set_identity(session, "alice", NULL);
  return reply(session);
}

static enum cmta_verdict on_verb(struct cmta_session *session, void *user,
                                 const struct cmta_verb *verb, struct cmta_slice argument) {
  (void)user;
  cr_expect_str_eq(verb->name, "XCOUNT");
  cr_expect(cmta_slice_is(argument, "all"));
  return reply(session);
}

static enum cmta_verdict on_client(struct cmta_session *session, void *user,
                                   const struct cmta_client *client) {
  (void)user;
  cr_expect_str_eq(client->name, "a.example");
  return reply(session);
}

static void on_cancelled(struct cmta_session *session, void *user, const char *question) {
  (void)session;
  (void)user;
  (void)question;
  cancelled++;
}

static const struct cmta_hooks hooks = {.size = sizeof hooks,
                                        .connect = on_command,
                                        .hello = on_text,
                                        .starttls = on_command,
                                        .secured = on_command,
                                        .auth = on_auth,
                                        .mail = on_path,
                                        .rcpt = on_path,
                                        .data = on_command,
                                        .chunk = on_text,
                                        .headers = on_text,
                                        .message = on_message,
                                        .rset = on_command,
                                        .noop = on_text,
                                        .vrfy = on_text,
                                        .expn = on_text,
                                        .help = on_text,
                                        .verb = on_verb,
                                        .xclient = on_client,
                                        .xforward = on_client,
                                        .etrn = on_text,
                                        .cancelled = on_cancelled};

/* Every question: its argument, and the codes of ACCEPT and REJECT; 0: nothing is said. */
static const struct row {
  const char *question, *argument;
  int accepted, refused;
} rows[] = {
    {"connect", NULL, 220, 554},
    {"hello", NULL, 250, 550},
    {"starttls", NULL, 220, 550},
    {"secured", NULL, 0, 554},
    {"auth", "PLAIN AGFsaWNlAHNlY3JldA==", 235, 535},
    {"mail", "<a@b.example>", 250, 550},
    {"rcpt", "<a@b.example>", 250, 550},
    {"data", NULL, 354, 554},
    {"chunk", NULL, 0, 554},
    {"headers", NULL, 0, 554},
    {"message", NULL, 250, 554},
    {"rset", NULL, 250, 550},
    {"noop", NULL, 250, 550},
    {"vrfy", "bob", 252, 550},
    {"expn", "list", 252, 550},
    {"help", NULL, 214, 550},
    {"verb", "XCOUNT all", 250, 550},
    {"xclient", "NAME=a.example", 220, 550},
    {"xforward", "NAME=a.example", 250, 550},
    {"etrn", "example.org", 250, 459},
};
enum { ROWS = sizeof rows / sizeof *rows };

static struct cmta_answer answer;

static void begin(void) {
  verdict = CMTA_ACCEPT;
  code = 0;
  enhanced = NULL;
  asked = cancelled = 0;
}

TestSuite(scene_questions, .init = begin);

static int ask_of(const struct cmta_hooks *own, const struct row *row) {
  static const struct cmta_verb verbs[] = {{.name = "XCOUNT", .help = "XCOUNT topic"}};
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.verbs = verbs, settings.verb_count = 1;
  bool is_verb = strcmp(row->question, "verb") == 0;
  return cmta_scene_ask(is_verb ? &settings : NULL, own, NULL, NULL, row->question, row->argument,
                        &answer);
}

static void ask(const struct row *row) {
  asked = 0;
  int result = ask_of(&hooks, row);
  cr_assert_eq(result, 0, "%s: %d, %d %s", row->question, result, answer.code, answer.text);
  cr_expect_eq(asked, 1, "%s is asked %u times", row->question, asked);
}

static void check(const struct row *row, enum cmta_verdict expected, int expected_code) {
  cr_expect_eq(answer.verdict, expected, "%s: %s", row->question,
               cmta_verdict_name(answer.verdict));
  cr_expect_eq(answer.code, expected_code, "%s: %d", row->question, answer.code);
  cr_expect_eq(answer.text[0] != '\0', expected_code != 0, "%s: %s", row->question, answer.text);
  cr_expect(expected_code || !*answer.enhanced, "%s: %s", row->question, answer.enhanced);
  cr_expect_not(answer.corrected, "%s", row->question);
}

Test(scene_questions, are_accepted) {
  for (size_t i = 0; i < ROWS; i++) {
    ask(&rows[i]);
    check(&rows[i], CMTA_ACCEPT, rows[i].accepted);
  }
}

Test(scene_questions, are_taken) {
  for (size_t i = 0; i < ROWS; i++) {
    verdict = strcmp(rows[i].question, "auth") == 0 ? CMTA_ACCEPT : CMTA_TAKE;
    ask(&rows[i]);
    check(&rows[i], verdict, rows[i].accepted);
  }
}

Test(scene_questions, are_rejected) {
  verdict = CMTA_REJECT;
  for (size_t i = 0; i < ROWS; i++) {
    ask(&rows[i]);
    check(&rows[i], CMTA_REJECT, rows[i].refused);
  }
}

Test(scene_questions, are_put_off_and_then_cancelled) {
  verdict = CMTA_LATER;
  for (size_t i = 0; i < ROWS; i++) {
    ask(&rows[i]);
    check(&rows[i], CMTA_LATER, 0);
    cr_expect_eq(cancelled, i + 1, "%s", rows[i].question);
  }
}

Test(scene_questions, end_sessions) {
  for (size_t i = 0; i < ROWS; i++) {
    verdict = CMTA_DROP;
    ask(&rows[i]);
    check(&rows[i], CMTA_DROP, 0);
    verdict = CMTA_CLOSE;
    ask(&rows[i]);
    check(&rows[i], CMTA_CLOSE, 421);
  }
}

Test(scene_questions, are_answered_by_nobody_as_in_a_session) {
  const struct cmta_hooks none = {.size = sizeof none};
  for (size_t i = 0; i < ROWS; i++) {
    const char *question = rows[i].question;
    bool is_502 = strcmp(question, "auth") == 0 || strcmp(question, "expn") == 0 ||
                  strcmp(question, "etrn") == 0;
    cr_assert_eq(ask_of(&none, &rows[i]), 0, "%s: %d", question, answer.code);
    check(&rows[i], is_502 ? CMTA_REJECT : CMTA_ACCEPT, is_502 ? 502 : rows[i].accepted);
    cr_expect_eq(ask_of(NULL, &rows[i]), 0);
  }
}

Test(scene_questions, show_all_lines_of_a_reply) {
  verdict = CMTA_REJECT, code = 550, enhanced = "5.7.1";
  ask(&rows[6]);
  cr_expect_eq(answer.code, 550);
  cr_expect_str_eq(answer.enhanced, "5.7.1");
  cr_expect_str_eq(answer.text, "first line\nsecond line");
}

Test(scene_questions, show_what_counts_in_place_of_a_wrong_answer) {
  verdict = CMTA_ACCEPT, code = 550;
  ask(&rows[6]);
  cr_expect(answer.corrected);
  cr_expect_eq(answer.verdict, CMTA_TEMPFAIL);
  cr_expect_eq(answer.code, 451);
}

Test(scene_questions, show_a_challenge) {
  verdict = CMTA_CHALLENGE;
  ask(&rows[4]);
  cr_expect_eq(answer.verdict, CMTA_CHALLENGE);
  cr_expect_eq(answer.code, 334);
}

Test(scene_questions, of_lmtp_are_those_of_the_first_recipient) {
  static const char *const two[] = {"<a@example.net>", "<b@example.net>", NULL};
  const struct cmta_scene scene = {.size = sizeof scene, .lmtp = true, .recipients = two};
  static const enum cmta_verdict verdicts[] = {CMTA_REJECT, CMTA_LATER};
  for (size_t i = 0; i < 2; i++) {
    verdict = verdicts[i];
    asked = 0;
    cr_expect_eq(cmta_scene_ask(NULL, &hooks, NULL, &scene, "message", NULL, &answer), 0);
    cr_expect_eq(answer.verdict, verdict);
    cr_expect_eq(answer.code, verdict == CMTA_REJECT ? 554 : 0);
    cr_expect_eq(asked, 1);
  }
}

static enum cmta_verdict in_place(struct cmta_session *session, void *user,
                                  const struct cmta_verb *verb, struct cmta_slice argument) {
  (void)user;
  (void)verb;
  (void)argument;
  return reply(session);
}

Test(scene_questions, may_be_those_of_a_row_of_the_settings) {
  const struct cmta_verb verbs[] = {{.name = "NOOP", .question = in_place}};
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.verbs = verbs, settings.verb_count = 1;
  verdict = CMTA_REJECT;
  cr_expect_eq(cmta_scene_ask(&settings, NULL, NULL, NULL, "noop", NULL, &answer), 0);
  cr_expect_eq(asked, 1);
  cr_expect_eq(answer.verdict, CMTA_REJECT);
  verdict = CMTA_LATER;
  cr_expect_eq(cmta_scene_ask(&settings, NULL, NULL, NULL, "noop", NULL, &answer), 0);
  cr_expect_eq(answer.verdict, CMTA_LATER);
}

Test(scene_questions, that_are_not_there_are_errors) {
  static const char *const wrong[] = {"", "quit", "RCPT", "decided", "session_new"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    cr_expect_eq(cmta_scene_ask(NULL, &hooks, NULL, NULL, wrong[i], NULL, &answer),
                 CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_scene_ask(NULL, &hooks, NULL, NULL, NULL, NULL, &answer), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_scene_ask(NULL, &hooks, NULL, NULL, "rcpt", NULL, NULL), CMTA_E_ARGUMENT);
}

Test(scene_questions, without_an_argument_that_they_need_are_errors) {
  for (size_t i = 0; i < ROWS; i++) {
    struct row row = {rows[i].question, "\x01", 0, 0};
    bool has_line = strcmp(row.question, "mail") == 0 || strcmp(row.question, "rcpt") == 0 ||
                    strcmp(row.question, "hello") == 0 || strcmp(row.question, "vrfy") == 0 ||
                    strcmp(row.question, "expn") == 0 || strcmp(row.question, "etrn") == 0;
    if (has_line)
      cr_expect_eq(ask_of(&hooks, &row), CMTA_E_ARGUMENT, "%s", row.question);
  }
  cr_expect_eq(cmta_scene_ask(NULL, &hooks, NULL, NULL, "auth", NULL, &answer), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_scene_ask(NULL, &hooks, NULL, NULL, "vrfy", NULL, &answer), CMTA_E_ARGUMENT);
  cr_expect_eq(asked, 0);
}
