/* SPDX-License-Identifier: MIT */

/* settings.verbs: which rows a service takes, what overriding cannot break, and what depends on how
 * bytes come. What clients see of them otherwise is in tests/dialogs. */

#include "engine/session.h"
#include "engine/verbs.h"

#include <criterion/criterion.h>
#include <string.h>

static struct cmta_service *service;
static struct cmta_session *session;

static void end(void) {
  cmta_session_free(session);
  cmta_service_free(service);
  session = NULL;
  service = NULL;
}

TestSuite(verbs, .fini = end);

static enum cmta_verdict accept(struct cmta_session *asked, void *user,
                                const struct cmta_verb *verb, struct cmta_slice argument) {
  (void)asked;
  (void)user;
  (void)verb;
  (void)argument;
  return CMTA_ACCEPT;
}

static int make(const struct cmta_verb *verbs, size_t count, const struct cmta_hooks *hooks) {
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.verbs = verbs;
  settings.verb_count = count;
  settings.max_errors = 0;
  return cmta_service_new(&service, &settings, hooks, NULL);
}

/* What a service with this one row, or these two, says. */
static int make_one(struct cmta_verb verb) {
  int result = make(&verb, 1, NULL);
  if (result == 0)
    end();
  return result;
}

static int make_two(const char *one, const char *other) {
  const struct cmta_verb verbs[] = {{.name = one, .help = "one"}, {.name = other, .help = "two"}};
  int result = make(verbs, 2, NULL);
  if (result == 0)
    end();
  return result;
}

static void open_session(const struct cmta_verb *verbs, size_t count,
                         const struct cmta_hooks *hooks) {
  cr_assert_eq(make(verbs, count, hooks), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  cr_assert_eq(cmta_session_receive(session, NULL, 0), 0);
  cr_assert_eq(cmta_session_sent(session, cmta_session_output(session).length), 0);
}

/* Sends bytes in one piece; the first `size - 1` octets of what is answered. */
static void say(const char *bytes, char *answer, size_t size) {
  cr_assert_eq(cmta_session_receive(session, bytes, strlen(bytes)), (ptrdiff_t)strlen(bytes));
  struct cmta_slice output = cmta_session_output(session);
  size_t length = output.length < size ? output.length : size - 1;
  if (length)
    memcpy(answer, output.at, length);
  answer[length] = '\0';
  cr_assert_eq(cmta_session_sent(session, output.length), 0);
}

static void expect(const char *bytes, const char *answer) {
  char got[1024];
  say(bytes, got, sizeof got);
  cr_expect_str_eq(got, answer);
}

/* ---- The table ---- */

Test(verbs, have_names_of_a_letter_and_31_letters_digits_and_hyphens) {
  static const char *const good[] = {"X", "x-1-", "ABCDEFGHIJKLMNOPQRSTUVWXYZ-01234"};
  static const char *const bad[] = {
      "", "1X", "-X", "X Y", "X_Y", "X\r", "\xc3\xbc", "ABCDEFGHIJKLMNOPQRSTUVWXYZ-012345", NULL};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    cr_expect_eq(make_one((struct cmta_verb){.name = good[i], .help = "x"}), 0, "%s", good[i]);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    cr_expect_eq(make_one((struct cmta_verb){.name = bad[i], .help = "x"}), CMTA_E_ARGUMENT, "%s",
                 bad[i] ? bad[i] : "NULL");
}

Test(verbs, have_distinct_names_in_any_case_of_letters) {
  cr_expect_eq(make_two("XA", "XB"), 0);
  cr_expect_eq(make_two("XA", "XAB"), 0);
  cr_expect_eq(make_two("XA", "xa"), CMTA_E_ARGUMENT);
  cr_expect_eq(make_two("VRFY", "vrfy"), CMTA_E_ARGUMENT);
}

Test(verbs, have_help_of_200_printable_octets_unless_they_override) {
  char help[202];
  memset(help, 'x', sizeof help);
  help[201] = '\0';
  cr_expect_eq(make_one((struct cmta_verb){.name = "X", .help = help}), CMTA_E_ARGUMENT);
  help[200] = '\0';
  cr_expect_eq(make_one((struct cmta_verb){.name = "X", .help = help}), 0);
  cr_expect_eq(make_one((struct cmta_verb){.name = "X", .help = "a\nb"}), CMTA_E_ARGUMENT);
  cr_expect_eq(make_one((struct cmta_verb){.name = "X", .help = "\xc3\xbc"}), CMTA_E_ARGUMENT);
  cr_expect_eq(make_one((struct cmta_verb){.name = "X", .help = ""}), CMTA_E_ARGUMENT);
  cr_expect_eq(make_one((struct cmta_verb){.name = "X"}), CMTA_E_ARGUMENT);
  cr_expect_eq(make_one((struct cmta_verb){.name = "NOOP"}), 0);
  cr_expect_eq(make_one((struct cmta_verb){.name = "NOOP", .help = "\n"}), CMTA_E_ARGUMENT);
}

Test(verbs, have_phases_and_flags_that_there_are) {
  cr_expect_eq(make_one((struct cmta_verb){.name = "X", .help = "x", .phases = 31, .flags = 7}), 0);
  cr_expect_eq(make_one((struct cmta_verb){.name = "X", .help = "x", .phases = 32}),
               CMTA_E_ARGUMENT);
  cr_expect_eq(make_one((struct cmta_verb){.name = "X", .help = "x", .flags = 8}), CMTA_E_ARGUMENT);
}

Test(verbs, that_are_built_in_keep_their_phases_and_quit_asks_nobody) {
  cr_expect_eq(make_one((struct cmta_verb){.name = "mail", .phases = CMTA_PHASE_READY}),
               CMTA_E_ARGUMENT);
  cr_expect_eq(make_one((struct cmta_verb){.name = "QUIT", .question = accept}), CMTA_E_ARGUMENT);
  cr_expect_eq(make_one((struct cmta_verb){.name = "QUIT", .flags = 7}), 0);
}

Test(verbs, are_counted_only_where_there_are_any) {
  cr_expect_eq(make(NULL, 1, NULL), CMTA_E_ARGUMENT);
}

Test(verbs, are_copies) {
  char name[] = "XCOPY", help[] = "XCOPY it";
  struct cmta_verb verbs[] = {{.name = name, .help = help}};
  open_session(verbs, 1, NULL);
  memset(name, '?', sizeof name);
  memset(help, '?', sizeof help);
  memset(verbs, '?', sizeof verbs);
  expect("XCOPY\r\n", "250 2.0.0 Ok\r\n");
  expect("HELP XCOPY\r\n", "214 2.0.0 XCOPY it\r\n");
  cr_expect_str_eq(cmta_session_event(session), "HELP");
}

/* ---- What a question of a row is given ---- */

struct heard {
  const struct cmta_verb *verb;
  char event[40], question[40];
  void *data;
};

static enum cmta_verdict hear(struct cmta_session *asked, void *user, const struct cmta_verb *verb,
                              struct cmta_slice argument) {
  struct heard *heard = user;
  (void)argument;
  heard->verb = verb;
  strcpy(heard->event, cmta_session_event(asked));
  strcpy(heard->question, cmta_session_question(asked));
  heard->data = cmta_session_data(asked);
  return CMTA_ACCEPT;
}

static struct cmta_decision decided;

static void note(struct cmta_session *told, void *user, const struct cmta_decision *decision) {
  (void)told;
  (void)user;
  decided = *decision;
}

static void *give_user(struct cmta_session *made, void *user) {
  (void)made;
  return user;
}

static enum cmta_verdict answer_later(struct cmta_session *asked, void *user,
                                      const struct cmta_verb *verb, struct cmta_slice argument) {
  (void)asked;
  (void)user;
  (void)verb;
  (void)argument;
  return CMTA_LATER;
}

Test(verbs, with_a_question_are_asked_once_whatever_the_chain_as_if_by_its_first_set) {
  struct heard heard = {.data = NULL};
  int first, second;
  const struct cmta_verb verbs[] = {{.name = "XROW", .help = "x", .question = hear, .user = &heard},
                                    {.name = "VRFY", .question = hear, .user = &heard}};
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.verbs = verbs;
  settings.verb_count = 2;
  const struct cmta_hooks hooks = {.size = sizeof hooks,
                                   .name = "one",
                                   .session_new = give_user,
                                   .verb = answer_later,
                                   .decided = note};
  cr_assert_eq(cmta_service_new(&service, &settings, &hooks, &first), 0);
  cr_assert_eq(cmta_service_add(service, &hooks, &second), 1);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  expect("", "220 localhost ESMTP cmta\r\n");
  expect("xrow\r\n", "250 2.0.0 Ok\r\n");
  cr_expect_str_eq(heard.event, "XROW");
  cr_expect_str_eq(heard.question, "verb");
  cr_expect_str_eq(heard.verb->name, "XROW");
  cr_expect_eq(heard.verb->user, &heard);
  cr_expect_eq(heard.data, &first);
  cr_expect_str_eq(decided.question, "verb");
  cr_expect_str_eq(decided.hook_set_name, "one");
  cr_expect(decided.hook_set == 0 && decided.final && !decided.late);
  char answer[8];
  say("VRFY bob\r\n", answer, sizeof answer);
  cr_expect_str_eq(heard.question, "vrfy");
  cr_expect_str_eq(decided.question, "vrfy");
}

static char cancelled[40];

static void note_cancelled(struct cmta_session *told, void *user, const char *question) {
  (void)told;
  (void)user;
  strcat(cancelled, question);
}

Test(verbs, with_a_question_that_is_never_answered_are_cancelled_at_the_first_set) {
  const struct cmta_verb verb = {.name = "XROW", .help = "x", .question = answer_later};
  const struct cmta_hooks hooks = {.size = sizeof hooks, .cancelled = note_cancelled};
  open_session(&verb, 1, &hooks);
  expect("XROW\r\n", "");
  cmta_session_hangup(session);
  cr_expect_str_eq(cancelled, "verb");
}

/* ---- Bytes behind a command ---- */

static const struct cmta_verb last[] = {
    {.name = "XLAST", .help = "x", .flags = CMTA_VERB_ENDS_GROUP, .question = accept},
    {.name = "NOOP", .flags = CMTA_VERB_ENDS_GROUP}};

Test(verbs, that_end_a_group_are_503_when_bytes_came_behind_them) {
  open_session(last, 2, NULL);
  expect("XLAST\r\n", "250 2.0.0 Ok\r\n");
  expect("NOOP\r\n", "250 2.0.0 Ok\r\n");
  expect("RSET\r\nXLAST\r\n", "250 2.0.0 Reset\r\n250 2.0.0 Ok\r\n");
  expect("XLAST\r\nR", "503 5.5.1 Nothing may be sent behind this command\r\n");
  expect("SET\r\n", "250 2.0.0 Reset\r\n");
  expect("NOOP\r\nRSET\r\n",
         "503 5.5.1 Nothing may be sent behind this command\r\n250 2.0.0 Reset\r\n");
}

/* ---- Guards ---- */

static const struct cmta_verb guarded[] = {
    {.name = "XTLS", .help = "x", .flags = CMTA_VERB_NEEDS_TLS, .question = accept},
    {.name = "XAUTH", .help = "x", .flags = CMTA_VERB_NEEDS_AUTH, .question = accept}};

static bool is_allowed(const char *name) {
  const char *names[32];
  size_t count = cmta_session_allowed(session, names, 32);
  while (count > 0 && strcmp(names[count - 1], name) != 0)
    count--;
  return count > 0;
}

Test(verbs, that_need_tls_or_authentication_may_come_once_there_is_some) {
  open_session(guarded, 2, NULL);
  expect("XTLS\r\n", "530 5.7.0 Must issue a STARTTLS command first\r\n");
  cr_expect(!is_allowed("XTLS"));
  cmta_session_set_encrypted(session, true);
  expect("XTLS\r\n", "250 2.0.0 Ok\r\n");
  expect("XAUTH\r\n", "530 5.7.0 Authentication required\r\n");
  cr_expect(is_allowed("XTLS") && !is_allowed("XAUTH"));
  cmta_session_set_authenticated(session, true);
  expect("XAUTH\r\n", "250 2.0.0 Ok\r\n");
  cr_expect(is_allowed("XAUTH"));
}

/* ---- What may come next ---- */

static enum cmta_verdict later(struct cmta_session *asked, void *user, struct cmta_slice text) {
  const char *names[32];
  (void)text;
  *(size_t *)user = cmta_session_allowed(asked, names, 32);
  return CMTA_LATER;
}

Test(allowed, are_no_commands_before_the_greeting_in_a_question_or_at_the_end) {
  size_t in_hook = 99;
  const struct cmta_hooks hooks = {.size = sizeof hooks, .noop = later};
  cr_assert_eq(cmta_service_new(&service, NULL, &hooks, &in_hook), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  cr_expect_eq(cmta_session_allowed(session, NULL, 0), 0);
  expect("", "220 localhost ESMTP cmta\r\n");
  cr_expect_eq(cmta_session_allowed(session, NULL, 0), 7);
  expect("NOOP\r\n", "");
  cr_expect_eq(in_hook, 0);
  cr_expect_eq(cmta_session_allowed(session, NULL, 0), 0);
  cr_assert_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  cr_expect_eq(cmta_session_allowed(session, NULL, 0), 0);
  expect("", "250 2.0.0 Ok\r\n");
  cr_expect_eq(cmta_session_allowed(session, NULL, 0), 7);
  expect("QUIT\r\n", "221 2.0.0 localhost closing connection\r\n");
  cr_expect_eq(cmta_session_allowed(session, NULL, 0), 0);
  end();
}

Test(allowed, are_no_commands_in_a_message_or_after_a_hangup) {
  char answer[8];
  open_session(NULL, 0, NULL);
  say("EHLO a.example\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\nHello", answer, sizeof answer);
  cr_expect_str_eq(cmta_session_phase(session), "body");
  cr_expect_eq(cmta_session_allowed(session, NULL, 0), 0);
  say("\r\n.\r\n", answer, sizeof answer);
  cr_expect_eq(cmta_session_allowed(session, NULL, 0), 8);
  cmta_session_hangup(session);
  cr_expect_eq(cmta_session_allowed(session, NULL, 0), 0);
  end();
}

Test(allowed, writes_no_more_names_than_there_is_room_for_and_counts_all) {
  const char *names[] = {"?", "?", "?"};
  open_session(guarded, 2, NULL);
  cr_expect_eq(cmta_session_allowed(session, names, 2), 7);
  cr_expect_str_eq(names[0], "EHLO");
  cr_expect_str_eq(names[1], "HELO");
  cr_expect_str_eq(names[2], "?");
  end();
}

/* ---- Overriding cannot break the chart ---- */

/* Ways into the phases that read commands, and what is tried in each. */
static const char *const ways[] = {"", "EHLO a.example\r\n",
                                   "EHLO a.example\r\nMAIL FROM:<a@b>\r\n",
                                   "EHLO a.example\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\n"};
static const char *const tried[] = {
    "EHLO b.example\r\n", "HELO b.example\r\n", "MAIL FROM:<c@d>\r\n",
    "RCPT TO:<c@d>\r\n",  "DATA\r\n",           "RSET\r\n",
    "NOOP\r\n",           "VRFY a\r\n",         "EXPN a\r\n",
    "HELP\r\n",           "QUIT\r\n",           "MAIL FROM:<c@d> FNORD\r\n"};

enum { WAYS = sizeof ways / sizeof *ways, TRIED = sizeof tried / sizeof *tried };

/* What each try answers and where it leads, the one after it included. */
struct walked {
  char answers[WAYS][TRIED][2048];
  const char *phases[WAYS][TRIED];
};

static enum cmta_verdict accept_expn(struct cmta_session *asked, void *user,
                                     struct cmta_slice text) {
  (void)asked;
  (void)user;
  (void)text;
  return CMTA_ACCEPT;
}

static void walk(struct walked *walked, const struct cmta_verb *verbs, size_t count) {
  const struct cmta_hooks hooks = {.size = sizeof hooks, .expn = accept_expn};
  for (size_t way = 0; way < WAYS; way++)
    for (size_t try = 0; try < TRIED; try++) {
      char *answer = walked->answers[way][try];
      open_session(verbs, count, &hooks);
      say(ways[way], answer, 2048);
      say(tried[try], answer + strlen(answer), 2048 - strlen(answer));
      walked->phases[way][try] = cmta_session_phase(session);
      end();
    }
}

static bool asks_once(const struct verb *verb) {
  return verb->ask && !(verb->flags & VERB_EXCHANGE);
}

Test(verbs, overridden_with_an_acceptance_leave_the_walk_as_it_was) {
  static struct walked built_in, overridden;
  size_t count, walks = 0;
  const struct verb *rows = verbs_built_in(&count);
  walk(&built_in, NULL, 0);
  for (size_t i = 0; i < count; i++) {
    if (!rows[i].name)
      continue;
    const struct cmta_verb row = {.name = rows[i].name,
                                  .question = asks_once(&rows[i]) ? accept : NULL};
    walk(&overridden, &row, 1);
    for (size_t j = 0; j < WAYS * TRIED; j++) {
      cr_expect_str_eq(overridden.answers[j / TRIED][j % TRIED],
                       built_in.answers[j / TRIED][j % TRIED], "%s", rows[i].name);
      cr_expect_str_eq(overridden.phases[j / TRIED][j % TRIED],
                       built_in.phases[j / TRIED][j % TRIED], "%s", rows[i].name);
    }
    walks++;
  }
  cr_expect_eq(walks, 18);
}
