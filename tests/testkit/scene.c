/* SPDX-License-Identifier: MIT */
/* What has happened before a question: each field of a scene, and what the hooks see of it. */
#include <cmta/dialog.h>

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* What the hook saw when it was asked. */
static struct {
  char peer[64], local[64], protocol[16], hello[64], user[64], mechanism[32], version[32];
  char sender[64], recipients[128], candidate[64], message[256], question[16];
  bool encrypted, submission;
  const void *session_data, *transaction_data, *own_user;
  unsigned asked;
} seen;
static unsigned made, freed;
static int one_user;

static void keep(char *to, size_t size, struct cmta_slice slice) {
  size_t length = slice.length < size ? slice.length : size - 1;
  if (length)
    memcpy(to, slice.at, length);
  to[length] = '\0';
}

static void keep_text(char *to, size_t size, const char *text) {
  keep(to, size, (struct cmta_slice){text, strlen(text)});
}

static void look_at_envelope(const struct cmta_envelope *envelope) {
  keep(seen.sender, sizeof seen.sender, envelope->reverse_path.address);
  for (size_t i = 0; i < envelope->forward_path_count; i++) {
    size_t length = strlen(seen.recipients);
    keep(seen.recipients + length, sizeof seen.recipients - length,
         envelope->forward_paths[i].address);
    strcat(seen.recipients, " ");
  }
}

static void look_at_client(const struct cmta_session *session) {
  const struct cmta_identity *identity = cmta_session_identity(session);
  const struct cmta_tls_facts *tls = cmta_session_tls(session);
  if (identity) {
    keep_text(seen.user, sizeof seen.user, identity->user);
    keep_text(seen.mechanism, sizeof seen.mechanism, identity->mechanism);
  }
  if (tls)
    keep_text(seen.version, sizeof seen.version, tls->version);
  seen.encrypted = cmta_session_encrypted(session);
  seen.submission = cmta_session_manners(session)->submission;
}

static enum cmta_verdict look(struct cmta_session *session, void *user) {
  memset(&seen.peer, 0, sizeof seen - sizeof seen.asked);
  seen.asked++;
  keep_text(seen.peer, sizeof seen.peer, cmta_session_peer(session)->address);
  keep_text(seen.local, sizeof seen.local, cmta_session_local(session)->address);
  keep_text(seen.protocol, sizeof seen.protocol, cmta_session_protocol(session));
  keep_text(seen.question, sizeof seen.question, cmta_session_question(session));
  keep(seen.hello, sizeof seen.hello, cmta_session_hello_name(session));
  look_at_client(session);
  if (cmta_session_envelope(session))
    look_at_envelope(cmta_session_envelope(session));
  seen.session_data = cmta_session_data(session);
  seen.transaction_data = cmta_transaction_data(session);
  seen.own_user = cmta_session_user(session);
  cr_expect_eq(user, &one_user);
  return CMTA_ACCEPT;
}

static enum cmta_verdict look_at_path(struct cmta_session *session, void *user,
                                      const struct cmta_path *path) {
  look(session, user);
  keep(seen.candidate, sizeof seen.candidate, path->address);
  return CMTA_ACCEPT;
}

static enum cmta_verdict look_at_text(struct cmta_session *session, void *user,
                                      struct cmta_slice text) {
  look(session, user);
  keep(seen.message, sizeof seen.message, text);
  return CMTA_ACCEPT;
}

static enum cmta_verdict look_at_message(struct cmta_session *session, void *user,
                                         const struct cmta_message *message) {
  struct cmta_slice data;
  look(session, user);
  cmta_message_data(message, &data);
  keep(seen.message, sizeof seen.message, data);
  return CMTA_ACCEPT;
}

static void *make(struct cmta_session *session, void *user) {
  cr_expect_eq(user, &one_user);
  cr_expect_eq(cmta_session_user(session), user);
  made++;
  return malloc(1);
}

static void destroy(void *data) {
  freed++;
  free(data);
}

static const struct cmta_hooks hooks = {.size = sizeof hooks,
                                        .session_new = make,
                                        .session_free = destroy,
                                        .transaction_new = make,
                                        .transaction_free = destroy,
                                        .connect = look,
                                        .hello = look_at_text,
                                        .mail = look_at_path,
                                        .rcpt = look_at_path,
                                        .data = look,
                                        .chunk = look_at_text,
                                        .headers = look_at_text,
                                        .message = look_at_message,
                                        .rset = look,
                                        .noop = look_at_text};

static struct cmta_scene scene;
static struct cmta_answer answer;

static void begin(void) {
  scene = (struct cmta_scene)CMTA_SCENE_INIT;
  memset(&seen, 0, sizeof seen);
}

static int ask(const char *question, const char *argument) {
  return cmta_scene_ask(NULL, &hooks, &one_user, &scene, question, argument, &answer);
}

static void ask_well(const char *question, const char *argument) {
  int result = ask(question, argument);
  cr_assert_eq(result, 0, "%d: %d %s", result, answer.code, answer.text);
  cr_expect_eq(seen.asked, 1);
  cr_expect_str_eq(seen.question, question);
}

TestSuite(scene, .init = begin);

static enum cmta_verdict refuse_strangers(struct cmta_session *session, void *user,
                                          const struct cmta_path *path) {
  const struct cmta_identity *identity = cmta_session_identity(session);
  (void)user;
  if (identity && strcmp(identity->user, "alice") == 0 &&
      cmta_slice_is(path->domain, "example.net"))
    return CMTA_REJECT;
  return CMTA_ACCEPT;
}

Test(scene, of_the_header_is_answered_as_it_says) {
  const struct cmta_hooks policy = {.size = sizeof policy, .rcpt = refuse_strangers};
  scene.peer = "192.0.2.7", scene.user = "alice";
  cr_expect_eq(cmta_scene_ask(NULL, &policy, NULL, &scene, "rcpt", "<bob@example.net>", &answer),
               0);
  cr_expect(answer.verdict == CMTA_REJECT && answer.code == 550);
  scene.user = NULL;
  cmta_scene_ask(NULL, &policy, NULL, &scene, "rcpt", "<bob@example.net>", &answer);
  cr_expect(answer.verdict == CMTA_ACCEPT && answer.code == 250);
}

Test(scene, is_a_usual_one_unless_it_says_more) {
  ask_well("rcpt", NULL);
  cr_expect_str_eq(seen.peer, "192.0.2.1");
  cr_expect_str_eq(seen.local, "192.0.2.25");
  cr_expect_str_eq(seen.protocol, "ESMTP");
  cr_expect_str_eq(seen.hello, "client.example");
  cr_expect_str_eq(seen.user, "");
  cr_expect_str_eq(seen.sender, "sender@example.org");
  cr_expect_str_eq(seen.recipients, "");
  cr_expect_str_eq(seen.candidate, "recipient@example.net");
  cr_expect_not(seen.encrypted || seen.submission);
}

Test(scene, may_be_none) {
  cr_assert_eq(cmta_scene_ask(NULL, &hooks, &one_user, NULL, "mail", NULL, &answer), 0);
  cr_expect_str_eq(seen.candidate, "sender@example.org");
}

Test(scene, has_two_ends) {
  scene.peer = "2001:db8::1", scene.local = "198.51.100.1";
  ask_well("connect", NULL);
  cr_expect_str_eq(seen.peer, "2001:db8::1");
  cr_expect_str_eq(seen.local, "198.51.100.1");
}

Test(scene, may_be_of_lmtp_where_a_message_is_asked_about_once) {
  static const char *const two[] = {"<a@example.net>", "<b@example.net>", NULL};
  scene.lmtp = true, scene.recipients = two;
  ask_well("message", NULL);
  cr_expect_str_eq(seen.protocol, "LMTP");
  cr_expect_str_eq(seen.recipients, "a@example.net b@example.net ");
  cr_expect_eq(answer.code, 250);
}

Test(scene, may_be_of_submission_with_a_user) {
  scene.submission = true;
  cr_expect_eq(ask("mail", NULL), CMTA_E_ARGUMENT);
  cr_expect_eq(answer.code, 530);
  scene.user = "alice";
  ask_well("mail", NULL);
  cr_expect(seen.submission);
}

Test(scene, may_be_under_tls_with_facts_of_it) {
  const struct cmta_tls_facts facts = {.version = "TLSv1.3"};
  scene.tls = &facts;
  ask_well("connect", NULL);
  cr_expect_str_eq(seen.version, "TLSv1.3");
  seen.asked = 0;
  ask_well("mail", "<a@b.example> REQUIRETLS");
  cr_expect(seen.encrypted);
  cr_expect_str_eq(seen.protocol, "ESMTPS");
}

Test(scene, has_a_name_of_the_client) {
  scene.hello = "[192.0.2.1]";
  ask_well("hello", NULL);
  cr_expect_str_eq(seen.message, "[192.0.2.1]");
  seen.asked = 0;
  ask_well("mail", NULL);
  cr_expect_str_eq(seen.hello, "[192.0.2.1]");
}

Test(scene, may_begin_with_helo) {
  scene.plain_hello = true;
  ask_well("mail", NULL);
  cr_expect_str_eq(seen.protocol, "SMTP");
  cr_expect_str_eq(answer.enhanced, "2.1.0");
  seen.asked = 0;
  ask_well("hello", NULL);
  cr_expect_str_eq(answer.enhanced, "");
  cr_expect_str_eq(answer.text, "localhost");
}

Test(scene, has_a_user_who_has_logged_in) {
  scene.user = "alice";
  ask_well("mail", NULL);
  cr_expect_str_eq(seen.user, "alice");
  cr_expect_str_eq(seen.mechanism, "EXTERNAL");
  cr_expect_str_eq(seen.protocol, "ESMTPA");
}

Test(scene, has_a_sender_with_parameters) {
  scene.sender = "<a@b.example> RET=HDRS SMTPUTF8 BODY=8BITMIME BY=100;N MT-PRIORITY=3";
  ask_well("rcpt", NULL);
  cr_expect_str_eq(seen.sender, "a@b.example");
}

Test(scene, has_recipients_before_the_one_in_question) {
  static const char *const two[] = {"<a@example.net> NOTIFY=NEVER", "<b@example.net>", NULL};
  scene.recipients = two;
  ask_well("rcpt", "<c@example.net>");
  cr_expect_str_eq(seen.recipients, "a@example.net b@example.net ");
  cr_expect_str_eq(seen.candidate, "c@example.net");
}

Test(scene, has_recipients_of_whom_the_last_is_in_question) {
  static const char *const two[] = {"<a@example.net>", "<b@example.net>", NULL};
  scene.recipients = two;
  ask_well("rcpt", NULL);
  cr_expect_str_eq(seen.recipients, "a@example.net ");
  cr_expect_str_eq(seen.candidate, "b@example.net");
}

Test(scene, has_a_message_whose_dots_are_its_own) {
  scene.message = "Subject: a\r\n\r\n.b\r\n";
  ask_well("message", NULL);
  cr_expect_str_eq(seen.message, "Subject: a\r\n\r\n.b\r\n");
  cr_expect_str_eq(seen.recipients, "recipient@example.net ");
  seen.asked = 0;
  ask_well("headers", NULL);
  cr_expect_str_eq(seen.message, "Subject: a\r\n\r\n");
  seen.asked = 0;
  ask_well("headers", "Subject: c\r\n\r\n");
  cr_expect_str_eq(seen.message, "Subject: c\r\n\r\n");
}

Test(scene, is_within_a_transaction_for_any_command_if_it_has_one) {
  ask_well("rset", NULL);
  cr_expect_str_eq(seen.sender, "");
  seen.asked = 0;
  scene.sender = "<a@b.example>";
  ask_well("rset", NULL);
  cr_expect_str_eq(seen.sender, "a@b.example");
  cr_expect_str_eq(seen.recipients, "");
}

Test(scene, has_data_of_its_own_set_which_is_freed) {
  made = freed = 0;
  ask_well("data", NULL);
  cr_expect(seen.session_data && seen.transaction_data);
  cr_expect_neq(seen.session_data, seen.transaction_data);
  cr_expect_eq(seen.own_user, &one_user);
  cr_expect_eq(made, 2);
  cr_expect_eq(freed, 2);
}

Test(scene, answers_an_unknown_question_with_nothing) {
  answer.code = 1;
  cr_expect_eq(ask("nonsense", NULL), CMTA_E_ARGUMENT);
  cr_expect_eq(answer.code, 0);
}

Test(scene, goes_by_the_settings_that_are_given) {
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.hostname = "server.example";
  scene.sender = "<a@b.example> RET=HDRS";
  cr_expect_eq(cmta_scene_ask(&settings, &hooks, &one_user, &scene, "mail", NULL, &answer),
               CMTA_E_ARGUMENT);
  cr_expect_eq(answer.code, 555);
  cr_assert_eq(cmta_scene_ask(&settings, &hooks, &one_user, &scene, "hello", NULL, &answer), 0);
  cr_expect(strncmp(answer.text, "server.example\n", 15) == 0, "%s", answer.text);
  settings.size = 1;
  cr_expect_eq(cmta_scene_ask(&settings, &hooks, &one_user, &scene, "hello", NULL, &answer),
               CMTA_E_ARGUMENT);
}

Test(scene, takes_hooks_of_an_older_program) {
  struct cmta_hooks older = hooks;
  older.size = offsetof(struct cmta_hooks, rcpt);
  cr_assert_eq(cmta_scene_ask(NULL, &older, &one_user, &scene, "rcpt", NULL, &answer), 0);
  cr_expect_eq(seen.asked, 0);
}

Test(scene, of_a_wrong_size_is_none) {
  struct cmta_hooks larger = hooks;
  larger.size = sizeof larger + 8;
  cr_expect_eq(cmta_scene_ask(NULL, &larger, &one_user, &scene, "rcpt", NULL, &answer),
               CMTA_E_ARGUMENT);
  scene.size = 1;
  cr_expect_eq(ask("rcpt", NULL), CMTA_E_ARGUMENT);
  scene.size = sizeof scene + 8;
  cr_expect_eq(ask("rcpt", NULL), CMTA_E_ARGUMENT);
}

Test(scene, cannot_smuggle_a_command) {
  static const char *const recipients[] = {"<a@b.example>\r\nQUIT", NULL};
  cr_expect_eq(ask("rcpt", "<a@b.example>\r\nQUIT"), CMTA_E_ARGUMENT);
  scene.hello = "a\r\nQUIT";
  cr_expect_eq(ask("mail", NULL), CMTA_E_ARGUMENT);
  begin();
  scene.sender = "<a@b.example>\nQUIT";
  cr_expect_eq(ask("rcpt", NULL), CMTA_E_ARGUMENT);
  begin();
  scene.recipients = recipients;
  cr_expect_eq(ask("data", NULL), CMTA_E_ARGUMENT);
  cr_expect_eq(seen.asked, 0);
}

Test(scene, has_no_line_end_in_any_text) {
  static const struct cmta_tls_facts facts = {.cipher_suite = "TLS\r\nX: y"};
  const char *const wrong = "a\r\nb", **const texts[] = {&scene.peer, &scene.local, &scene.user};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    begin();
    *texts[i] = wrong;
    cr_expect_eq(ask("mail", NULL), CMTA_E_ARGUMENT, "%zu", i);
    cr_expect_eq(answer.code, 0, "%zu: %d", i, answer.code);
    cr_expect_eq(seen.asked, 0, "%zu", i);
  }
  begin();
  scene.tls = &facts;
  cr_expect_eq(ask("mail", NULL), CMTA_E_ARGUMENT);
  cr_expect_eq(seen.asked, 0);
}

Test(scene, has_addresses_at_both_ends_or_paths) {
  static const char *const good[] = {"", "/run/a socket", "::1", "::ffff:192.0.2.1", "192.0.2.255"};
  static const char *const bad[] = {"not an address", "192.0.2.256", "192.0.2.1:25", "[::1]",
                                    "localhost",      "a/path",      "/run/a\nb",    " 192.0.2.1"};
  const char **const ends[] = {&scene.peer, &scene.local};
  for (size_t end = 0; end < 2; end++) {
    begin();
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
      *ends[end] = good[i];
      cr_expect_eq(ask("connect", NULL), 0, "%s", good[i]);
      cr_expect_str_eq(end ? seen.local : seen.peer, good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
      *ends[end] = bad[i];
      cr_expect_eq(ask("connect", NULL), CMTA_E_ARGUMENT, "%s", bad[i]);
    }
  }
}

Test(scene, that_leads_nowhere_says_what_the_client_heard) {
  cr_expect_eq(ask("rcpt", "bob"), CMTA_E_ARGUMENT);
  cr_expect_eq(answer.code, 501);
  scene.sender = "<a@b.example> NONSENSE";
  cr_expect_eq(ask("rcpt", NULL), CMTA_E_ARGUMENT);
  cr_expect_eq(answer.code, 555);
  cr_expect_eq(seen.asked, 0);
}
