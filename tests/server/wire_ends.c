/* SPDX-License-Identifier: MIT */

/* How connections end or slow down by what happens to them, and a server that ends. */

#include "calls.h"
#include "faulty.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(wire_ends, .init = faulty_begin, .fini = faulty_end, .timeout = 30);

static const char group[] = "MAIL FROM:<a@c.example>\r\nRCPT TO:<b@s.example>\r\nNOOP\r\n";

/* ---- Ends ---- */

Test(wire_ends, the_connection_ends_in_place_of_a_reply) {
  struct cmta_wire *wire = faulty_at("RCPT");
  wire->cut = 0;
  wire->end = CMTA_WIRE_CLOSE;
  faulty_greet();
  client_send(&client, group);
  client_expect(&client, "250 2.1.0");
  client_expect_end(&client);
  cr_assert_not(client.broken);
  faulty_pass(2);
  faulty_expect_gone();
  faulty_leave();
}

Test(wire_ends, the_connection_ends_behind_a_reply) {
  faulty_at("NOOP")->end = CMTA_WIRE_CLOSE;
  faulty_greet();
  client_say(&client, "NOOP", "250 ");
  client_expect_end(&client);
  cr_assert_not(client.broken);
  faulty_leave();
}

Test(wire_ends, the_connection_is_reset_behind_a_reply) {
  faulty_at("NOOP")->end = CMTA_WIRE_RESET;
  faulty_greet();
  client_say(&client, "NOOP", "250 ");
  faulty_expect_reset();
  faulty_expect_gone();
  faulty_leave();
}

Test(wire_ends, the_connection_is_reset_in_place_of_the_greeting) {
  struct cmta_wire *wire = faulty_at("");
  wire->cut = 0;
  wire->end = CMTA_WIRE_RESET;
  faulty_meet();
  faulty_expect_reset();
  faulty_leave();
}

Test(wire_ends, a_half_closed_connection_is_still_heard) {
  faulty_at("RCPT")->end = CMTA_WIRE_HALF_CLOSE;
  faulty_greet();
  client_say(&client, "MAIL FROM:<a@c.example>", "250 ");
  client_say(&client, "RCPT TO:<b@s.example>", "250 ");
  client_expect_end(&client);
  client_send(&client, "DATA\r\n");
  client_send(&client, "body\r\n.\r\n");
  faulty_pass(0);
  cr_assert_eq(world.messages, 1);
  client_send(&client, "QUIT\r\n");
  faulty_expect_gone();
  faulty_leave();
}

Test(wire_ends, a_stalled_connection_is_neither_heard_nor_answered) {
  struct cmta_wire *wire = faulty_at("RCPT");
  wire->cut = 0;
  wire->end = CMTA_WIRE_STALL;
  faulty_greet();
  client_say(&client, "MAIL FROM:<a@c.example>", "250 ");
  client_send(&client, "RCPT TO:<b@s.example>\r\n");
  faulty_pass(0);
  client_send(&client, "DATA\r\n");
  unsigned receives = calls.receives;
  faulty_pass(299);
  faulty_expect_silence();
  cr_assert_eq(calls.receives, receives);
  faulty_pass(31);
  faulty_expect_gone();
  cr_assert_eq(world.reason, CMTA_CLOSED_TIMEOUT);
  faulty_leave();
}

static void stall(void) {
  faulty_at("NOOP")->end = CMTA_WIRE_STALL;
  faulty_greet();
  client_say(&client, "NOOP", "250 ");
}

Test(wire_ends, a_connection_stalls_in_the_midst_of_a_message) {
  faulty_stall_in_message();
  unsigned receives = calls.receives;
  client_send(&client, ".\r\n");
  faulty_pass(10000);
  faulty_expect_silence();
  cr_assert_eq(calls.receives, receives);
  cr_assert_eq(world.closed, 0);
  faulty_leave();
}

Test(wire_ends, a_connection_stalls_behind_the_replies_that_are_composed) {
  faulty_at("NOOP")->stall = true;
  faulty_greet();
  client_send(&client, group);
  client_expect(&client, "250 2.1.0");
  client_expect(&client, "250 2.1.5");
  faulty_pass(299);
  faulty_expect_silence();
  faulty_leave();
}

Test(wire_ends, a_client_that_leaves_a_stalled_message_is_noticed) {
  faulty_stall_in_message();
  client_send(&client, "more\r\n");
  faulty_pass(0);
  client_close(&client, false);
  faulty_pass(5);
  faulty_expect_gone();
  cr_assert_eq(world.reason, CMTA_CLOSED_HANGUP);
}

Test(wire_ends, a_client_that_leaves_a_stalled_connection_is_noticed) {
  stall();
  client_close(&client, false);
  faulty_expect_gone();
}

Test(wire_ends, a_client_that_leaves_a_stalled_connection_behind_octets_is_noticed_soon) {
  stall();
  client_send(&client, "NOOP\r\n");
  faulty_pass(0);
  client_close(&client, false);
  faulty_pass(0);
  faulty_expect_gone();
}

Test(wire_ends, a_client_that_resets_a_held_connection_is_noticed) {
  faulty_at("NOOP")->hold = 100;
  faulty_greet();
  client_send(&client, "NOOP\r\n");
  faulty_pass(1);
  client_close(&client, true);
  faulty_expect_gone();
}

Test(wire_ends, a_client_that_leaves_before_a_reply_that_never_comes_is_noticed) {
  faulty_at("NOOP")->hold = -1;
  faulty_greet();
  client_send(&client, "NOOP\r\n");
  faulty_pass(1);
  client_close(&client, false);
  faulty_expect_gone();
}

static void listen_for_proxies(void) {
  struct cmta_listen listen;
  cmta_listen_init(&listen);
  listen.address = "127.0.0.1:0";
  listen.proxy_from = "127.0.0.1";
  client_connect(&client, &world, world_listen_with(&world, &listen));
}

Test(wire_ends, an_end_within_the_greeting_is_at_once_behind_a_proxy_header) {
  struct cmta_wire *wire = faulty_at("");
  wire->cut = 0;
  wire->end = CMTA_WIRE_CLOSE;
  listen_for_proxies();
  client_send(&client, "PROXY TCP4 192.0.2.1 192.0.2.2 1000 25\r\n");
  client_expect_end(&client);
  faulty_leave();
}

/* ---- What is here already ---- */

/* All commands of the group are here when the reply to the first has such an end. */
static void expect_not_done(enum cmta_wire_end end) {
  faulty_at("NOOP")->end = end;
  faulty_greet();
  client_send(&client, "NOOP\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<b@s.example>\r\n"
                       "BDAT 5 LAST\r\nx\r\n\r\nQUIT\r\n");
  faulty_pass(0);
  cr_assert_eq(world.messages, 0);
}

Test(wire_ends, nothing_is_done_behind_a_close) {
  expect_not_done(CMTA_WIRE_CLOSE);
  client_expect(&client, "250 2.0.0");
  client_expect_end(&client);
  faulty_leave();
}

Test(wire_ends, nothing_is_done_behind_a_reset) {
  expect_not_done(CMTA_WIRE_RESET);
  faulty_expect_gone();
  faulty_leave();
}

Test(wire_ends, nothing_is_done_behind_a_stall) {
  expect_not_done(CMTA_WIRE_STALL);
  client_expect(&client, "250 2.0.0");
  faulty_pass(299);
  faulty_expect_silence();
  faulty_leave();
}

Test(wire_ends, all_is_done_behind_a_half_close) {
  faulty_at("NOOP")->end = CMTA_WIRE_HALF_CLOSE;
  faulty_greet();
  client_send(&client, "NOOP\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<b@s.example>\r\n"
                       "BDAT 5 LAST\r\nx\r\n\r\nQUIT\r\n");
  faulty_pass(0);
  cr_assert_eq(world.messages, 1);
  faulty_leave();
}

/* ---- The server stops ---- */

static void on_stopped(struct cmta_server *server, void *context) {
  (void)server;
  *(bool *)context = true;
}

static bool stops(void) {
  bool stopped = false;
  cmta_server_stop(world.server, on_stopped, &stopped);
  faulty_pass(0);
  return stopped;
}

Test(wire_ends, a_server_that_stops_waits_for_no_stalled_connection) {
  stall();
  cr_assert(stops());
  faulty_leave();
}

Test(wire_ends, a_server_that_stops_waits_for_no_reply_that_never_comes) {
  faulty_at("MAIL")->hold = -1;
  faulty_greet();
  client_send(&client, "MAIL FROM:<a@c.example>\r\n");
  faulty_pass(0);
  cr_assert(stops());
  faulty_leave();
}

Test(wire_ends, a_server_that_stops_waits_for_no_message_that_stalls) {
  faulty_stall_in_message();
  cr_assert(stops());
  cr_assert_eq(world.reason, CMTA_CLOSED_SHUTDOWN);
  faulty_leave();
}

/* Though it had begun to stop before. */
Test(wire_ends, a_server_that_stops_waits_for_no_message_that_comes_to_stall) {
  world.hooks.chunk = faulty_stall_at_slice;
  faulty_greet();
  client_say(&client, "MAIL FROM:<a@c.example>", "250 ");
  client_say(&client, "RCPT TO:<b@s.example>", "250 ");
  bool stopped = false;
  cmta_server_stop(world.server, on_stopped, &stopped);
  client_say(&client, "DATA", "354 ");
  cr_assert_not(stopped);
  client_send(&client, "octets\r\n");
  faulty_pass(0);
  cr_assert(stopped);
  faulty_leave();
}

Test(wire_ends, a_server_that_stops_holds_no_reply_back) {
  faulty_at("MAIL")->hold = 100;
  faulty_at("RCPT")->hold = 100;
  faulty_at("NOOP")->write_rate = 1;
  faulty_greet();
  client_send(&client, group);
  faulty_pass(1);
  faulty_expect_silence();
  cmta_server_stop(world.server, NULL, NULL);
  faulty_pass(0);
  client_expect(&client, "250 2.1.0");
  client_expect(&client, "250 2.1.5");
  client_expect(&client, "250 2.0.0");
  client_say(&client, "RSET", "250 ");
  client_expect(&client, "421 ");
  faulty_leave();
}

Test(wire_ends, a_server_that_stops_reads_a_slow_message_at_once) {
  faulty_at("DATA")->read_rate = 1;
  faulty_at("DATA")->write_rate = 1;
  faulty_greet();
  client_say(&client, "MAIL FROM:<a@c.example>", "250 ");
  client_say(&client, "RCPT TO:<b@s.example>", "250 ");
  client_send(&client, "DATA\r\n");
  faulty_pass(1);
  client_send(&client, "0123456789012345678901234567890123456789\r\n.\r\n");
  faulty_pass(9);
  cr_assert_eq(faulty_count(), 11);
  cr_assert_eq(world.messages, 0);
  cr_assert(stops());
  cr_assert_eq(world.messages, 1);
  faulty_leave();
}

Test(wire_ends, rates_and_seconds_that_are_set_while_a_server_stops_are_not_heeded) {
  struct cmta_wire *wire = faulty_at("RCPT");
  wire->hold = 100;
  wire->write_rate = wire->read_rate = 1;
  faulty_greet();
  client_say(&client, "MAIL FROM:<a@c.example>", "250 ");
  cmta_server_stop(world.server, NULL, NULL);
  client_say(&client, "RCPT TO:<b@s.example>", "250 2.1.5 ");
  client_say(&client, "RSET", "250 ");
  client_expect(&client, "421 ");
  faulty_leave();
}

Test(wire_ends, a_server_that_stops_waits_for_nobody_who_has_gone) {
  faulty_at("MAIL")->hold = 100;
  faulty_at("MAIL")->read_rate = 1;
  faulty_greet();
  client_send(&client, "MAIL FROM:<a@c.example>\r\n");
  client_send(&client, "RCPT TO:<b@s.example>\r\n");
  faulty_pass(1);
  client_close(&client, false);
  faulty_pass(1);
  cr_assert(stops());
}

Test(wire_ends, a_server_that_is_freed_forgets_what_was_to_happen) {
  struct cmta_wire *wire = faulty_at("RCPT");
  wire->hold = 100;
  wire->replacement = "x";
  wire->replacement_length = 1;
  faulty_greet();
  client_send(&client, group);
  faulty_pass(0);
  cmta_server_free(world.server);
  world.server = NULL;
  cr_assert_eq(world.held, 0);
  client_close(&client, false);
}
