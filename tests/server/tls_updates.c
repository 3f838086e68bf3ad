/* SPDX-License-Identifier: MIT */

/*
 * Words of TLS between the lines: a client may change its keys as often as it likes (RFC 8446
 * section 4.6.3), and ask the server for the same. Whatever stands between and behind such words is
 * heard, and other clients do not wait for it.
 */

#include "calls.h"
#include "secure.h"

#include "server/connection.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static struct world world;
static struct client client, other;
static struct secure secure;
static int listener;

static void begin(void) {
  secure_begin();
  world_init(&world);
  struct cmta_tls *tls = secure_rules(secure_issue("server.example", EC, NULL));
  listener = secure_listen(&world, tls, CMTA_TLS_OFFERED);
  memset(&calls, 0, sizeof calls);
}

static void end(void) {
  world_free(&world);
  secure_end();
}

TestSuite(tls_updates, .init = begin, .fini = end, .timeout = 30);

static void open_client(void) {
  client_connect(&client, &world, listener);
  secure_init(&secure, &client);
  secure_starttls(&secure);
  client_say(&client, "EHLO client.example", "250");
}

/* Adds to what goes to the server, which hears nothing yet. */
static void add_updates(int count, int kind) {
  for (int i = 0; i < count; i++) {
    cr_assert_eq(SSL_key_update(secure.ssl, kind), 1);
    cr_assert_eq(SSL_do_handshake(secure.ssl), 1);
  }
}

static void add(const char *text) {
  cr_assert_eq(SSL_write(secure.ssl, text, (int)strlen(text)), (int)strlen(text));
}

/* Nothing is left over, and nothing was heard twice. */
static void leave(void) {
  client_say(&client, "HELP", "214");
  client_say(&client, "QUIT", "221 ");
  client_expect_end(&client);
  cr_assert(!client.broken || calls.wait_every, "a close_notify is tried once");
  secure_close(&secure, false);
  secure_run_empty(&world);
}

/* ---- Between and behind ---- */

static void mix(int kind) {
  open_client();
  for (int i = 0; i < 100; i++) {
    add_updates(i % 4, kind);
    add("NOOP\r\n");
  }
  add_updates(10, kind);
  secure_flush(&secure);
  for (int i = 0; i < 100; i++)
    client_expect(&client, "250 ");
  leave();
}

Test(tls_updates, stand_between_commands) { mix(SSL_KEY_UPDATE_NOT_REQUESTED); }

Test(tls_updates, that_are_to_be_answered_stand_between_commands) { mix(SSL_KEY_UPDATE_REQUESTED); }

Test(tls_updates, stand_between_commands_in_single_octets) {
  calls.most_carried = 1;
  mix(SSL_KEY_UPDATE_REQUESTED);
}

/* A reply may be half written when the client wants another key. */
Test(tls_updates, stand_between_commands_while_everything_waits) {
  static const size_t sizes[] = {5, 7, 30, 31};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    for (calls.wait_every = 2; calls.wait_every < 5; calls.wait_every++) {
      calls.most_carried = sizes[i];
      mix(SSL_KEY_UPDATE_REQUESTED);
    }
}

/* Wherever a record is cut, the server hears the first part alone. */
Test(tls_updates, and_commands_may_be_cut_anywhere) {
  open_client();
  for (secure.most = 1; secure.most < 100; secure.most++) {
    add_updates(2, SSL_KEY_UPDATE_REQUESTED);
    add("NOOP\r\n");
    secure_flush(&secure);
    client_expect(&client, "250 ");
  }
  secure.most = 0;
  leave();
}

/* As many octets as one read of the server has room for, in whole records; words of TLS behind. */
static void fill_buffer(size_t more_or_less) {
  char *body = malloc(RECEIVE_SIZE + 64);
  size_t size = RECEIVE_SIZE - 32 + more_or_less;
  for (size_t i = 0; i < size; i += 2)
    memcpy(body + i, "\r\n", 2);
  client_say(&client, "MAIL FROM:<a@client.example>", "250 ");
  client_say(&client, "RCPT TO:<b@server.example>", "250 ");
  client_say(&client, "DATA", "354 ");
  cr_assert_eq(SSL_write(secure.ssl, body, (int)size), (int)size);
  add_updates(3, SSL_KEY_UPDATE_REQUESTED);
  add(".\r\n");
  secure_flush(&secure);
  client_expect(&client, "250 ");
  cr_assert_eq(world.last_size, size);
  free(body);
}

Test(tls_updates, may_stand_behind_what_fills_the_buffer) {
  open_client();
  for (size_t more = 0; more < 64; more += 2)
    fill_buffer(more);
  leave();
}

/* ---- Questions ---- */

static void ask_with_updates(int count) {
  world.late = MAIL;
  open_client();
  client_send(&client, "MAIL FROM:<a@c.example>\r\n");
  world_run_until_asked(&world);
  add_updates(count, SSL_KEY_UPDATE_REQUESTED);
  add("NOOP\r\n");
  add_updates(count, SSL_KEY_UPDATE_REQUESTED);
  add("NOOP\r\n");
  secure_flush(&secure);
}

static void rest_quietly(void) {
  for (int i = 0; i < 100; i++)
    ev_run(world.loop, EVRUN_NOWAIT);
  unsigned receives = calls.receives, sends = calls.sends;
  for (int i = 0; i < 10; i++)
    ev_run(world.loop, EVRUN_NOWAIT);
  cr_assert_eq(calls.receives, receives);
  cr_assert_eq(calls.sends, sends);
}

Test(tls_updates, come_while_a_question_is_open) {
  calls.most_carried = 27;
  ask_with_updates(100);
  rest_quietly();
  world_decide(&world, CMTA_ACCEPT);
  for (int i = 0; i < 3; i++)
    client_expect(&client, "250 ");
  leave();
}

/* ---- Parts of records ---- */

static void send_part(size_t left_out) {
  char *bytes;
  add_updates(1, SSL_KEY_UPDATE_NOT_REQUESTED);
  add("NOOP\r\n");
  secure.until = secure.sent + (size_t)BIO_get_mem_data(secure.out, &bytes) - left_out;
  secure_flush(&secure);
  secure.until = 0;
}

Test(tls_updates, and_parts_of_records_do_not_keep_the_loop_busy) {
  open_client();
  add("NOOP\r\n");
  send_part(7);
  client_expect(&client, "250 ");
  rest_quietly();
  client_close(&client, false);
  secure_run_empty(&world);
  secure_free(&secure);
}

Test(tls_updates, and_parts_of_records_behind_a_question_do_not_keep_the_loop_busy) {
  world.late = MAIL;
  open_client();
  add("MAIL FROM:<a@c.example>\r\n");
  send_part(7);
  world_run_until_asked(&world);
  rest_quietly();
  world_decide(&world, CMTA_ACCEPT);
  client_expect(&client, "250 ");
  rest_quietly();
  client_close(&client, false);
  secure_run_empty(&world);
  secure_free(&secure);
}

/* ---- Without end ---- */

/* Nobody's work in one turn of the loop is more than a few reads of the socket. The other client
   is served in the second turn at the latest. */
Test(tls_updates, without_end_leave_others_their_turn) {
  enum { UPDATES = 2000, TURN = 6 };
  open_client();
  client_connect(&other, &world, listener);
  client_expect(&other, "220 ");
  add_updates(UPDATES, SSL_KEY_UPDATE_NOT_REQUESTED);
  add("NOOP\r\n");
  secure_flush(&secure);
  client_send(&other, "NOOP\r\n");
  calls.most_carried = 27;
  unsigned receives = calls.receives;
  client_expect(&other, "250 ");
  cr_assert_leq(calls.receives - receives, 2 * TURN);
  client_expect(&client, "250 ");
  client_close(&other, false);
  leave();
}

/* ---- Answers that nobody takes ---- */

static void narrow(int fd, int option) {
  int size = 32768;
  cr_assert_eq(setsockopt(fd, SOL_SOCKET, option, &size, sizeof size), 0);
}

/* What there is to send, by itself; the caller frees it. */
static char *take_out(size_t *length) {
  char *bytes, *copy;
  *length = (size_t)BIO_get_mem_data(secure.out, &bytes);
  copy = malloc(*length);
  memcpy(copy, bytes, *length);
  (void)BIO_reset(secure.out);
  return copy;
}

static bool is_stuck(void) {
  return cmta_session_wants(world.server->connections->session) & CMTA_WANTS_WRITE;
}

/* Sends all, or as much as there is room for once the server, which goes on, has no room either. */
static size_t press(const char *bytes, size_t length) {
  size_t sent = 0;
  for (int stuck = 0; sent < length && !(stuck >= 5 && is_stuck());) {
    size_t count = client_try(&client, bytes + sent, length - sent);
    sent += count;
    stuck = count ? 0 : stuck + 1;
    ev_run(world.loop, EVRUN_NOWAIT);
  }
  return sent;
}

static void open_narrow(void) {
  client_connect(&other, &world, listener);
  client_expect(&other, "220 ");
  open_client();
  client.write = other.write;
  client_close(&other, false);
  world_run_empty_but(&world, 1);
  narrow(client.fd, SO_RCVBUF);
  narrow(world.server->connections->channel.fd, SO_SNDBUF);
}

/* Then the server cannot change its key; its socket takes nothing. */
static void press_without_listening(int commands, int updates) {
  size_t length;
  open_narrow();
  for (int i = 0; i < commands; i++) {
    add("HELP\r\n");
    add_updates(updates, SSL_KEY_UPDATE_REQUESTED);
  }
  char *bytes = take_out(&length);
  size_t sent = press(bytes, length);
  rest_quietly();
  cr_assert(is_stuck());
  for (int i = 0; i < commands; i++) {
    sent += press(bytes + sent, length - sent);
    client_expect(&client, "214");
  }
  cr_assert_eq(sent, length);
  free(bytes);
  client_close(&client, false);
  secure_free(&secure);
}

Test(tls_updates, that_are_to_be_answered_wait_until_the_client_listens) {
  press_without_listening(1500, 1);
}

Test(tls_updates, that_are_many_and_to_be_answered_wait_until_the_client_listens) {
  press_without_listening(60, 100);
}
