/* SPDX-License-Identifier: MIT */

/* cmta_reply() and cmta_reply_line(): what may go out, and how it is folded (RFC 5321
 * sections 4.2, 4.5.3.1.5). */

#include <cmta/session.h>

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* What a NOOP's hook does, and what came of it. */
struct attempt {
  void (*compose)(struct cmta_session *session, struct attempt *attempt);
  enum cmta_verdict verdict;
  int result;
  char output[4096];
};

static enum cmta_verdict noop(struct cmta_session *session, void *user, struct cmta_slice text) {
  struct attempt *attempt = user;
  (void)text;
  attempt->compose(session, attempt);
  return attempt->verdict;
}

static void drain(struct cmta_session *session, char *into) {
  struct cmta_slice output = cmta_session_output(session);
  if (output.length)
    memcpy(into, output.at, output.length);
  into[output.length] = '\0';
  cmta_session_sent(session, output.length);
}

/* Runs one NOOP; attempt->output is its reply. */
static void run(struct attempt *attempt) {
  const struct cmta_hooks hooks = {.size = sizeof hooks, .noop = noop};
  struct cmta_service *service;
  struct cmta_session *session;
  cr_assert_eq(cmta_service_new(&service, NULL, &hooks, attempt), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  cmta_session_receive(session, NULL, 0);
  drain(session, attempt->output);
  cmta_session_receive(session, "NOOP\r\n", 6);
  drain(session, attempt->output);
  cmta_session_free(session);
  cmta_service_free(service);
}

static const char standard[] = "250 2.0.0 Ok\r\n";

static void two_lines(struct cmta_session *session, struct attempt *attempt) {
  attempt->result = cmta_reply(session, 250, "2.1.9", "one %d", 1);
  attempt->result |= cmta_reply_line(session, "two");
}

Test(reply, has_its_code_and_enhanced_code_on_each_line) {
  struct attempt attempt = {.compose = two_lines};
  run(&attempt);
  cr_assert_eq(attempt.result, 0);
  cr_assert_str_eq(attempt.output, "250-2.1.9 one 1\r\n250 2.1.9 two\r\n");
}

/* What a reply of code without an enhanced code goes out with. */
static const struct fitting {
  int code;
  const char *enhanced;
} fittings[] = {
    {421, "4.7.0"}, {450, "4.2.0"},  {451, "4.3.0"},  {452, "4.3.1"},  {455, "4.5.4"},
    {459, "4.3.0"}, {500, "5.5.2"},  {501, "5.5.4"},  {502, "5.5.1"},  {503, "5.5.1"},
    {504, "5.5.4"}, {521, "5.3.2"},  {523, "5.7.10"}, {530, "5.7.0"},  {534, "5.7.9"},
    {535, "5.7.8"}, {538, "5.7.11"}, {550, "5.7.1"},  {551, "5.1.6"},  {552, "5.3.4"},
    {553, "5.1.0"}, {554, "5.7.1"},  {555, "5.5.4"},  {556, "5.1.10"}, {250, "2.0.0"},
    {299, "2.0.0"},
};

static const struct fitting *fitting;

static void without_enhanced(struct cmta_session *session, struct attempt *attempt) {
  attempt->result = cmta_reply(session, fitting->code, NULL, "text");
}

static enum cmta_verdict verdict_of(int code) {
  static const enum cmta_verdict verdicts[] = {
      [2] = CMTA_ACCEPT, [4] = CMTA_TEMPFAIL, [5] = CMTA_REJECT};
  return code == 421 ? CMTA_CLOSE : verdicts[code / 100];
}

Test(reply, without_an_enhanced_code_gets_one_that_fits_its_code) {
  for (size_t i = 0; i < sizeof fittings / sizeof *fittings; i++) {
    fitting = &fittings[i];
    struct attempt attempt = {.compose = without_enhanced, .verdict = verdict_of(fitting->code)};
    char expected[64];
    snprintf(expected, sizeof expected, "%d %s text\r\n", fitting->code, fitting->enhanced);
    run(&attempt);
    cr_expect_str_eq(attempt.output, expected);
  }
}

static void injecting(struct cmta_session *session, struct attempt *attempt) {
  attempt->result = cmta_reply(session, 250, NULL, "%s", "ok\r\n250 injected");
}

Test(reply, with_line_ends_in_it_is_refused_and_the_standard_text_goes_out) {
  struct attempt attempt = {.compose = injecting};
  run(&attempt);
  cr_assert_eq(attempt.result, CMTA_E_ARGUMENT);
  cr_assert_str_eq(attempt.output, standard);
}

static void with_a_bad_second_line(struct cmta_session *session, struct attempt *attempt) {
  cmta_reply(session, 250, NULL, "fine");
  attempt->result = cmta_reply_line(session, "esc \x1b[2J");
}

Test(reply, with_control_bytes_in_a_later_line_is_refused_whole) {
  struct attempt attempt = {.compose = with_a_bad_second_line};
  run(&attempt);
  cr_assert_eq(attempt.result, CMTA_E_ARGUMENT);
  cr_assert_str_eq(attempt.output, standard);
}

static void beyond_ascii(struct cmta_session *session, struct attempt *attempt) {
  attempt->result = cmta_reply(session, 250, NULL, "gr\xc3\xbc\xc3\x9f Gott");
}

Test(reply, beyond_ascii_is_refused_where_the_client_did_not_ask_for_smtputf8) {
  struct attempt attempt = {.compose = beyond_ascii};
  run(&attempt);
  cr_assert_eq(attempt.result, CMTA_E_ARGUMENT);
}

static void bad_codes(struct cmta_session *session, struct attempt *attempt) {
  static const int codes[] = {0, -250, 199, 300, 353, 355, 399, 600, 2500};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    cr_assert_eq(cmta_reply(session, codes[i], NULL, "x"), CMTA_E_ARGUMENT, "%d", codes[i]);
  attempt->result = 0;
}

Test(reply, with_a_code_that_does_not_exist_is_refused) {
  struct attempt attempt = {.compose = bad_codes};
  run(&attempt);
  cr_assert_str_eq(attempt.output, standard);
}

static void bad_enhanced(struct cmta_session *session, struct attempt *attempt) {
  static const char *const codes[] = {"",       "2",      "2.0",      "2.0.",    "2..0",
                                      "5.0.0",  "2.0.0 ", "2.1000.0", "2.0.0.0", "2.00.1",
                                      "2.0.01", "x.0.0",  "3.0.0"};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    cr_assert_eq(cmta_reply(session, 250, codes[i], "x"), CMTA_E_ARGUMENT, "%s", codes[i]);
  attempt->result = 0;
}

Test(reply, with_an_enhanced_code_that_is_malformed_or_of_another_class_is_refused) {
  struct attempt attempt = {.compose = bad_enhanced};
  run(&attempt);
  cr_assert_str_eq(attempt.output, standard);
}

static void long_words(struct cmta_session *session, struct attempt *attempt) {
  char text[1200];
  for (size_t i = 0; i < sizeof text - 1; i++)
    text[i] = i % 10 == 9 ? ' ' : 'x';
  text[sizeof text - 1] = '\0';
  attempt->result = cmta_reply(session, 250, NULL, "%s", text);
}

/* Each line of the output is a reply line of at most 512 octets; the last alone has a blank behind
 * its code. */
static void assert_well_folded(const char *output) {
  const char *end;
  for (; *output; output = end + 2) {
    end = strstr(output, "\r\n");
    cr_assert_not_null(end);
    cr_assert_leq(end + 2 - output, 512);
    cr_assert_eq(memcmp(output, "250", 3), 0);
    cr_assert_eq(output[3], end[2] ? '-' : ' ');
  }
}

Test(reply, longer_than_a_reply_line_is_folded_at_blanks) {
  struct attempt attempt = {.compose = long_words};
  run(&attempt);
  assert_well_folded(attempt.output);
  cr_assert_null(strstr(attempt.output, "xxxxxxxxxx"), "a word was broken or two were joined");
}

static void one_long_word(struct cmta_session *session, struct attempt *attempt) {
  char text[1200];
  memset(text, 'y', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  attempt->result = cmta_reply(session, 250, NULL, "%s", text);
}

Test(reply, of_one_endless_word_is_cut_and_loses_nothing) {
  struct attempt attempt = {.compose = one_long_word};
  run(&attempt);
  assert_well_folded(attempt.output);
  size_t letters = 0;
  for (const char *at = attempt.output; *at; at++)
    letters += *at == 'y';
  cr_assert_eq(letters, 1199);
}

Test(reply, outside_a_question_is_refused) {
  struct cmta_service *service;
  struct cmta_session *session;
  cmta_service_new(&service, NULL, NULL, NULL);
  cmta_session_new(&session, service, NULL, NULL);
  cr_assert_eq(cmta_reply(session, 250, NULL, "x"), CMTA_E_STATE);
  cr_assert_eq(cmta_reply_line(session, "x"), CMTA_E_STATE);
  cr_assert_eq(cmta_reply(NULL, 250, NULL, "x"), CMTA_E_ARGUMENT);
  cmta_session_free(session);
  cmta_service_free(service);
}

Test(reply, is_checked_without_a_session_as_with_one) {
  static const struct {
    const char *question;
    enum cmta_verdict verdict;
    int code;
    const char *enhanced, *text;
    bool utf8;
    int result;
  } rows[] = {{"rcpt", CMTA_ACCEPT, 0, "rubbish", NULL, false, 0},
              {"rcpt", CMTA_ACCEPT, 250, "2.1.5", "one\ntwo", false, 0},
              {"rcpt", CMTA_REJECT, 550, NULL, "", false, 0},
              {"rcpt", CMTA_DROP, 250, NULL, "x", false, 0},
              {"rcpt", CMTA_CLOSE, 250, NULL, "x", false, 0},
              {"data", CMTA_ACCEPT, 354, NULL, "x", false, 0},
              {"rcpt", CMTA_REJECT, 550, NULL, "gr\xc3\xbcn", true, 0},
              {"rcpt", CMTA_LATER, 0, NULL, NULL, false, CMTA_E_ARGUMENT},
              {"nothing", CMTA_ACCEPT, 0, NULL, NULL, false, CMTA_E_ARGUMENT},
              {NULL, CMTA_ACCEPT, 0, NULL, NULL, false, CMTA_E_ARGUMENT},
              {"rcpt", CMTA_ACCEPT, 250, NULL, NULL, false, CMTA_E_ARGUMENT},
              {"rcpt", CMTA_ACCEPT, 300, NULL, "x", false, CMTA_E_ARGUMENT},
              {"rcpt", CMTA_ACCEPT, 250, "5.0.0", "x", false, CMTA_E_ARGUMENT},
              {"data", CMTA_ACCEPT, 354, "3.0.0", "x", false, CMTA_E_ARGUMENT},
              {"rcpt", CMTA_ACCEPT, 250, NULL, "one\ntwo\r", false, CMTA_E_ARGUMENT},
              {"rcpt", CMTA_REJECT, 550, NULL, "gr\xc3\xbcn", false, CMTA_E_ARGUMENT},
              {"rcpt", CMTA_REJECT, 550, NULL, "gr\xc3", true, CMTA_E_ARGUMENT},
              {"rcpt", CMTA_ACCEPT, 550, NULL, "x", false, CMTA_E_VERDICT},
              {"rcpt", CMTA_ACCEPT, 354, NULL, "x", false, CMTA_E_VERDICT},
              {"rcpt", CMTA_TEMPFAIL, 550, NULL, "x", false, CMTA_E_VERDICT},
              {"data", CMTA_TAKE, 250, NULL, "x", false, CMTA_E_VERDICT},
              {"data", CMTA_CLOSE, 250, NULL, "x", false, CMTA_E_VERDICT},
              {"chunk", CMTA_ACCEPT, 250, NULL, "x", false, CMTA_E_VERDICT}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    cr_expect_eq(cmta_reply_check(rows[i].question, rows[i].verdict, rows[i].code, rows[i].enhanced,
                                  rows[i].text, rows[i].utf8),
                 rows[i].result, "row %zu", i);
}
