/* SPDX-License-Identifier: MIT */

/* Settings and hooks are checked once, when a service is made; errors and reasons have names. */

#include <cmta/session.h>

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static int make(void (*change)(struct cmta_settings *settings)) {
  struct cmta_settings settings;
  struct cmta_service *service = NULL;
  cmta_settings_init(&settings);
  change(&settings);
  int result = cmta_service_new(&service, &settings, NULL, NULL);
  if (result == 0)
    cmta_service_free(service);
  return result;
}

static void unchanged(struct cmta_settings *settings) { (void)settings; }
static void bad_host(struct cmta_settings *settings) { settings->hostname = "a b"; }
static void no_host(struct cmta_settings *settings) { settings->hostname = NULL; }
static void utf8_host(struct cmta_settings *settings) {
  settings->hostname = "b\xc3\xbc"
                       "cher.example";
}
static void injected_host(struct cmta_settings *settings) { settings->hostname = "a\r\n250 x"; }
static void literal_host(struct cmta_settings *settings) { settings->hostname = "[192.0.2.1]"; }
static void bad_greeting(struct cmta_settings *settings) { settings->greeting = "x\ny"; }
static void short_command_line(struct cmta_settings *settings) { settings->max_command_line = 511; }
static void short_text_line(struct cmta_settings *settings) { settings->max_text_line = 999; }
static void unknown_extension(struct cmta_settings *settings) { settings->extensions = 1u << 30; }
static void binary_alone(struct cmta_settings *settings) {
  settings->extensions |= CMTA_EXTENSION_BINARYMIME;
  settings->extensions &= ~(unsigned)CMTA_EXTENSION_CHUNKING;
}
static void binary(struct cmta_settings *settings) {
  settings->extensions |= CMTA_EXTENSION_BINARYMIME;
}
static void wrong_line_endings(struct cmta_settings *settings) {
  settings->manners.line_endings = (enum cmta_line_endings)3;
}
static void wrong_reaction(struct cmta_settings *settings) {
  settings->manners.pipelining = (enum cmta_reaction)4;
}
static void wrong_manners(struct cmta_settings *settings) { settings->manners.size = 0; }
static void wrong_size(struct cmta_settings *settings) { settings->size++; }
static void received(struct cmta_settings *settings) { settings->received = true; }
static int64_t read_calendar(void *context) {
  (void)context;
  return 0;
}
static void received_with_clock(struct cmta_settings *settings) {
  settings->received = true;
  settings->clock.calendar = read_calendar;
}
static void longest_policy(struct cmta_settings *settings) {
  settings->priority_policy = "A-z_0.9-A-z_0.9-A-z_";
}
static void longer_policy(struct cmta_settings *settings) {
  settings->priority_policy = "A-z_0.9-A-z_0.9-A-z_0";
}
static void empty_policy(struct cmta_settings *settings) { settings->priority_policy = ""; }
static void blank_policy(struct cmta_settings *settings) { settings->priority_policy = "A B"; }
static void utf8_without_8bit(struct cmta_settings *settings) {
  settings->extensions &= ~(unsigned)CMTA_EXTENSION_8BITMIME;
}

/* RFC 6710 section 7: priority-profile. */
Test(service, names_a_policy_of_priorities_by_20_octets_at_most) {
  cr_assert_eq(make(longest_policy), 0);
  cr_assert_eq(make(longer_policy), CMTA_E_ARGUMENT);
  cr_assert_eq(make(empty_policy), CMTA_E_ARGUMENT);
  cr_assert_eq(make(blank_policy), CMTA_E_ARGUMENT);
}

Test(service, takes_the_defaults) { cr_assert_eq(make(unchanged), 0); }

Test(service, takes_an_address_literal_as_its_name) { cr_assert_eq(make(literal_host), 0); }

Test(service, refuses_a_host_name_that_is_none) {
  cr_assert_eq(make(bad_host), CMTA_E_ARGUMENT);
  cr_assert_eq(make(no_host), CMTA_E_ARGUMENT);
  cr_assert_eq(make(injected_host), CMTA_E_ARGUMENT);
  cr_assert_eq(make(utf8_host), CMTA_E_ARGUMENT, "RFC 6531 section 3.7.1");
}

Test(service, refuses_a_greeting_with_control_bytes) {
  cr_assert_eq(make(bad_greeting), CMTA_E_ARGUMENT);
}

Test(service, refuses_line_limits_below_those_of_rfc_5321) {
  cr_assert_eq(make(short_command_line), CMTA_E_ARGUMENT);
  cr_assert_eq(make(short_text_line), CMTA_E_ARGUMENT);
}

Test(service, takes_a_line_limit_that_no_line_reaches) {
  static const char noop[] = "NOOP {a line of more octets than the extensions add}\r\n";
  struct cmta_settings settings;
  struct cmta_service *service;
  struct cmta_session *session;
  cmta_settings_init(&settings);
  settings.max_command_line = SIZE_MAX;
  cr_assert_eq(cmta_service_new(&service, &settings, NULL, NULL), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  cr_assert_eq(cmta_session_receive(session, NULL, 0), 0);
  cr_assert_eq(cmta_session_sent(session, cmta_session_output(session).length), 0);
  cr_expect_eq(cmta_session_receive(session, noop, sizeof noop - 1), (ptrdiff_t)sizeof noop - 1);
  cr_expect_eq(memcmp(cmta_session_output(session).at, "250 ", 4), 0);
  cmta_session_free(session);
  cmta_service_free(service);
}

Test(service, refuses_extensions_that_it_does_not_have) {
  cr_assert_eq(make(unknown_extension), CMTA_E_ARGUMENT);
}

Test(service, refuses_smtputf8_without_8bitmime) {
  cr_assert_eq(make(utf8_without_8bit), CMTA_E_ARGUMENT);
}

Test(service, refuses_binarymime_without_chunking) {
  cr_assert_eq(make(binary_alone), CMTA_E_ARGUMENT);
  cr_assert_eq(make(binary), 0);
}

Test(service, refuses_manners_that_cannot_be) {
  cr_assert_eq(make(wrong_line_endings), CMTA_E_ARGUMENT);
  cr_assert_eq(make(wrong_reaction), CMTA_E_ARGUMENT);
  cr_assert_eq(make(wrong_manners), CMTA_E_ARGUMENT);
}

Test(service, refuses_a_received_field_without_a_clock_for_its_date) {
  cr_assert_eq(make(received), CMTA_E_ARGUMENT);
  cr_assert_eq(make(received_with_clock), 0);
}

Test(service, refuses_a_structure_of_another_size_than_any_it_knows) {
  struct cmta_hooks hooks = {.size = sizeof hooks + 1};
  struct cmta_service *service;
  cr_assert_eq(make(wrong_size), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_service_new(&service, NULL, &hooks, NULL), CMTA_E_ARGUMENT);
  hooks.size = offsetof(struct cmta_hooks, chunk) + 1;
  cr_assert_eq(cmta_service_new(&service, NULL, &hooks, NULL), CMTA_E_ARGUMENT);
  hooks.size = 0;
  cr_assert_eq(cmta_service_new(&service, NULL, &hooks, NULL), CMTA_E_ARGUMENT);
}

Test(service, takes_a_shorter_structure_of_an_older_program) {
  struct cmta_hooks hooks = {.size = offsetof(struct cmta_hooks, chunk)};
  struct cmta_service *service;
  cr_assert_eq(cmta_service_new(&service, NULL, &hooks, NULL), 0);
  cmta_service_free(service);
}

Test(names, exist_for_each_error_and_each_reason) {
  for (int error = CMTA_E_UNEXPECTED; error <= 0; error++)
    cr_assert_str_neq(cmta_strerror(error), "unknown error");
  cr_assert_str_eq(cmta_strerror(1), "unknown error");
  for (int reason = CMTA_CLOSED_NOT; reason <= CMTA_CLOSED_PROTOCOL; reason++)
    cr_assert_str_neq(cmta_close_reason_name((enum cmta_close_reason)reason), "unknown");
  cr_assert_str_eq(cmta_close_reason_name((enum cmta_close_reason)99), "unknown");
}

Test(version, of_the_library_is_that_of_the_header) {
  char expected[32];
  snprintf(expected, sizeof expected, "%d.%d.%d", CMTA_VERSION_MAJOR, CMTA_VERSION_MINOR,
           CMTA_VERSION_PATCH);
  cr_assert_str_eq(cmta_version(), expected);
}
