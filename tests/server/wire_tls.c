/* SPDX-License-Identifier: MIT */

/* What happens to replies on their way under TLS, and to handshakes. */

#include "calls.h"
#include "faulty.h"
#include "secure.h"

#include <criterion/criterion.h>
#include <openssl/err.h>
#include <string.h>

static struct secure secure;
static struct cmta_tls *tls;

static void begin(void) {
  secure_begin();
  faulty_begin();
  secure_note(&world);
  tls = secure_rules(secure_issue("server.example", EC, NULL));
}

static void end(void) {
  secure_free(&secure);
  faulty_end();
  secure_end();
}

TestSuite(wire_tls, .init = begin, .fini = end, .timeout = 30);

static void open_client(enum cmta_tls_mode mode) {
  client_connect(&client, &world, secure_listen(&world, tls, mode));
  secure_init(&secure, &client);
}

static void start(void) {
  open_client(CMTA_TLS_OFFERED);
  secure_starttls(&secure);
}

/* ---- Replies ---- */

Test(wire_tls, a_reply_comes_late) {
  faulty_at("HELP")->hold = 5;
  start();
  client_send(&client, "NOOP\r\nHELP\r\n");
  client_expect(&client, "250 ");
  faulty_pass(4.9);
  faulty_expect_silence();
  faulty_pass(0.1);
  client_expect(&client, "214");
  faulty_leave();
}

Test(wire_tls, what_was_set_in_clear_stays_and_tls_is_known_as_ever) {
  faulty_at("")->write_rate = 1000000;
  start();
  client_say(&client, "NOOP", "250 ");
  cr_assert(noted.tls);
  cr_assert_eq(noted.exported, 0);
  faulty_leave();
}

Test(wire_tls, what_is_set_under_tls_leaves_tls_known_as_ever) {
  faulty_at("RSET")->hold = 1;
  start();
  client_send(&client, "RSET\r\n");
  faulty_pass(1);
  client_expect(&client, "250 ");
  client_say(&client, "NOOP", "250 ");
  cr_assert(noted.tls);
  cr_assert_eq(noted.exported, 0);
  faulty_leave();
}

Test(wire_tls, the_connection_ends_within_a_reply_with_a_close_notify) {
  struct cmta_wire *wire = faulty_at("HELP");
  wire->cut = 5;
  wire->end = CMTA_WIRE_CLOSE;
  start();
  client_send(&client, "HELP\r\n");
  faulty_expect_octets("214-2");
  client_expect_end(&client);
  cr_assert_not(client.broken);
  cr_assert_eq(secure.error, 0);
  faulty_leave();
}

Test(wire_tls, a_reset_comes_without_a_close_notify) {
  faulty_at("RSET")->end = CMTA_WIRE_RESET;
  start();
  client_say(&client, "RSET", "250 ");
  faulty_expect_reset();
  cr_assert_not(SSL_get_shutdown(secure.ssl) & SSL_RECEIVED_SHUTDOWN);
  faulty_expect_gone();
  faulty_leave();
}

Test(wire_tls, a_half_closed_connection_is_still_heard) {
  faulty_at("RSET")->end = CMTA_WIRE_HALF_CLOSE;
  start();
  client_say(&client, "RSET", "250 ");
  client_expect_end(&client);
  cr_assert_not(client.broken);
  noted.tls = false;
  client_send(&client, "NOOP\r\n");
  faulty_pass(0);
  cr_assert(noted.tls);
  faulty_leave();
  faulty_expect_gone();
}

Test(wire_tls, a_stalled_connection_is_neither_heard_nor_answered) {
  faulty_at("RSET")->end = CMTA_WIRE_STALL;
  start();
  client_say(&client, "RSET", "250 ");
  noted.tls = false;
  client_send(&client, "NOOP\r\n");
  faulty_pass(299);
  faulty_expect_silence();
  cr_assert_not(noted.tls);
  faulty_pass(31);
  faulty_expect_gone();
  faulty_leave();
}

Test(wire_tls, a_client_that_leaves_a_stalled_connection_is_noticed) {
  faulty_at("RSET")->end = CMTA_WIRE_STALL;
  start();
  client_say(&client, "RSET", "250 ");
  secure_notify(&secure);
  faulty_pass(0);
  client_close(&client, false);
  faulty_pass(0.1);
  faulty_expect_gone();
}

Test(wire_tls, octets_are_sent_and_read_at_a_rate) {
  struct cmta_wire *wire = faulty_at("RSET");
  wire->write_rate = 10;
  wire->read_rate = 2;
  start();
  client_send(&client, "RSET\r\n");
  cr_assert_eq(faulty_count(), 1);
  faulty_pass(1);
  cr_assert_eq(faulty_count(), 10);
  faulty_pass(10);
  (void)faulty_count();
  noted.tls = false;
  client_send(&client, "NOOP\r\n");
  faulty_pass(2.4);
  cr_assert_not(noted.tls);
  faulty_pass(0.1);
  cr_assert(noted.tls);
  faulty_leave();
}

/* OpenSSL wants the same octets again. */
Test(wire_tls, a_write_that_waits_goes_on_at_a_rate) {
  faulty_at("HELP")->write_rate = 50;
  start();
  calls.most_sent = 7;
  client_send(&client, "HELP\r\nRSET\r\n");
  faulty_pass(100);
  client_expect(&client, "214");
  client_expect(&client, "250 ");
  faulty_leave();
}

/* ---- STARTTLS ---- */

Test(wire_tls, the_reply_to_starttls_comes_late) {
  faulty_at("STARTTLS")->hold = 5;
  open_client(CMTA_TLS_OFFERED);
  client_expect(&client, "220 ");
  client_say(&client, "EHLO c", "250");
  client_send(&client, "STARTTLS\r\n");
  faulty_pass(4.9);
  faulty_expect_silence();
  faulty_pass(0.1);
  client_expect(&client, "220 ");
  cr_assert(secure_connect(&secure));
  client_say(&client, "NOOP", "250 ");
  faulty_leave();
}

Test(wire_tls, a_handshake_can_be_stalled) {
  faulty_at("STARTTLS")->end = CMTA_WIRE_STALL;
  open_client(CMTA_TLS_OFFERED);
  client_expect(&client, "220 ");
  client_say(&client, "EHLO c", "250");
  client_say(&client, "STARTTLS", "220 ");
  client_send(&client, "hello");
  faulty_pass(59);
  faulty_expect_silence();
  faulty_pass(1);
  faulty_expect_gone();
  faulty_leave();
}

Test(wire_tls, an_end_within_the_greeting_is_at_once_where_tls_comes_first) {
  struct cmta_wire *wire = faulty_at("");
  wire->cut = 0;
  wire->end = CMTA_WIRE_CLOSE;
  open_client(CMTA_TLS_IMPLICIT);
  cr_assert(secure_connect(&secure));
  client_expect_end(&client);
  faulty_leave();
}

/* ---- Handshakes ---- */

static void expect_failed_handshake(void) {
  cr_assert_not(secure_connect(&secure));
  cr_assert_eq(ERR_GET_REASON(secure.error), SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE);
  client_expect_end(&client);
  faulty_expect_gone();
  faulty_leave();
}

Test(wire_tls, the_handshake_of_starttls_is_refused) {
  faulty_at("STARTTLS")->refuse_handshake = true;
  open_client(CMTA_TLS_OFFERED);
  client_expect(&client, "220 ");
  client_say(&client, "EHLO c", "250");
  client_say(&client, "STARTTLS", "220 ");
  expect_failed_handshake();
  cr_assert_eq(world.reason, CMTA_CLOSED_TLS);
}

Test(wire_tls, the_handshake_of_a_connection_is_refused) {
  faulty_at("")->refuse_handshake = true;
  open_client(CMTA_TLS_IMPLICIT);
  expect_failed_handshake();
}

Test(wire_tls, a_handshake_that_comes_in_pieces_is_refused) {
  faulty_at("")->refuse_handshake = true;
  open_client(CMTA_TLS_IMPLICIT);
  secure.most = 3;
  expect_failed_handshake();
}

Test(wire_tls, a_handshake_that_does_not_come_is_waited_for_as_ever) {
  faulty_at("")->refuse_handshake = true;
  open_client(CMTA_TLS_IMPLICIT);
  faulty_pass(59);
  faulty_expect_silence();
  faulty_pass(1);
  faulty_expect_gone();
  faulty_leave();
}

Test(wire_tls, a_handshake_has_60_seconds_of_virtual_time) {
  open_client(CMTA_TLS_IMPLICIT);
  faulty_pass(59);
  faulty_expect_silence();
  faulty_pass(1);
  faulty_expect_gone();
  faulty_leave();
}

Test(wire_tls, a_handshake_shows_another_certificate) {
  struct cmta_tls *other = secure_rules(secure_issue("other.example", EC, NULL));
  char name[64] = "";
  faulty_at("STARTTLS")->tls = other;
  start();
  X509 *shown = SSL_get0_peer_certificate(secure.ssl);
  X509_NAME_get_text_by_NID(X509_get_subject_name(shown), NID_commonName, name, sizeof name);
  cr_assert_str_eq(name, "other.example");
  faulty_leave();
}
