/* SPDX-License-Identifier: MIT */

/* cmta_received() and cmta_transaction_set_id(): each part of the field, its folding, and what they
 * refuse. How the field comes before a message is in the dialogues. */

#include <cmta/session.h>

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELD_SIZE = 2048, NOW = 1795384037 };

#define DATE "Sun, 22 Nov 2026 21:47:17 +0000"

static struct cmta_service *service;
static struct cmta_session *session;
static char field[FIELD_SIZE];
static bool starved; /* no memory is to be had */

static void *reallocate(void *context, void *pointer, size_t old_size, size_t new_size) {
  (void)context;
  (void)old_size;
  if (new_size > 0)
    return starved ? NULL : realloc(pointer, new_size);
  free(pointer);
  return NULL;
}

static int64_t now(void *context) {
  (void)context;
  return NOW;
}

static enum cmta_verdict starve(struct cmta_session *asked, void *user) {
  (void)asked;
  (void)user;
  starved = true;
  return CMTA_ACCEPT;
}

/* Makes a session that has said nothing yet. */
static void begin_with(const char *hostname, const char *peer, const char *suite) {
  static const struct cmta_tls_facts nothing = {"", "", "", "", "", "", false, ""};
  struct cmta_tls_facts facts = nothing;
  struct cmta_settings settings;
  const struct cmta_hooks hooks = {.size = sizeof hooks, .data = starve};
  const struct cmta_peer end = {.address = peer, .port = 1};
  cmta_settings_init(&settings);
  settings.hostname = hostname;
  settings.received = true;
  settings.clock.calendar = now;
  settings.extensions |= CMTA_EXTENSION_MT_PRIORITY;
  settings.allocator.reallocate = reallocate;
  cr_assert_eq(cmta_service_new(&service, &settings, &hooks, NULL), 0);
  cr_assert_eq(cmta_session_new(&session, service, &end, NULL), 0);
  facts.cipher_suite = suite;
  if (suite) {
    cr_assert_eq(cmta_session_set_tls(session, CMTA_TLS_IMPLICIT), 0);
    cr_assert_eq(cmta_session_secured(session, &facts), 0);
  }
  cr_assert_eq(cmta_session_receive(session, NULL, 0), 0);
}

static void begin(const char *hostname, const char *peer) { begin_with(hostname, peer, NULL); }

static void end(void) {
  starved = false;
  cmta_session_free(session);
  cmta_service_free(service);
  session = NULL;
  service = NULL;
}

TestSuite(received, .fini = end);

static void say(const char *before, const char *text, const char *behind) {
  char line[1024];
  int length = snprintf(line, sizeof line, "%s%s%s\r\n", before, text, behind);
  cr_assert_eq(cmta_session_receive(session, line, (size_t)length), (ptrdiff_t)length);
}

/* Begins a transaction. */
static void mail(const char *hello, const char *forward_path) {
  say("EHLO ", hello, "");
  say("MAIL FROM:<alice@example.org>", "", "");
  say("RCPT TO:<", forward_path, ">");
}

/* The field of a transaction so far. */
static const char *received(void) {
  ptrdiff_t length = cmta_received(session, NOW, field, sizeof field);
  cr_assert_eq(length, (ptrdiff_t)strlen(field));
  return field;
}

/* The field that a client at this address gets. */
static void expect_from(const char *hello, const char *peer, const char *from) {
  char expected[FIELD_SIZE];
  begin("mail.example", peer);
  mail(hello, "bob@example.net");
  snprintf(expected, sizeof expected,
           "Received: from %s\r\n\tby mail.example with ESMTP\r\n\tfor <bob@example.net>; " DATE
           "\r\n",
           from);
  cr_expect_str_eq(received(), expected);
  end();
}

Test(received, says_where_the_client_comes_from) {
  expect_from("c.example", "192.0.2.1", "c.example ([192.0.2.1])");
  expect_from("c.example", "2001:db8::1", "c.example ([IPv6:2001:db8::1])");
  expect_from("c.example", "::ffff:192.0.2.1", "c.example ([IPv6:::ffff:192.0.2.1])");
  expect_from("[192.0.2.7]", "192.0.2.1", "[192.0.2.7] ([192.0.2.1])");
}

Test(received, says_that_the_connection_is_encrypted_and_the_client_authenticated) {
  begin("mail.example", "192.0.2.1");
  cmta_session_set_encrypted(session, true);
  mail("c.example", "bob@example.net");
  cr_expect(strstr(received(), "\r\n\tby mail.example with ESMTPS\r\n"));
  cmta_session_set_authenticated(session, true);
  cr_expect(strstr(received(), "\r\n\tby mail.example with ESMTPSA\r\n"));
  cr_expect_str_eq(cmta_session_protocol(session), "ESMTPSA");
  end();
}

/* The field says `with ESMTPS` and what else follows. */
static void expect_suite(const char *suite, const char *clause) {
  char expected[FIELD_SIZE];
  begin_with("mail.example", "192.0.2.1", suite);
  mail("c.example", "bob@example.net");
  snprintf(expected, sizeof expected, " with ESMTPS\r\n\tfor <bob@example.net>%s;", clause);
  cr_expect_not_null(strstr(received(), expected), "%s", field);
  end();
}

Test(received, says_the_cipher_suite_where_it_is_known) {
  expect_suite("TLS_AES_128_GCM_SHA256", " tls TLS_AES_128_GCM_SHA256");
  expect_suite("a", " tls a");
  expect_suite("0xC02F", " tls 0xC02F");
}

Test(received, says_no_cipher_suite_that_is_no_name) {
  static const char *const others[] = {"",   "(NONE)", "A B",      "A-B",    "_A",       "1A",
                                       "A;", "A\r\n",  "\xc3\xbc", "0X1301", "A\r\nX: y"};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    expect_suite(others[i], "");
  expect_suite("A1234567890123456789012345678901234567890123456789012345678901234", "");
}

Test(received, says_the_priority_that_the_client_gave) {
  begin_with("mail.example", "192.0.2.1", "TLS_AES_128_GCM_SHA256");
  say("EHLO ", "c.example", "");
  say("MAIL FROM:<alice@example.org> MT-PRIORITY=-3", "", "");
  say("RCPT TO:<", "b@c.example", ">");
  cr_expect_not_null(strstr(received(), " tls TLS_AES_128_GCM_SHA256 PRIORITY -3;"), "%s", field);
  say("RSET", "", "");
  say("MAIL FROM:<alice@example.org>", "", "");
  cr_expect_null(strstr(received(), "PRIORITY"));
}

Test(received, says_nothing_of_where_the_client_comes_from_when_that_is_no_address) {
  static const char *const others[] = {"",
                                       "/run/mail.sock",
                                       "192.0.2.1\r\nX: y",
                                       "192.0.2.1]) (",
                                       "::1 ",
                                       "fe80::1%eth0",
                                       "1.2.3",
                                       "1:2",
                                       "client.example",
                                       "192.0.2.256",
                                       "::g",
                                       " ",
                                       "\r\n",
                                       "[192.0.2.1]",
                                       "2001:db8::1]\r\n\r\n"};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    expect_from("c.example", others[i], "c.example");
  expect_from("c.example", NULL, "c.example");
  expect_from("[192.0.2.7]", "", "[192.0.2.7]");
}

Test(received, takes_no_address_of_any_length) {
  char address[4096];
  memset(address, ':', sizeof address - 1);
  address[sizeof address - 1] = '\0';
  expect_from("c.example", address, "c.example");
}

Test(received, says_that_a_server_known_by_its_address_is_there) {
  begin("[192.0.2.25]", "192.0.2.1");
  mail("c.example", "bob@example.net");
  cr_expect_not_null(strstr(received(), "\tby [192.0.2.25] ([192.0.2.25]) with ESMTP\r\n"));
}

Test(received, names_the_one_recipient) {
  begin("mail.example", "192.0.2.1");
  say("EHLO ", "c.example", "");
  say("MAIL FROM:<>", "", "");
  cr_expect_null(strstr(received(), "for"));
  say("RCPT TO:<@relay.example:", "bob@example.net", ">");
  cr_expect_not_null(strstr(received(), "\r\n\tfor <bob@example.net>; " DATE "\r\n"));
  say("RCPT TO:<", "bob@example.net", ">");
  cr_expect_null(strstr(received(), "for"));
}

Test(received, has_the_name_of_the_transaction) {
  begin("mail.example", "192.0.2.1");
  mail("c.example", "bob@example.net");
  cr_expect_str_eq(cmta_transaction_id(session), "");
  cr_expect_eq(cmta_transaction_set_id(session, "1"), 0);
  cr_expect_eq(cmta_transaction_set_id(session, "4bK-7_z"), 0);
  cr_expect_str_eq(cmta_transaction_id(session), "4bK-7_z");
  cr_expect_not_null(strstr(received(), " with ESMTP id 4bK-7_z\r\n"));
  say("RSET", "", "");
  cr_expect_str_eq(cmta_transaction_id(session), "");
}

Test(received, takes_no_name_that_is_none) {
  static const char longest[] = "0123456789012345678901234567890123456789012345678901234567890123";
  static const char *const names[] = {
      "",
      "a b",
      "a.b",
      "a\r\nX: y",
      "a;",
      "(a)",
      "\xc3\xbc",
      "<a@b.example>",
      "01234567890123456789012345678901234567890123456789012345678901234"};
  begin("mail.example", "192.0.2.1");
  mail("c.example", "bob@example.net");
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    cr_expect_eq(cmta_transaction_set_id(session, names[i]), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_transaction_set_id(session, NULL), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_transaction_set_id(session, longest), 0);
  starved = true;
  cr_expect_eq(cmta_transaction_set_id(session, "1"), CMTA_E_MEMORY);
  cr_expect_str_eq(cmta_transaction_id(session), longest);
}

Test(received, is_of_a_running_transaction_alone) {
  begin("mail.example", "192.0.2.1");
  cr_expect_eq(cmta_received(session, NOW, field, sizeof field), CMTA_E_STATE);
  cr_expect_eq(cmta_transaction_set_id(session, "1"), CMTA_E_STATE);
  cr_expect_str_eq(cmta_transaction_id(session), "");
}

Test(received, refuses_what_is_no_date_and_no_room) {
  begin("mail.example", "192.0.2.1");
  mail("c.example", "bob@example.net");
  cr_expect_eq(cmta_received(session, -1, field, sizeof field), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_received(session, 253402300800, field, sizeof field), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_received(session, NOW, NULL, 1), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_received(NULL, NOW, field, sizeof field), CMTA_E_ARGUMENT);
}

Test(received, returns_its_length_whatever_the_room) {
  char whole[FIELD_SIZE];
  begin("mail.example", "192.0.2.1");
  mail("c.example", "bob@example.net");
  const size_t length = strlen(strcpy(whole, received()));
  cr_expect_eq(cmta_received(session, NOW, NULL, 0), (ptrdiff_t)length);
  for (size_t size = 1; size <= length + 1; size++) {
    char *exact = malloc(size);
    cr_assert_eq(cmta_received(session, NOW, exact, size), (ptrdiff_t)length);
    cr_expect_eq(strlen(exact), size - 1);
    cr_expect_eq(memcmp(exact, whole, size - 1), 0);
    free(exact);
  }
}

/* Whether text is one header field: lines up to `most` octets, each behind the first begun by a
 * tab, none empty. */
static bool is_folded(const char *text, size_t most) {
  while (*text != '\0') {
    const size_t line = strcspn(text, "\r\n");
    if (line < 2 || line > most || strncmp(text + line, "\r\n", 2) != 0)
      return false;
    text += line + 2;
    if (*text != '\0' && *text != '\t')
      return false;
  }
  return true;
}

/* Some letters as a domain with labels of 60. */
static const char *domain_of(size_t length) {
  static char domain[256];
  for (size_t i = 0; i < length; i++)
    domain[i] = i % 61 == 60 && i + 1 < length ? '.' : 'a';
  domain[length] = '\0';
  return domain;
}

Test(received, has_lines_of_78_octets_where_words_let_it) {
  for (size_t length = 1; length <= 60; length++) {
    char path[256];
    begin_with(domain_of(length), "2001:db8:1111:2222:3333:4444:5555:6666", domain_of(length));
    snprintf(path, sizeof path, "%.10s@%s", domain_of(60), domain_of(length));
    mail(domain_of(length), path);
    cr_assert_eq(cmta_transaction_set_id(session, domain_of(60)), 0);
    cr_expect(is_folded(received(), 78), "%s", field);
    end();
  }
}

Test(received, fits_the_longest_of_everything) {
  char path[512];
  begin_with(domain_of(255), "2001:db8:1111:2222:3333:4444:5555:6666",
             "A_23456789012345678901234567890123456789012345678901234567890123");
  snprintf(path, sizeof path, "\"%s\"@",
           "0123456789 01234567890123456789012345678901234567890123456789");
  strcat(path, domain_of(190));
  mail(domain_of(255), path);
  cr_assert_eq(cmta_transaction_set_id(session, domain_of(60)), 0);
  cr_expect_not_null(strstr(received(), path));
  cr_expect_not_null(strstr(field, "tls A_23"));
  cr_expect_not_null(strstr(field, domain_of(255)));
  cr_expect(is_folded(field, 300), "%s", field);
  cr_expect_not_null(strstr(field, DATE "\r\n"));
}

Test(received, without_memory_is_a_452_to_the_message) {
  begin("mail.example", "192.0.2.1");
  say("HELO ", "c.example", "");
  say("MAIL FROM:<alice@example.org>", "", "");
  say("RCPT TO:<bob@example.net>", "", "");
  say("DATA", "", "");
  starved = false;
  cr_assert_str_eq(cmta_session_phase(session), "discard");
  cr_assert_eq(cmta_session_sent(session, cmta_session_output(session).length), 0);
  say(".", "", "");
  cr_expect_eq(memcmp(cmta_session_output(session).at, "452 4.3.1 ", 10), 0);
}
