/* SPDX-License-Identifier: MIT */

/* Lists of SASL mechanisms (RFC 4422 section 3.1): what is one, whose counts, who may set it. */

#include <cmta/session.h>

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct cmta_service *service;
static struct cmta_session *session;

/* What the hooks are to set, and what came of it in each. */
static const char *wanted;
static int in_connect, in_hello, in_secured, in_noop, in_auth;

static enum cmta_verdict on_connect(struct cmta_session *asked, void *user) {
  (void)user;
  in_connect = cmta_session_set_mechanisms(asked, wanted);
  return CMTA_ACCEPT;
}

static enum cmta_verdict on_hello(struct cmta_session *asked, void *user, struct cmta_slice name) {
  (void)user;
  (void)name;
  in_hello = cmta_session_set_mechanisms(asked, wanted);
  return CMTA_ACCEPT;
}

static enum cmta_verdict on_secured(struct cmta_session *asked, void *user) {
  (void)user;
  in_secured = cmta_session_set_mechanisms(asked, wanted);
  return CMTA_ACCEPT;
}

static enum cmta_verdict on_noop(struct cmta_session *asked, void *user, struct cmta_slice text) {
  (void)user;
  (void)text;
  in_noop = cmta_session_set_mechanisms(asked, wanted);
  return CMTA_ACCEPT;
}

static enum cmta_verdict on_auth(struct cmta_session *asked, void *user,
                                 const struct cmta_auth *auth) {
  (void)user;
  (void)auth;
  in_auth = cmta_session_set_mechanisms(asked, wanted);
  return CMTA_REJECT;
}

static int new_service(const char *mechanisms, bool in_clear) {
  const struct cmta_hooks hooks = {.size = sizeof hooks,
                                   .connect = on_connect,
                                   .hello = on_hello,
                                   .secured = on_secured,
                                   .noop = on_noop,
                                   .auth = on_auth};
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.mechanisms = mechanisms;
  settings.auth_in_clear = in_clear;
  return cmta_service_new(&service, &settings, &hooks, NULL);
}

static void begin_with(const char *mechanisms, bool in_clear) {
  wanted = "BAD+"; /* the hooks set nothing */
  cr_assert_eq(new_service(mechanisms, in_clear), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
}

static void say(const char *bytes) {
  cr_assert_eq(cmta_session_receive(session, bytes, strlen(bytes)), (ptrdiff_t)strlen(bytes));
}

static void end(void) {
  cmta_session_free(session);
  cmta_service_free(service);
  session = NULL;
  service = NULL;
}

TestSuite(mechanisms, .fini = end);

/* Whether settings take a list. */
static bool is_list(const char *mechanisms) {
  int error = new_service(mechanisms, true);
  cr_assert(error == 0 || error == CMTA_E_ARGUMENT);
  if (error == 0)
    cmta_service_free(service);
  service = NULL;
  return error == 0;
}

Test(mechanisms, are_upper_case_letters_digits_hyphen_and_underscore) {
  for (int value = 1; value < 256; value++) {
    char list[] = "X?Y";
    list[1] = (char)value;
    bool letter = value && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_ ", value);
    cr_expect_eq(is_list(list), letter, "%d", value);
  }
}

Test(mechanisms, have_one_to_twenty_octets) {
  cr_expect(is_list("X ABCDEFGHIJKLMNOPQRST"));
  cr_expect_not(is_list("X ABCDEFGHIJKLMNOPQRSTU"));
  cr_expect(is_list(""));
  cr_expect(is_list("   "));
  cr_expect(is_list(NULL));
}

Test(mechanisms, have_lists_of_up_to_400_octets) {
  char list[402];
  for (size_t i = 0; i < sizeof list; i++)
    list[i] = i % 3 == 2 ? ' ' : (char)('A' + (i % 3 ? i / 3 % 26 : i / 3 / 26));
  list[400] = '\0';
  cr_expect(is_list(list));
  list[400] = 'X';
  list[401] = '\0';
  cr_expect_not(is_list(list));
}

Test(mechanisms, are_named_once) {
  cr_expect_not(is_list("A A"));
  cr_expect_not(is_list("A B-C D B-C"));
  cr_expect(is_list("A AA A-A B AB"));
}

Test(mechanisms, are_offered_without_needless_blanks) {
  begin_with("  B  A ", false);
  cr_expect_str_eq(cmta_session_mechanisms(session), "B A");
}

Test(mechanisms, that_show_the_secret_are_not_offered_in_clear) {
  begin_with("PLAIN A LOGIN XOAUTH2 B OAUTHBEARER PLAIN-X", false);
  cr_expect_str_eq(cmta_session_mechanisms(session), "A B PLAIN-X");
  cmta_session_set_encrypted(session, true);
  cr_expect_str_eq(cmta_session_mechanisms(session), "PLAIN A LOGIN XOAUTH2 B OAUTHBEARER PLAIN-X");
}

Test(mechanisms, of_a_session_take_the_place_of_those_of_the_settings) {
  begin_with("A", false);
  cr_assert_eq(cmta_session_set_mechanisms(session, "B PLAIN"), 0);
  cr_expect_str_eq(cmta_session_mechanisms(session), "B");
  cr_assert_eq(cmta_session_set_mechanisms(session, "C"), 0);
  cr_expect_str_eq(cmta_session_mechanisms(session), "C");
}

Test(mechanisms, of_a_session_may_be_none) {
  begin_with("A", false);
  cr_assert_eq(cmta_session_set_mechanisms(session, ""), 0);
  cr_expect_str_eq(cmta_session_mechanisms(session), "");
}

Test(mechanisms, of_the_settings_come_back_for_null) {
  begin_with("A", false);
  cr_assert_eq(cmta_session_set_mechanisms(session, "B"), 0);
  cr_assert_eq(cmta_session_set_mechanisms(session, NULL), 0);
  cr_expect_str_eq(cmta_session_mechanisms(session), "A");
}

Test(mechanisms, that_cannot_be_leave_the_others) {
  begin_with("A", false);
  cr_assert_eq(cmta_session_set_mechanisms(session, "B"), 0);
  cr_expect_eq(cmta_session_set_mechanisms(session, "b"), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_session_set_mechanisms(NULL, "C"), CMTA_E_ARGUMENT);
  cr_expect_str_eq(cmta_session_mechanisms(session), "B");
}

Test(mechanisms, may_be_set_by_connect_hello_and_secured_alone) {
  begin_with("A", true);
  cr_assert_eq(cmta_session_set_tls(session, CMTA_TLS_OFFERED), 0);
  wanted = "C";
  say("");
  say("EHLO client.example\r\nNOOP\r\nAUTH C =\r\nSTARTTLS\r\n");
  cr_assert_eq(cmta_session_secured(session, NULL), 0);
  say("");
  cr_expect_eq(in_connect, 0);
  cr_expect_eq(in_hello, 0);
  cr_expect_eq(in_secured, 0);
  cr_expect_eq(in_noop, CMTA_E_STATE);
  cr_expect_eq(in_auth, CMTA_E_STATE);
}
