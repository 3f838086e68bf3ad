/* SPDX-License-Identifier: MIT */

/* Faults that no client can meet cannot be planned. */

#include <cmta/testkit.h>

#include <criterion/criterion.h>

TestSuite(reach, .timeout = 30);

static char why[256];

static int add(unsigned reach, const char *words) {
  struct cmta_plan *plan;
  cr_assert_eq(cmta_plan_new(&plan, 1), 0);
  cmta_plan_set_reach(plan, reach);
  int number = cmta_plan_add_text(plan, words, why, sizeof why);
  cmta_plan_free(plan);
  return number;
}

static void expect_met(unsigned reach, const char *words) {
  cr_expect_eq(add(reach, words), 0, "%s: %s", words, why);
}

static void expect_refused(unsigned reach, const char *words, const char *reason) {
  cr_expect_eq(add(reach, words), CMTA_E_ARGUMENT, "%s", words);
  cr_expect_str_eq(why, reason);
}

Test(reach, is_all_until_it_is_said) {
  struct cmta_plan *plan;
  cr_assert_eq(cmta_plan_new(&plan, 1), 0);
  cr_expect_eq(cmta_plan_add_text(plan, "lhlo: close", NULL, 0), 0);
  cr_expect_eq(cmta_plan_add_text(plan, "ehlo: tls-wrong", NULL, 0), 1);
  cmta_plan_free(plan);
  cmta_plan_set_reach(NULL, 0);
}

Test(reach, of_commands_is_a_protocol_or_what_is_offered) {
  expect_met(CMTA_REACH_SMTP, "ehlo: close");
  expect_met(CMTA_REACH_LMTP, "lhlo: close");
  expect_met(CMTA_REACH_STARTTLS, "starttls: close");
  expect_met(CMTA_REACH_AUTH, "auth: close");
  expect_met(0, "any: close");
  expect_refused(CMTA_REACH_LMTP, "ehlo: close", "\"ehlo\" needs a listener for SMTP");
  expect_refused(CMTA_REACH_LMTP, "helo: close", "\"helo\" needs a listener for SMTP");
  expect_refused(CMTA_REACH_SMTP, "lhlo: close", "\"lhlo\" needs a listener for LMTP");
  expect_refused(CMTA_REACH_TLS, "starttls: close",
                 "\"starttls\" needs STARTTLS, which nobody is offered");
  expect_refused(CMTA_REACH_SMTP, "auth: close", "\"auth\" needs users who may log in");
  expect_met(CMTA_REACH_CHUNKING, "bdat: close");
  expect_refused(CMTA_REACH_SMTP, "bdat: close",
                 "\"bdat\" needs CHUNKING, which nobody is offered so far");
}

Test(reach, of_bdat_may_be_what_another_fault_offers) {
  struct cmta_plan *plan;
  cr_assert_eq(cmta_plan_new(&plan, 1), 0);
  cmta_plan_set_reach(plan, CMTA_REACH_SMTP);
  cr_expect_eq(cmta_plan_add_text(plan, "ehlo: offer SIZE", NULL, 0), 0);
  cr_expect_eq(cmta_plan_add_text(plan, "bdat: close", NULL, 0), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_plan_add_text(plan, "ehlo: offer SIZE, Chunking", NULL, 0), 1);
  cr_expect_eq(cmta_plan_add_text(plan, "bdat: close", NULL, 0), 2);
  cmta_plan_clear(plan);
  cr_expect_eq(cmta_plan_add_text(plan, "bdat: close", NULL, 0), CMTA_E_ARGUMENT);
  cmta_plan_free(plan);
}

Test(reach, of_what_happens_to_a_handshake_is_one_that_is_still_to_come) {
  expect_met(CMTA_REACH_TLS, "accept: tls-wrong");
  expect_met(CMTA_REACH_STARTTLS, "accept: tls-wrong");
  expect_met(CMTA_REACH_STARTTLS, "noop: tls-refused");
  expect_refused(CMTA_REACH_SMTP, "accept: tls-refused", "\"tls-refused\" needs TLS");
  expect_refused(CMTA_REACH_SMTP, "noop: tls-wrong", "\"tls-wrong\" needs TLS");
  expect_refused(CMTA_REACH_TLS, "connect: tls-wrong",
                 "\"tls-wrong\" needs STARTTLS; where TLS comes first it is at \"accept\"");
  expect_refused(~0u, "quit: tls-wrong",
                 "\"tls-wrong\" cannot be at \"quit\": no handshake follows");
}

Test(reach, of_what_ehlo_is_told_is_what_a_client_can_have) {
  expect_met(CMTA_REACH_SMTP, "ehlo: offer X-NEW, SIZE 10");
  expect_met(CMTA_REACH_SMTP | CMTA_REACH_STARTTLS, "ehlo: offer StartTLS, REQUIRETLS");
  expect_met(CMTA_REACH_SMTP | CMTA_REACH_AUTH, "ehlo: offer AUTH PLAIN");
  expect_met(CMTA_REACH_SMTP | CMTA_REACH_TLS, "ehlo: offer REQUIRETLS");
  expect_refused(CMTA_REACH_SMTP, "ehlo: offer SIZE, STARTTLS",
                 "\"offer\" of STARTTLS needs a listener that has it");
  expect_refused(CMTA_REACH_SMTP, "ehlo: offer auth PLAIN",
                 "\"offer\" of AUTH needs users who may log in");
  expect_refused(CMTA_REACH_SMTP, "ehlo: offer REQUIRETLS", "\"offer\" of REQUIRETLS needs TLS");
}

/* Whether a kit like this takes the fault. */
static bool takes(const struct cmta_kit_config *config, const char *words) {
  struct cmta_kit *kit;
  cr_assert_eq(cmta_kit_start(&kit, config), 0);
  int number = cmta_plan_add_text(cmta_kit_plan(kit), words, NULL, 0);
  cmta_kit_stop(kit);
  return number == 0;
}

Test(reach, of_a_kit_without_chunking_has_no_bdat_unless_hooks_may_offer_it) {
  static const struct cmta_hooks hooks = {.size = sizeof hooks};
  struct cmta_kit_config config;
  struct cmta_config server;
  struct cmta_settings settings;
  cmta_kit_config_init(&config);
  cr_expect(takes(&config, "bdat: close"));
  cmta_config_init(&server);
  cmta_settings_init(&settings);
  settings.extensions &= ~(unsigned)CMTA_EXTENSION_CHUNKING;
  server.settings = &settings;
  config.config = &server;
  cr_expect_not(takes(&config, "bdat: close"));
  config.hooks = &hooks;
  cr_expect(takes(&config, "bdat: close"));
}

Test(reach, of_a_kit_is_what_it_was_made_with) {
  static const char *const users[] = {"user:password", NULL};
  struct cmta_kit_config config;
  struct cmta_manners manners;
  cmta_kit_config_init(&config);
  cr_expect(takes(&config, "helo: close"));
  cr_expect_not(takes(&config, "lhlo: close"));
  cr_expect_not(takes(&config, "auth: close"));
  cr_expect_not(takes(&config, "accept: tls-refused"));
  config.users = users;
  cr_expect(takes(&config, "auth: close"));
  config.tls_mode = CMTA_TLS_REQUIRED;
  cr_expect(takes(&config, "starttls: tls-wrong"));
  config.tls_mode = CMTA_TLS_IMPLICIT;
  cr_expect(takes(&config, "accept: tls-wrong"));
  cr_expect_not(takes(&config, "starttls: tls-wrong"));
  cmta_manners_init(&manners);
  manners.lmtp = true;
  config.manners = &manners;
  cr_expect(takes(&config, "lhlo: close"));
  cr_expect_not(takes(&config, "ehlo: close"));
}
