/* SPDX-License-Identifier: MIT */

/* What a runtime says of TLS (RFC 3207): when it may, and what it may say. */

#include <cmta/session.h>

#include <criterion/criterion.h>
#include <string.h>

static struct cmta_service *service;
static struct cmta_session *session;
static int in_hook; /* what cmta_session_secured() gave inside `starttls` */

static const struct cmta_tls_facts nothing = {"", "", "", "", "", "", false, ""};

static enum cmta_verdict on_starttls(struct cmta_session *asked, void *user) {
  (void)user;
  in_hook = cmta_session_secured(asked, NULL);
  cmta_session_tls_failed(asked);
  return CMTA_ACCEPT;
}

static void say(const char *bytes) {
  cr_assert_eq(cmta_session_receive(session, bytes, strlen(bytes)), (ptrdiff_t)strlen(bytes));
}

static void begin(void) {
  const struct cmta_hooks hooks = {.size = sizeof hooks, .starttls = on_starttls};
  in_hook = 0;
  cr_assert_eq(cmta_service_new(&service, NULL, &hooks, NULL), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
}

static void end(void) {
  cmta_session_free(session);
  cmta_service_free(service);
}

TestSuite(tls, .init = begin, .fini = end);

/* Up to the handshake. */
static void say_starttls(void) {
  cr_assert_eq(cmta_session_set_tls(session, CMTA_TLS_OFFERED), 0);
  say("");
  say("EHLO client.example\r\nSTARTTLS\r\n");
  cmta_session_sent(session, cmta_session_output(session).length);
}

Test(tls, has_a_mode_that_is_known) {
  cr_expect_eq(cmta_session_set_tls(NULL, CMTA_TLS_OFFERED), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_session_set_tls(session, (enum cmta_tls_mode)5), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_session_set_tls(session, (enum cmta_tls_mode) - 1), CMTA_E_ARGUMENT);
  for (int mode = CMTA_TLS_OFF; mode <= CMTA_TLS_IMPLICIT; mode++)
    cr_expect_eq(cmta_session_set_tls(session, (enum cmta_tls_mode)mode), 0);
}

Test(tls, has_no_other_mode_once_the_session_runs) {
  say("");
  cr_expect_eq(cmta_session_set_tls(session, CMTA_TLS_OFFERED), CMTA_E_STATE);
}

Test(tls, may_change_its_mode_before) {
  cr_assert_eq(cmta_session_set_tls(session, CMTA_TLS_IMPLICIT), 0);
  cr_expect_eq(cmta_session_wants(session), CMTA_WANTS_TLS);
  cr_assert_eq(cmta_session_set_tls(session, CMTA_TLS_OFF), 0);
  cr_expect_eq(cmta_session_wants(session), CMTA_WANTS_READ);
}

Test(tls, is_reported_where_it_was_asked_for_alone) {
  cr_expect_eq(cmta_session_secured(NULL, &nothing), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_session_secured(session, &nothing), CMTA_E_STATE);
  say_starttls();
  cr_expect_eq(cmta_session_secured(session, &nothing), 0);
  cr_expect_eq(cmta_session_secured(session, &nothing), CMTA_E_STATE);
}

Test(tls, is_not_reported_inside_a_hook) {
  say_starttls();
  cr_expect_eq(in_hook, CMTA_E_STATE);
  cr_expect_eq(cmta_session_wants(session), CMTA_WANTS_TLS);
  cr_expect_eq(cmta_session_close_reason(session), CMTA_CLOSED_NOT);
}

Test(tls, has_facts_without_null) {
  say_starttls();
  for (size_t i = 0; i < 6; i++) {
    struct cmta_tls_facts facts = nothing;
    ((const char **)&facts)[i] = NULL;
    cr_expect_eq(cmta_session_secured(session, &facts), CMTA_E_ARGUMENT, "%zu", i);
  }
  struct cmta_tls_facts facts = nothing;
  facts.cipher_suite = NULL;
  cr_expect_eq(cmta_session_secured(session, &facts), CMTA_E_ARGUMENT);
  cr_expect_null(cmta_session_tls(session));
  cr_expect_not(cmta_session_encrypted(session));
}

Test(tls, has_facts_that_are_copied) {
  char texts[7][8] = {"version", "cipher", "name", "alpn", "subject", "finger", "suite"};
  struct cmta_tls_facts facts = {texts[0], texts[1], texts[2], texts[3],
                                 texts[4], texts[5], true,     texts[6]};
  say_starttls();
  cr_assert_eq(cmta_session_secured(session, &facts), 0);
  memset(texts, 'x', sizeof texts);
  const struct cmta_tls_facts *copy = cmta_session_tls(session);
  cr_assert_not_null(copy);
  cr_expect_str_eq(copy->version, "version");
  cr_expect_str_eq(copy->cipher, "cipher");
  cr_expect_str_eq(copy->server_name, "name");
  cr_expect_str_eq(copy->alpn, "alpn");
  cr_expect_str_eq(copy->peer_subject, "subject");
  cr_expect_str_eq(copy->peer_fingerprint, "finger");
  cr_expect(copy->peer_verified);
  cr_expect_str_eq(copy->cipher_suite, "suite");
}

Test(tls, may_have_no_facts) {
  say_starttls();
  cr_assert_eq(cmta_session_secured(session, NULL), 0);
  cr_expect_null(cmta_session_tls(session));
  cr_expect(cmta_session_encrypted(session));
}

Test(tls, that_failed_is_the_end) {
  say_starttls();
  cmta_session_tls_failed(session);
  cr_expect_eq(cmta_session_close_reason(session), CMTA_CLOSED_TLS);
  cr_expect_eq(cmta_session_wants(session), CMTA_WANTS_CLOSE);
}

Test(tls, that_nobody_asked_for_cannot_fail) {
  cmta_session_tls_failed(session);
  cr_expect_eq(cmta_session_close_reason(session), CMTA_CLOSED_NOT);
}

Test(tls, that_is_waited_for_takes_no_byte) {
  say_starttls();
  cr_expect_eq(cmta_session_receive(session, "EHLO x\r\n", 8), 0);
  cr_expect_eq(cmta_session_close_reason(session), CMTA_CLOSED_TLS);
  cr_expect_eq(cmta_session_output(session).length, 0);
}

Test(tls, that_is_waited_for_may_be_waited_for_again) {
  say_starttls();
  say("");
  say("");
  cr_expect_eq(cmta_session_wants(session), CMTA_WANTS_TLS);
}

Test(tls, of_others_has_no_starttls) {
  cr_assert_eq(cmta_session_set_tls(session, CMTA_TLS_OFFERED), 0);
  cmta_session_set_encrypted(session, true);
  say("");
  say("EHLO client.example\r\nSTARTTLS\r\n");
  cr_expect_eq(cmta_session_wants(session) & CMTA_WANTS_TLS, 0);
  cr_expect_str_eq(cmta_session_protocol(session), "ESMTPS");
}
