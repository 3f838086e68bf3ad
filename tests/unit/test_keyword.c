/* SPDX-License-Identifier: MIT */

/* settings.keywords is checked and copied when a service is made; the reply to EHLO is edited only
 * while one is in question. */

#include <cmta/session.h>

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* Makes a service of rows; 0 or its error. */
static int make(const struct cmta_keyword *rows, size_t count) {
  struct cmta_settings settings;
  struct cmta_service *service = NULL;
  cmta_settings_init(&settings);
  settings.keywords = rows;
  settings.keyword_count = count;
  int result = cmta_service_new(&service, &settings, NULL, NULL);
  cmta_service_free(service);
  return result;
}

static int make_one(struct cmta_keyword row) { return make(&row, 1); }
static int make_line(const char *line) { return make_one((struct cmta_keyword){.ehlo = line}); }

static struct cmta_keyword of_mail(const char *parameter) {
  return (struct cmta_keyword){.parameter = parameter, .commands = CMTA_WITH_MAIL};
}

static int make_two(struct cmta_keyword one, struct cmta_keyword other) {
  const struct cmta_keyword rows[] = {one, other};
  return make(rows, 2);
}

Test(keyword, a_line_begins_with_a_keyword) {
  static const char *const good[] = {"XTRACE", "X", "8X", "X-", "XTRACE 1 2", "X a=b \\~", NULL};
  static const char *const bad[] = {"",     " X",     "-X",         "X_Y",        "X=1", "X\t",
                                    "X \t", "X \x7f", "X \xc3\xa4", "X\r\n250 Y", NULL};
  for (const char *const *line = good; *line; line++)
    cr_expect_eq(make_line(*line), 0, "%s", *line);
  for (const char *const *line = bad; *line; line++)
    cr_expect_eq(make_line(*line), CMTA_E_ARGUMENT, "%s", *line);
}

Test(keyword, a_line_has_200_octets_at_most) {
  char line[202];
  memset(line, 'X', sizeof line);
  line[200] = '\0';
  cr_expect_eq(make_line(line), 0);
  line[200] = 'X';
  line[201] = '\0';
  cr_expect_eq(make_line(line), CMTA_E_ARGUMENT);
}

Test(keyword, a_parameter_is_letters_digits_and_later_hyphens) {
  cr_expect_eq(make_one(of_mail("X-1")), 0);
  cr_expect_eq(make_one(of_mail("1X")), 0);
  cr_expect_eq(make_one(of_mail("")), CMTA_E_ARGUMENT);
  cr_expect_eq(make_one(of_mail("-X")), CMTA_E_ARGUMENT);
  cr_expect_eq(make_one(of_mail("X Y")), CMTA_E_ARGUMENT);
  cr_expect_eq(make_one(of_mail("X=")), CMTA_E_ARGUMENT);
}

Test(keyword, a_row_has_a_line_or_a_parameter_and_a_parameter_its_commands) {
  struct cmta_keyword row = of_mail("X");
  cr_expect_eq(make_one((struct cmta_keyword){.commands = CMTA_WITH_MAIL}), CMTA_E_ARGUMENT);
  row.commands = 0;
  cr_expect_eq(make_one(row), CMTA_E_ARGUMENT);
  row.commands = 1 << 2;
  cr_expect_eq(make_one(row), CMTA_E_ARGUMENT);
  row.commands = CMTA_WITH_MAIL | CMTA_WITH_RCPT;
  cr_expect_eq(make_one(row), 0);
}

Test(keyword, what_is_built_in_is_not_defined_again) {
  static const char *const lines[] = {
      "SIZE 5", "pipelining", "8BITMIME", "SMTPUTF8 x", "enhancedstatuscodes", "Help", NULL};
  static const char *const parameters[] = {"SIZE", "body", "SmtpUtf8", NULL};
  for (const char *const *line = lines; *line; line++)
    cr_expect_eq(make_line(*line), CMTA_E_ARGUMENT, "%s", *line);
  for (const char *const *parameter = parameters; *parameter; parameter++)
    cr_expect_eq(make_one(of_mail(*parameter)), CMTA_E_ARGUMENT, "%s", *parameter);
}

Test(keyword, two_rows_do_not_say_the_same) {
  struct cmta_keyword mail = of_mail("XA"), same = of_mail("xa"), rcpt = of_mail("XA");
  struct cmta_keyword line = {.ehlo = "XA 1"}, again = {.ehlo = "xa"}, other = {.ehlo = "XAB"};
  rcpt.commands = CMTA_WITH_RCPT;
  cr_expect_eq(make_two(mail, same), CMTA_E_ARGUMENT);
  cr_expect_eq(make_two(line, again), CMTA_E_ARGUMENT);
  cr_expect_eq(make_two(mail, rcpt), 0);
  cr_expect_eq(make_two(line, other), 0);
  cr_expect_eq(make_two(line, mail), 0);
  rcpt.commands |= CMTA_WITH_MAIL;
  cr_expect_eq(make_two(mail, rcpt), CMTA_E_ARGUMENT);
}

static struct cmta_keyword of_words(enum cmta_value value, const char *const *words) {
  struct cmta_keyword row = of_mail("X");
  row.value = value;
  row.words = words;
  return row;
}

Test(keyword, words_belong_to_an_enumeration) {
  static const char *const words[] = {"a", "b-c", NULL}, *const none[] = {NULL};
  static const char *const empty[] = {"a", "", NULL}, *const blank[] = {"a b", NULL};
  static const char *const equals[] = {"a=b", NULL};
  cr_expect_eq(make_one(of_words(CMTA_VALUE_ENUMERATION, words)), 0);
  cr_expect_eq(make_one(of_words(CMTA_VALUE_ENUMERATION, NULL)), CMTA_E_ARGUMENT);
  cr_expect_eq(make_one(of_words(CMTA_VALUE_ENUMERATION, none)), CMTA_E_ARGUMENT);
  cr_expect_eq(make_one(of_words(CMTA_VALUE_ENUMERATION, empty)), CMTA_E_ARGUMENT);
  cr_expect_eq(make_one(of_words(CMTA_VALUE_ENUMERATION, blank)), CMTA_E_ARGUMENT);
  cr_expect_eq(make_one(of_words(CMTA_VALUE_ENUMERATION, equals)), CMTA_E_ARGUMENT);
  cr_expect_eq(make_one(of_words(CMTA_VALUE_FREE, words)), CMTA_E_ARGUMENT);
}

Test(keyword, a_value_is_of_a_known_type_with_a_sane_range) {
  struct cmta_keyword row = of_mail("X");
  row.value_required = true;
  cr_expect_eq(make_one(row), CMTA_E_ARGUMENT);
  row.value = (enum cmta_value)7;
  cr_expect_eq(make_one(row), CMTA_E_ARGUMENT);
  row.value = CMTA_VALUE_INTEGER;
  row.minimum = 1;
  cr_expect_eq(make_one(row), CMTA_E_ARGUMENT);
  row.maximum = 1;
  cr_expect_eq(make_one(row), 0);
}

Test(keyword, there_are_64_rows_at_most) {
  struct cmta_keyword rows[65];
  char names[65][16];
  for (int i = 0; i < 65; i++) {
    snprintf(names[i], sizeof names[i], "X%d", i);
    rows[i] = of_mail(names[i]);
  }
  cr_expect_eq(make(rows, 64), 0);
  cr_expect_eq(make(rows, 65), CMTA_E_ARGUMENT);
  cr_expect_eq(make(NULL, 1), CMTA_E_ARGUMENT);
  cr_expect_eq(make(rows, 0), 0);
}

/* ---- Sessions ---- */

static struct cmta_service *service;
static struct cmta_session *session;

/* Begins a session of settings with hooks. */
static void begin(const struct cmta_settings *settings, const struct cmta_hooks *hooks) {
  cr_assert_eq(cmta_service_new(&service, settings, hooks, NULL), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  cr_assert_eq(cmta_session_receive(session, NULL, 0), 0);
}

static void end(void) {
  cmta_session_free(session);
  cmta_service_free(service);
}

/* The replies to what a client says. */
static const char *say(const char *text) {
  static char replies[2048];
  cr_assert_eq(cmta_session_sent(session, cmta_session_output(session).length), 0);
  cr_assert_eq(cmta_session_receive(session, text, strlen(text)), (ptrdiff_t)strlen(text));
  struct cmta_slice output = cmta_session_output(session);
  snprintf(replies, sizeof replies, "%.*s", (int)output.length, output.at);
  return replies;
}

Test(keyword, the_table_is_a_copy_with_its_strings_and_words, .fini = end) {
  char ehlo[] = "XA 1", name[] = "XA", word[] = "one";
  const char *words[] = {word, "two", NULL};
  struct cmta_keyword row = of_words(CMTA_VALUE_ENUMERATION, words);
  struct cmta_settings settings;
  row.ehlo = ehlo;
  row.parameter = name;
  cmta_settings_init(&settings);
  settings.keywords = &row;
  settings.keyword_count = 1;
  begin(&settings, NULL);
  ehlo[0] = name[0] = word[0] = '!';
  words[1] = NULL;
  row.commands = 0;
  cr_expect(strstr(say("EHLO client.example\r\n"), "250 XA 1\r\n"));
  cr_expect_eq(memcmp(say("MAIL FROM:<a@example.com> XA=one\r\nRSET\r\n"), "250", 3), 0);
  cr_expect_eq(memcmp(say("MAIL FROM:<a@example.com> XA=two\r\n"), "250", 3), 0);
}

Test(keyword, a_row_adds_65536_octets_to_a_line_at_most) {
  struct cmta_keyword row = of_mail("XA");
  row.value = CMTA_VALUE_FREE;
  row.octets = 65537;
  cr_expect_eq(make_one(row), CMTA_E_ARGUMENT);
  row.octets = 65536;
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.keywords = &row;
  settings.keyword_count = 1;
  begin(&settings, NULL);
  say("EHLO client.example\r\n");
  char line[66000];
  snprintf(line, sizeof line, "MAIL FROM:<a@example.com> XA=%065000d\r\n", 1);
  cr_expect_eq(memcmp(say(line), "250", 3), 0);
}

static enum cmta_verdict edit_at_mail(struct cmta_session *in_question, void *user,
                                      const struct cmta_path *path) {
  (void)user;
  cr_expect_null(cmta_path_parameter(path, "XA"));
  cr_expect_null(cmta_path_parameter(path, ""));
  cr_expect_null(cmta_path_parameter(path, NULL));
  cr_expect_null(cmta_path_parameter(NULL, "XA"));
  const struct cmta_parameter *size = cmta_path_parameter(path, "size");
  cr_assert_not_null(size);
  cr_expect_eq(memcmp(size->value.at, "12", 2), 0);
  cr_expect_eq(cmta_ehlo_offer(in_question, "XFOO"), CMTA_E_STATE);
  cr_expect_eq(cmta_ehlo_withhold(in_question, "SIZE"), CMTA_E_STATE);
  return CMTA_ACCEPT;
}

static enum cmta_verdict edit_wrongly(struct cmta_session *in_question, void *user,
                                      struct cmta_slice name) {
  (void)user, (void)name;
  cr_expect_eq(cmta_ehlo_offer(in_question, NULL), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_ehlo_withhold(in_question, NULL), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_ehlo_withhold(in_question, "SIZE 26214400"), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_ehlo_withhold(in_question, ""), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_ehlo_offer(NULL, "X"), CMTA_E_ARGUMENT);
  return CMTA_LATER;
}

Test(keyword, the_offer_is_edited_only_while_ehlo_is_in_question, .fini = end) {
  const struct cmta_hooks hooks = {
      .size = sizeof hooks, .hello = edit_wrongly, .mail = edit_at_mail};
  begin(NULL, &hooks);
  cr_expect_eq(cmta_ehlo_offer(session, "XFOO"), CMTA_E_STATE);
  say("EHLO client.example\r\n");
  cr_expect_eq(cmta_ehlo_offer(session, "XFOO"), 0);
  cr_expect_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  cr_expect_eq(cmta_ehlo_offer(session, "XBAR"), CMTA_E_STATE);
  cr_expect(strstr(say(""), "250 XFOO\r\n"));
  cr_expect_eq(cmta_ehlo_withhold(session, "SIZE"), CMTA_E_STATE);
  cr_expect_eq(memcmp(say("MAIL FROM:<a@example.com> SIZE=12\r\n"), "250", 3), 0);
}

static void edit_cancelled(struct cmta_session *in_question, void *user, const char *question) {
  (void)user, (void)question;
  cr_expect_eq(cmta_ehlo_offer(in_question, "XFOO"), CMTA_E_STATE);
}

Test(keyword, a_hook_that_hears_news_does_not_edit_the_offer, .fini = end) {
  const struct cmta_hooks hooks = {
      .size = sizeof hooks, .hello = edit_wrongly, .cancelled = edit_cancelled};
  begin(NULL, &hooks);
  say("EHLO client.example\r\n");
  cmta_session_hangup(session);
}

static enum cmta_verdict offer_first(struct cmta_session *in_question, void *user,
                                     struct cmta_slice name) {
  (void)user, (void)name;
  cr_expect_eq(cmta_ehlo_offer(in_question, "XFIRST"), 0);
  return CMTA_ACCEPT;
}

static enum cmta_verdict offer_second(struct cmta_session *in_question, void *user,
                                      struct cmta_slice name) {
  (void)user, (void)name;
  cr_expect_eq(cmta_ehlo_withhold(in_question, "xfirst"), 0);
  cr_expect_eq(cmta_ehlo_offer(in_question, "XSECOND"), 0);
  return CMTA_ACCEPT;
}

Test(keyword, the_sets_of_a_chain_edit_one_offer, .fini = end) {
  const struct cmta_hooks first = {.size = sizeof first, .hello = offer_first};
  const struct cmta_hooks second = {.size = sizeof second, .hello = offer_second};
  cr_assert_eq(cmta_service_new(&service, NULL, &first, NULL), 0);
  cr_assert_eq(cmta_service_add(service, &second, NULL), 1);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  cr_assert_eq(cmta_session_receive(session, NULL, 0), 0);
  const char *replies = say("EHLO client.example\r\n");
  cr_expect(strstr(replies, "250 XSECOND\r\n"));
  cr_expect_null(strstr(replies, "XFIRST"));
}
