/* SPDX-License-Identifier: MIT */
/* Conversations without sockets: what is sent, said and expected. */
#include <cmta/dialog.h>

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct cmta_dialog *dialog;
static char heard[512];
static enum cmta_verdict verdict_of_rcpt;

static enum cmta_verdict on_mail(struct cmta_session *session, void *user,
                                 const struct cmta_path *path) {
  (void)user;
  if (!cmta_slice_is(path->domain, "example.org"))
    return CMTA_ACCEPT;
  cmta_reply(session, 550, "5.7.1", "Not from there");
  return CMTA_REJECT;
}

static enum cmta_verdict on_rcpt(struct cmta_session *session, void *user,
                                 const struct cmta_path *path) {
  (void)session;
  (void)user;
  (void)path;
  return verdict_of_rcpt;
}

static void hear(struct cmta_slice bytes) {
  size_t length = bytes.length < sizeof heard ? bytes.length : sizeof heard - 1;
  if (length)
    memcpy(heard, bytes.at, length);
  heard[length] = '\0';
}

static enum cmta_verdict on_message(struct cmta_session *session, void *user,
                                    const struct cmta_message *message) {
  struct cmta_slice data;
  (void)session;
  (void)user;
  cmta_message_data(message, &data);
  hear(data);
  return CMTA_ACCEPT;
}

static enum cmta_verdict on_auth(struct cmta_session *session, void *user,
                                 const struct cmta_auth *auth) {
  (void)user;
  if (!auth->has_response)
    return CMTA_CHALLENGE;
  hear(auth->response);
  return cmta_session_set_identity(session, "alice", NULL) == 0 ? CMTA_TAKE : CMTA_TEMPFAIL;
}

static const struct cmta_hooks hooks = {
    .size = sizeof hooks, .mail = on_mail, .rcpt = on_rcpt, .message = on_message, .auth = on_auth};

static void begin(void) {
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.mechanisms = "PLAIN";
  settings.auth_in_clear = true;
  settings.hostname = "server.example";
  verdict_of_rcpt = CMTA_ACCEPT;
  cr_assert_eq(cmta_dialog_new(&dialog, &settings, &hooks, NULL), 0);
  memset(&settings, 0, sizeof settings);
}

static void end(void) { cmta_dialog_free(dialog); }

static void greet(void) {
  cmta_dialog_expect(dialog, NULL, "220 server.example");
  cmta_dialog_expect(dialog, "EHLO client.example", "250-server.example");
}

static void up_to_recipient(void) {
  cmta_dialog_expect(dialog, "EHLO client.example", "250-server.example");
  cmta_dialog_expect(dialog, "MAIL FROM:<a@b.example>", "250");
  cmta_dialog_expect(dialog, "RCPT TO:<c@d.example>", "250");
}

static void up_to(const char *last) {
  cmta_dialog_expect(dialog, NULL, "220 server.example");
  up_to_recipient();
  if (last)
    cmta_dialog_expect(dialog, last, "354");
  cr_assert_null(cmta_dialog_failure(dialog), "%s", cmta_dialog_failure(dialog));
}

TestSuite(dialog, .init = begin, .fini = end);

Test(dialog, of_the_header_is_as_expected) {
  cmta_dialog_expect(dialog, NULL, "220");
  cmta_dialog_expect(dialog, "EHLO client.example", "250");
  cmta_dialog_expect(dialog, "MAIL FROM:<spammer@example.org>", "550 5.7.1");
  cr_expect_null(cmta_dialog_failure(dialog));
}

Test(dialog, accepts_everything_without_settings_and_hooks) {
  struct cmta_dialog *plain;
  cr_assert_eq(cmta_dialog_new(&plain, NULL, NULL, NULL), 0);
  cr_expect_eq(cmta_dialog_expect(plain, NULL, "220 localhost"), 0);
  cr_expect_eq(cmta_dialog_expect(plain, "HELO client.example", "250 localhost"), 0);
  cr_expect_eq(cmta_dialog_expect(plain, "MAIL FROM:<spammer@example.org>", "250"), 0);
  cmta_dialog_free(plain);
}

Test(dialog, is_of_a_client_with_an_address) {
  struct cmta_session *session = cmta_dialog_session(dialog);
  cr_expect_str_eq(cmta_session_peer(session)->address, "192.0.2.1");
  cr_expect_str_eq(cmta_session_local(session)->address, "192.0.2.25");
}

Test(dialog, of_wrong_settings_is_refused_and_none_is_freed) {
  struct cmta_settings settings = {.size = 1};
  struct cmta_dialog *none;
  cr_expect_eq(cmta_dialog_new(&none, &settings, NULL, NULL), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_dialog_new(NULL, NULL, NULL, NULL), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_dialog_of_service(&none, NULL, NULL, NULL), CMTA_E_ARGUMENT);
  cmta_dialog_free(NULL);
}

Test(dialog, of_a_service_has_its_chain_and_any_ends) {
  struct cmta_service *service;
  struct cmta_dialog *chained;
  const struct cmta_peer peer = {"2001:db8::1", 1};
  cr_assert_eq(cmta_service_new(&service, NULL, NULL, NULL), 0);
  cr_assert_eq(cmta_service_add(service, &hooks, NULL), 1);
  cr_assert_eq(cmta_dialog_of_service(&chained, service, &peer, NULL), 0);
  cr_expect_str_eq(cmta_session_peer(cmta_dialog_session(chained))->address, "2001:db8::1");
  cmta_dialog_send(chained, NULL);
  cmta_dialog_send(chained, "HELO client.example");
  cr_expect_str_eq(cmta_dialog_send(chained, "MAIL FROM:<a@example.org>"),
                   "550 5.7.1 Not from there\n");
  cmta_dialog_free(chained);
  cmta_service_free(service);
}

Test(dialog, returns_what_is_said_in_lines_and_keeps_it) {
  cmta_dialog_send(dialog, NULL);
  const char *said = cmta_dialog_send(dialog, "EHLO client.example");
  cr_expect(strncmp(said, "250-server.example\n250-", 23) == 0, "%s", said);
  cr_expect_null(strchr(said, '\r'));
  cr_expect_eq(said[strlen(said) - 1], '\n');
  cr_expect_str_eq(cmta_dialog_said(dialog), said);
}

Test(dialog, knows_the_code_of_the_last_reply) {
  cr_expect_eq(cmta_dialog_code(dialog), 0);
  cr_expect_str_eq(cmta_dialog_said(dialog), "");
  cmta_dialog_send_bytes(dialog, "EHLO c.example\r\nNONSENSE\r\n", 26);
  cr_expect_eq(cmta_dialog_code(dialog), 500);
  verdict_of_rcpt = CMTA_LATER;
  cmta_dialog_send_bytes(dialog, "MAIL FROM:<>\r\nRCPT TO:<c@d.example>\r\n", 37);
  cr_expect_eq(cmta_dialog_code(dialog), 250);
}

Test(dialog, sends_half_a_line) {
  greet();
  cr_expect_str_eq(cmta_dialog_send_bytes(dialog, "NO", 2), "");
  cr_expect_str_eq(cmta_dialog_send(dialog, "OP"), "250 2.0.0 Ok\n");
}

Test(dialog, says_nothing_while_a_question_is_open_and_goes_on_after_its_answer) {
  greet();
  verdict_of_rcpt = CMTA_LATER;
  cmta_dialog_expect(dialog, "MAIL FROM:<a@b.example>", "250");
  cmta_dialog_expect(dialog, "RCPT TO:<c@d.example>", "");
  cmta_dialog_expect(dialog, "DATA", "");
  cmta_dialog_expect(dialog, NULL, "");
  cr_assert_eq(cmta_session_decide(cmta_dialog_session(dialog), CMTA_REJECT), 0);
  cmta_dialog_expect(dialog, NULL, "550\n503");
  cr_expect_null(cmta_dialog_failure(dialog), "%s", cmta_dialog_failure(dialog));
}

Test(dialog, goes_on_at_the_end_of_time) {
  greet();
  cmta_session_expire(cmta_dialog_session(dialog));
  cr_expect_eq(cmta_dialog_expect(dialog, NULL, "421"), 0);
  cr_expect_str_eq(cmta_dialog_send(dialog, "NOOP"), "");
}

Test(dialog, brings_all_of_a_flood_of_commands) {
  enum { COUNT = 5000 };
  greet();
  char *flood = calloc(COUNT, 6), *reply = calloc(COUNT, 4);
  for (size_t i = 0; i < COUNT; i++) {
    memcpy(flood + i * 6, "NOOP\r\n", 6);
    memcpy(reply + i * 4, i + 1 < COUNT ? "250\n" : "250", 4);
  }
  cmta_dialog_send_bytes(dialog, flood, (size_t)COUNT * 6);
  cr_expect_eq(cmta_dialog_expect_reply(dialog, reply), 0);
  free(flood);
  free(reply);
}

Test(dialog, sends_a_message_with_its_dots_stuffed) {
  up_to("DATA");
  cmta_dialog_send_message(dialog, ".a\r\nb\r\n..\r\n.\r\n\r\nc");
  cr_expect_eq(cmta_dialog_expect_reply(dialog, "250 2"), 0);
  cr_expect_str_eq(heard, ".a\r\nb\r\n..\r\n.\r\n\r\nc\r\n");
}

Test(dialog, sends_an_empty_message) {
  up_to("DATA");
  cmta_dialog_send_message(dialog, "");
  cr_expect_eq(cmta_dialog_code(dialog), 250);
  cr_expect_str_eq(heard, "");
}

Test(dialog, sends_chunks) {
  up_to(NULL);
  cmta_dialog_send_chunk(dialog, "one\r\n", 5, false);
  cr_expect_eq(cmta_dialog_expect_reply(dialog, "250"), 0);
  cmta_dialog_send_chunk(dialog, "two\r\n", 5, true);
  cr_expect_eq(cmta_dialog_expect_reply(dialog, "250"), 0);
  cr_expect_str_eq(heard, "one\r\ntwo\r\n");
}

Test(dialog, sends_no_octets_of_what_is_not_there) {
  cmta_dialog_send_bytes(dialog, NULL, 5);
  cr_expect_eq(cmta_dialog_expect_reply(dialog, "220"), 0);
  cmta_dialog_send_base64(dialog, "NOOP", NULL, 5);
  cr_expect_eq(cmta_dialog_expect_reply(dialog, "250"), 0);
  cmta_dialog_send_base64(dialog, NULL, NULL, 5);
  cr_expect_eq(cmta_dialog_expect_reply(dialog, "500"), 0);
  up_to_recipient();
  cmta_dialog_send_chunk(dialog, NULL, 5, false);
  cr_expect_eq(cmta_dialog_expect_reply(dialog, "250"), 0);
  cmta_dialog_send_chunk(dialog, "one\r\n", 5, true);
  cr_expect_str_eq(heard, "one\r\n");
  up_to_recipient();
  cmta_dialog_expect(dialog, "DATA", "354");
  cmta_dialog_send_message(dialog, NULL);
  cr_expect_eq(cmta_dialog_expect_reply(dialog, "250"), 0);
  cr_expect_null(cmta_dialog_failure(dialog), "%s", cmta_dialog_failure(dialog));
}

Test(dialog, authenticates_in_one_line_or_two) {
  greet();
  cmta_dialog_send_base64(dialog, "AUTH PLAIN ", "\0alice\0secret", 13);
  cr_expect_eq(cmta_dialog_expect_reply(dialog, "235"), 0);
  cr_expect_str_eq(heard + 1, "alice");
  end();
  begin();
  greet();
  cmta_dialog_expect(dialog, "AUTH PLAIN", "334");
  cmta_dialog_send_base64(dialog, "", "\0alice\0secret", 13);
  cr_expect_eq(cmta_dialog_expect_reply(dialog, "235"), 0);
}

Test(dialog, writes_base64_of_any_length) {
  static const char *const texts[] = {"a", "ab", "abc", "abcd", "\xff\xfe\xfd\xfb\xef"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    greet();
    cmta_dialog_send(dialog, "AUTH PLAIN");
    cmta_dialog_send_base64(dialog, "", texts[i], strlen(texts[i]));
    cr_expect_str_eq(heard, texts[i]);
    end();
    begin();
  }
}

Test(dialog, is_secured_behind_starttls) {
  const struct cmta_tls_facts facts = {.version = "TLSv1.3"};
  struct cmta_session *session = cmta_dialog_session(dialog);
  cr_assert_eq(cmta_session_set_tls(session, CMTA_TLS_OFFERED), 0);
  greet();
  cr_expect_null(cmta_dialog_secure(dialog, &facts));
  cmta_dialog_expect(dialog, "STARTTLS", "220");
  cr_expect_str_eq(cmta_dialog_secure(dialog, &facts), "");
  cr_expect_str_eq(cmta_session_tls(session)->version, "TLSv1.3");
  cr_expect_str_eq(cmta_session_tls(session)->cipher, "");
  cr_expect_eq(cmta_dialog_expect(dialog, "EHLO client.example", "250"), 0);
}

Test(dialog, is_secured_before_it_begins) {
  struct cmta_session *session = cmta_dialog_session(dialog);
  cr_assert_eq(cmta_session_set_tls(session, CMTA_TLS_IMPLICIT), 0);
  cr_expect_str_eq(cmta_dialog_send(dialog, NULL), "");
  cr_expect_str_eq(cmta_dialog_secure(dialog, NULL), "220 server.example ESMTP cmta\n");
  cr_expect(cmta_session_encrypted(session));
}

Test(dialog, expects_one_reply_for_each_line) {
  cmta_dialog_send_bytes(dialog, "EHLO c.example\r\nNOOP\r\n", 22);
  cr_expect_eq(cmta_dialog_expect_reply(dialog, "220\n250-\n250 2.0.0"), 0);
  cr_expect_eq(cmta_dialog_expect_reply(dialog, "220\n250-"), CMTA_E_UNEXPECTED);
  cr_expect_eq(cmta_dialog_expect_reply(dialog, "220\n250\n250\n250"), CMTA_E_UNEXPECTED);
  cr_expect_eq(cmta_dialog_expect_reply(dialog, "220\n250 \n250"), CMTA_E_UNEXPECTED);
  cr_expect_eq(cmta_dialog_expect_reply(dialog, ""), CMTA_E_UNEXPECTED);
}

Test(dialog, tells_of_the_first_reply_that_was_not_as_expected) {
  greet();
  cr_expect_eq(cmta_dialog_expect(dialog, "MAIL FROM:<a@example.org>", "250"), CMTA_E_UNEXPECTED);
  cr_expect_eq(cmta_dialog_expect(dialog, "NOOP", "550"), CMTA_E_UNEXPECTED);
  cr_expect_eq(cmta_dialog_expect(dialog, "NOOP", "250"), 0);
  cr_expect_str_eq(cmta_dialog_failure(dialog), "sent:     MAIL FROM:<a@example.org>\n"
                                                "expected: 250\n"
                                                "said:     550 5.7.1 Not from there");
}

Test(dialog, tells_that_no_reply_was_named) {
  cr_expect_eq(cmta_dialog_expect(dialog, NULL, NULL), CMTA_E_ARGUMENT);
  cr_expect_str_eq(cmta_dialog_failure(dialog), "sent:     (nothing)\n"
                                                "expected: NULL, which is no reply\n"
                                                "said:     220 server.example ESMTP cmta");
}

Test(dialog, tells_of_lines_and_of_nothing) {
  cmta_dialog_expect(dialog, NULL, "250\n550");
  cr_expect_str_eq(cmta_dialog_failure(dialog), "sent:     (nothing)\n"
                                                "expected: 250\n"
                                                "          550\n"
                                                "said:     220 server.example ESMTP cmta");
}

Test(dialog, tells_of_what_cannot_be_shown_with_escapes) {
  greet();
  cmta_dialog_send_bytes(dialog, "\\ \x1b\t\r\xff\nNO", 9);
  cmta_dialog_expect_reply(dialog, "250");
  cr_expect(strncmp(cmta_dialog_failure(dialog), "sent:     \\\\ \\x1b\\t\\r\\xff\n          NO\n",
                    38) == 0,
            "%s", cmta_dialog_failure(dialog));
}

Test(dialog, does_not_show_all_of_a_message) {
  char message[10000] = "";
  memset(message, 'x', sizeof message - 1);
  up_to("DATA");
  cmta_dialog_send_message(dialog, message);
  cmta_dialog_expect_reply(dialog, "250");
  cr_expect_lt(strlen(cmta_dialog_failure(dialog)), 3000);
}
