/* SPDX-License-Identifier: MIT */

/* STARTTLS and TLS from the first byte, and what hooks hear of it. */

#include "secure.h"

#include <criterion/criterion.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct world world;
static struct client client;
static struct secure secure;
static const struct identity *server;

static void begin(void) {
  secure_begin();
  world_init(&world);
  secure_note(&world);
  server = secure_issue("server.example", EC, NULL);
}

static void end(void) {
  secure_free(&secure);
  world_free(&world);
  secure_end();
}

TestSuite(tls_modes, .init = begin, .fini = end, .timeout = 30);

static void open_client(enum cmta_tls_mode mode) {
  int listener = secure_listen(&world, secure_rules(server), mode);
  client_connect(&client, &world, listener);
  secure_init(&secure, &client);
}

static void deliver(void) {
  client_say(&client, "EHLO client.example", "250");
  client_say(&client, "MAIL FROM:<a@client.example>", "250 ");
  client_say(&client, "RCPT TO:<b@server.example>", "250 ");
  client_say(&client, "DATA", "354 ");
  client_send(&client, "Subject: x\r\n\r\nbody\r\n");
  client_say(&client, ".", "250 ");
  client_say(&client, "QUIT", "221 ");
  client_expect_end(&client);
  cr_assert_not(client.broken, "a close_notify ends it");
  client_close(&client, false);
  cr_assert_eq(world.messages, 1);
}

/* ---- Modes ---- */

Test(tls_modes, implicit_tls_follows_a_proxy_header) {
  struct cmta_listen listen;
  cmta_listen_init(&listen);
  listen.address = "127.0.0.1:0";
  listen.tls = secure_rules(server);
  listen.tls_mode = CMTA_TLS_IMPLICIT;
  listen.proxy_from = "127.0.0.1";
  client_connect(&client, &world, world_listen_with(&world, &listen));
  secure_init(&secure, &client);
  client_send(&client, "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n");
  cr_assert(secure_connect(&secure));
  client_expect(&client, "220 ");
  cr_expect_str_eq(world.peer, "192.0.2.1");
  deliver();
}

Test(tls_modes, starttls_leads_to_tls_which_takes_a_message) {
  open_client(CMTA_TLS_OFFERED);
  client_expect(&client, "220 ");
  client_say(&client, "EHLO client.example", "250");
  cr_assert_not_null(strstr(client.reply, "STARTTLS\r\n"));
  client_say(&client, "STARTTLS", "220 ");
  cr_assert(secure_connect(&secure));
  client_say(&client, "EHLO client.example", "250");
  cr_assert_null(strstr(client.reply, "STARTTLS\r\n"));
  client_say(&client, "STARTTLS", "503 ");
  deliver();
}

Test(tls_modes, a_client_need_not_take_an_offer) {
  open_client(CMTA_TLS_OFFERED);
  client_mail(&client);
  client_say(&client, "NOOP", "250 ");
  cr_assert_not(noted.tls);
  cr_assert_eq(noted.exported, CMTA_E_STATE);
  client_close(&client, false);
}

Test(tls_modes, what_was_said_in_clear_is_forgotten) {
  open_client(CMTA_TLS_OFFERED);
  secure_starttls(&secure);
  client_say(&client, "MAIL FROM:<a@client.example>", "503 ");
  client_close(&client, false);
}

Test(tls_modes, required_tls_comes_before_mail) {
  open_client(CMTA_TLS_REQUIRED);
  client_expect(&client, "220 ");
  client_say(&client, "EHLO client.example", "250");
  client_say(&client, "MAIL FROM:<a@client.example>", "530 5.7.0 ");
  client_say(&client, "NOOP", "250 ");
  client_say(&client, "STARTTLS", "220 ");
  cr_assert(secure_connect(&secure));
  deliver();
}

Test(tls_modes, tls_that_is_unavailable_is_454_and_the_session_goes_on) {
  int listener = secure_listen(&world, NULL, CMTA_TLS_UNAVAILABLE);
  client_connect(&client, &world, listener);
  client_expect(&client, "220 ");
  client_say(&client, "EHLO client.example", "250");
  cr_assert_not_null(strstr(client.reply, "STARTTLS\r\n"));
  client_say(&client, "STARTTLS", "454 4.7.0 ");
  deliver();
}

Test(tls_modes, implicit_tls_greets_inside) {
  open_client(CMTA_TLS_IMPLICIT);
  cr_assert(secure_connect(&secure));
  client_expect(&client, "220 ");
  deliver();
}

Test(tls_modes, a_listener_that_speaks_tls_needs_rules) {
  struct cmta_listen listen;
  cmta_listen_init(&listen);
  listen.address = "127.0.0.1:0";
  for (int mode = CMTA_TLS_OFFERED; mode <= CMTA_TLS_IMPLICIT + 1; mode++) {
    listen.tls_mode = (enum cmta_tls_mode)mode;
    int expected = mode == CMTA_TLS_UNAVAILABLE ? 0 : CMTA_E_ARGUMENT;
    cr_assert_eq(world_listen_with(&world, &listen), expected, "mode %d", mode);
  }
}

Test(tls_modes, rules_without_a_mode_are_refused) {
  struct cmta_listen listen;
  cmta_listen_init(&listen);
  listen.address = "127.0.0.1:0";
  listen.tls = secure_rules(server);
  cr_assert_eq(world_listen_with(&world, &listen), CMTA_E_ARGUMENT);
}

Test(tls_modes, octet_by_octet_a_handshake_succeeds) {
  open_client(CMTA_TLS_OFFERED);
  secure.most = 1;
  secure_starttls(&secure);
  deliver();
}

/* ---- In one piece ---- */

Test(tls_modes, a_command_in_one_piece_with_the_end_of_the_handshake_is_answered) {
  open_client(CMTA_TLS_OFFERED);
  secure.first = "EHLO client.example\r\n";
  secure_starttls(&secure);
  client_expect(&client, "250");
  deliver();
}

Test(tls_modes, an_end_in_one_piece_with_a_command_is_noticed) {
  open_client(CMTA_TLS_OFFERED);
  secure_starttls(&secure);
  cr_assert_eq(SSL_write(secure.ssl, "NOOP\r\n", 6), 6);
  secure_notify(&secure);
  client_expect(&client, "250 ");
  client_expect_end(&client);
  secure_close(&secure, false);
  secure_run_empty(&world);
}

Test(tls_modes, records_that_no_buffer_has_room_for_are_all_read) {
  enum { SIZE = 400000 };
  char *body = malloc(SIZE + 1);
  open_client(CMTA_TLS_OFFERED);
  secure_starttls(&secure);
  client_say(&client, "EHLO client.example", "250");
  client_say(&client, "MAIL FROM:<a@client.example>", "250 ");
  client_say(&client, "RCPT TO:<b@server.example>", "250 ");
  client_say(&client, "DATA", "354 ");
  for (size_t i = 0; i < SIZE; i += 4)
    memcpy(body + i, "xx\r\n", 4);
  body[SIZE] = '\0';
  client_send(&client, body);
  client_say(&client, ".", "250 ");
  free(body);
  secure_close(&secure, false);
  cr_assert_eq(world.messages, 1);
}

/* ---- Who has mistaken the port ---- */

Test(tls_modes, a_plain_client_on_an_implicit_port_hears_no_smtp) {
  open_client(CMTA_TLS_IMPLICIT);
  client_send(&client, "EHLO client.example\r\n");
  client_wait(&client);
  ssize_t count = client.read(&client, client.input, sizeof client.input);
  cr_assert(count == 0 || client.input[0] == SSL3_RT_ALERT, "an alert of TLS, if anything");
  client_close(&client, false);
  secure_run_empty(&world);
}

Test(tls_modes, a_tls_client_on_a_plain_port_gets_no_tls) {
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  secure_init(&secure, &client);
  cr_assert_not(secure_connect(&secure));
  client_close(&client, false);
  secure_run_empty(&world);
}

/* ---- Facts ---- */

Test(tls_modes, hooks_are_told_version_cipher_name_and_protocol) {
  open_client(CMTA_TLS_OFFERED);
  SSL_set_tlsext_host_name(secure_ssl(&secure), "server.example");
  secure_starttls(&secure);
  client_say(&client, "NOOP", "250 ");
  cr_assert(noted.tls);
  cr_assert_str_eq(noted.version, "TLSv1.3");
  cr_assert_str_eq(noted.cipher, SSL_get_cipher_name(secure.ssl));
  cr_assert_str_eq(noted.suite, SSL_CIPHER_standard_name(SSL_get_current_cipher(secure.ssl)));
  cr_assert_str_eq(noted.server_name, "server.example");
  cr_assert_str_eq(noted.alpn, "");
  cr_assert_str_eq(noted.subject, "");
  cr_assert_str_eq(noted.fingerprint, "");
  cr_assert_not(noted.verified);
  client_close(&client, false);
}

Test(tls_modes, a_name_with_strange_bytes_is_made_visible) {
  open_client(CMTA_TLS_IMPLICIT);
  SSL_set_tlsext_host_name(secure_ssl(&secure), "a\x1b[31m\xff");
  cr_assert(secure_connect(&secure));
  client_expect(&client, "220 ");
  client_say(&client, "NOOP", "250 ");
  cr_assert_str_eq(noted.server_name, "a\\x1b[31m\\xff");
  client_close(&client, false);
}

static void export_as(int version) {
  unsigned char key[32];
  static const char label[] = "EXPORTER-Channel-Binding";
  open_client(CMTA_TLS_IMPLICIT);
  SSL_set_max_proto_version(secure_ssl(&secure), version);
  cr_assert(secure_connect(&secure));
  client_expect(&client, "220 ");
  client_say(&client, "NOOP", "250 ");
  cr_assert_eq(SSL_version(secure.ssl), version);
  cr_assert_eq(
      SSL_export_keying_material(secure.ssl, key, sizeof key, label, strlen(label), NULL, 0, 0), 1);
  cr_assert_eq(noted.exported, 0);
  cr_assert_arr_eq(noted.key, key, sizeof key);
  client_close(&client, false);
}

Test(tls_modes, both_ends_export_the_same_key_by_tls_1_3) { export_as(TLS1_3_VERSION); }

Test(tls_modes, both_ends_export_the_same_key_by_tls_1_2) { export_as(TLS1_2_VERSION); }

static int export_errors[4];

static enum cmta_verdict on_rset(struct cmta_session *session, void *user) {
  char key[32];
  (void)user;
  export_errors[0] = cmta_session_tls_export(NULL, "x", key, sizeof key);
  export_errors[1] = cmta_session_tls_export(session, NULL, key, sizeof key);
  export_errors[2] = cmta_session_tls_export(session, "x", NULL, sizeof key);
  export_errors[3] = cmta_session_tls_export(session, "x", key, 0);
  return CMTA_ACCEPT;
}

Test(tls_modes, an_export_of_nothing_is_an_argument_that_cannot_be) {
  world.hooks.rset = on_rset;
  open_client(CMTA_TLS_OFFERED);
  secure_starttls(&secure);
  client_say(&client, "RSET", "250 ");
  for (size_t i = 0; i < 4; i++)
    cr_assert_eq(export_errors[i], CMTA_E_ARGUMENT, "case %zu", i);
  client_close(&client, false);
}

static enum cmta_verdict drop_it(struct cmta_session *session, void *user) {
  (void)session, (void)user;
  return CMTA_DROP;
}

Test(tls_modes, the_hook_secured_may_drop) {
  world.hooks.secured = drop_it;
  open_client(CMTA_TLS_OFFERED);
  secure_starttls(&secure);
  client_expect_end(&client);
  cr_assert_eq(world.reason, CMTA_CLOSED_VERDICT);
  client_close(&client, false);
}

/* ---- Renegotiation ---- */

Test(tls_modes, renegotiation_is_refused) {
  open_client(CMTA_TLS_IMPLICIT);
  SSL_set_max_proto_version(secure_ssl(&secure), TLS1_2_VERSION);
  cr_assert(secure_connect(&secure));
  client_expect(&client, "220 ");
  cr_assert_eq(SSL_renegotiate(secure.ssl), 1);
  cr_assert_not(secure_connect(&secure));
  cr_assert_eq(ERR_GET_REASON(secure.error), SSL_R_NO_RENEGOTIATION);
  client_close(&client, false);
}
