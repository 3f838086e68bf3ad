/* SPDX-License-Identifier: MIT */
/* Manners: what is taken for such, and whose count. */
#include <cmta/session.h>

#include <criterion/criterion.h>
#include <string.h>

static struct cmta_service *service;
static struct cmta_session *session;
static struct cmta_manners manners;

static void begin(void) {
  cmta_manners_init(&manners);
  cr_assert_eq(cmta_service_new(&service, NULL, NULL, NULL), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
}

static void end(void) {
  cmta_session_free(session);
  cmta_service_free(service);
}

TestSuite(manners, .init = begin, .fini = end);

Test(manners, begin_with_the_defaults_of_the_header) {
  cr_expect_eq(manners.size, sizeof manners);
  cr_expect_not(manners.lmtp);
  cr_expect_not(manners.submission);
  cr_expect_eq(manners.line_endings, CMTA_LINE_ENDINGS_REFUSE);
  cr_expect_eq(manners.early_talker, CMTA_REACTION_IGNORE);
  cr_expect_eq(manners.pipelining, CMTA_REACTION_IGNORE);
}

static void expect_wrong(void) {
  struct cmta_settings settings;
  struct cmta_service *none = NULL;
  cmta_settings_init(&settings);
  settings.manners = manners;
  cr_expect_eq(cmta_service_new(&none, &settings, NULL, NULL), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_session_set_manners(session, &manners), CMTA_E_ARGUMENT);
}

Test(manners, of_a_wrong_size_are_refused) {
  manners.size = sizeof manners + 1;
  expect_wrong();
  manners.size = sizeof manners.size - 1;
  expect_wrong();
}

Test(manners, that_are_none_are_refused) {
  manners.line_endings = (enum cmta_line_endings)3;
  expect_wrong();
  cmta_manners_init(&manners);
  manners.early_talker = (enum cmta_reaction)4;
  expect_wrong();
  cmta_manners_init(&manners);
  manners.pipelining = (enum cmta_reaction)4;
  expect_wrong();
  cr_expect_eq(cmta_session_set_manners(session, NULL), CMTA_E_ARGUMENT);
}

Test(manners, of_an_older_program_are_the_defaults_beyond_its_own) {
  manners.lmtp = true;
  manners.pipelining = (enum cmta_reaction)99;
  manners.size = offsetof(struct cmta_manners, submission);
  cr_expect_eq(cmta_session_set_manners(session, &manners), 0);
  cr_expect(cmta_session_manners(session)->lmtp);
  cr_expect_eq(cmta_session_manners(session)->pipelining, CMTA_REACTION_IGNORE);
}

Test(manners, of_a_session_stand_in_place_of_the_services) {
  manners.lmtp = true;
  cr_expect_eq(cmta_session_set_manners(session, &manners), 0);
  cmta_session_receive(session, NULL, 0);
  cr_expect_eq(cmta_session_receive(session, "LHLO c.example\r\n", 16), 16);
  cr_expect_str_eq(cmta_session_protocol(session), "LMTP");
}

Test(manners, cannot_change_once_the_session_runs) {
  cmta_session_receive(session, NULL, 0);
  cr_expect_eq(cmta_session_set_manners(session, &manners), CMTA_E_STATE);
}
