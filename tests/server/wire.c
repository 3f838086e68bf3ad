/* SPDX-License-Identifier: MIT */

/* What happens to replies on their way, in clear. */

#include "calls.h"
#include "faulty.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

TestSuite(wire, .init = faulty_begin, .fini = faulty_end, .timeout = 30);

static const char group[] = "MAIL FROM:<a@c.example>\r\nRCPT TO:<b@s.example>\r\nNOOP\r\n";

/* ---- Late ---- */

Test(wire, a_reply_comes_late) {
  faulty_at("NOOP")->hold = 5;
  faulty_greet();
  client_send(&client, "NOOP\r\n");
  faulty_pass(4.9);
  faulty_expect_silence();
  faulty_pass(0.1);
  client_expect(&client, "250 ");
  client_say(&client, "HELP", "214");
  faulty_leave();
}

Test(wire, real_time_brings_a_late_or_slow_reply_as_well) {
  struct cmta_wire *wire = faulty_at("EHLO");
  wire->hold = 0.01;
  wire->write_rate = 2000;
  world.config.virtual_time = false;
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  double before = ev_time();
  client_say(&client, "EHLO c", "250-localhost");
  cr_assert_geq(ev_time() - before, 0.01);
  client_close(&client, false);
}

Test(wire, the_greeting_comes_late) {
  faulty_at("")->hold = 5;
  faulty_meet();
  faulty_expect_silence();
  faulty_pass(5);
  client_expect(&client, "220 ");
  faulty_leave();
}

Test(wire, of_a_group_the_replies_before_go_out_and_those_behind_wait) {
  faulty_at("RCPT")->hold = 5;
  faulty_greet();
  client_send(&client, group);
  faulty_pass(1);
  client_expect(&client, "250 2.1.0");
  faulty_expect_silence();
  faulty_pass(4);
  client_expect(&client, "250 2.1.5");
  client_expect(&client, "250 2.0.0");
  faulty_leave();
}

Test(wire, each_reply_of_a_group_waits_from_its_turn_on) {
  faulty_at("MAIL")->hold = 5;
  faulty_at("RCPT")->hold = 5;
  faulty_greet();
  client_send(&client, group);
  faulty_pass(5);
  client_expect(&client, "250 2.1.0");
  faulty_pass(4.9);
  faulty_expect_silence();
  faulty_pass(0.1);
  client_expect(&client, "250 2.1.5");
  faulty_leave();
}

Test(wire, seconds_of_several_calls_add_up) {
  faulty_at("NOOP")->hold = 2;
  faulty_at("NOOP")->hold = 3;
  faulty_greet();
  client_send(&client, "NOOP\r\n");
  faulty_pass(4.9);
  faulty_expect_silence();
  faulty_pass(0.1);
  client_expect(&client, "250 ");
  faulty_leave();
}

Test(wire, a_reply_that_never_comes_leaves_the_client_heard_until_its_time_is_up) {
  faulty_at("NOOP")->hold = -1;
  faulty_greet();
  client_send(&client, "NOOP\r\n");
  client_send(&client, "MAIL FROM:<a@c.example>\r\n");
  faulty_pass(299);
  faulty_expect_silence();
  faulty_pass(1);
  cr_assert_eq(world.reason, CMTA_CLOSED_TIMEOUT);
  client_expect_end(&client);
  faulty_leave();
}

Test(wire, a_held_reply_does_not_cost_its_client_the_time) {
  faulty_at("NOOP")->hold = 1000;
  faulty_greet();
  client_send(&client, "NOOP\r\n");
  faulty_pass(1000);
  client_expect(&client, "250 ");
  faulty_pass(299);
  faulty_expect_silence();
  faulty_pass(1);
  client_expect(&client, "421 ");
  faulty_leave();
}

Test(wire, a_last_reply_that_is_held_comes_before_the_end) {
  faulty_at("QUIT")->hold = 60;
  faulty_greet();
  client_send(&client, "QUIT\r\n");
  faulty_pass(59);
  faulty_expect_silence();
  faulty_pass(1);
  client_expect(&client, "221 ");
  client_expect_end(&client);
  faulty_leave();
}

Test(wire, a_hold_keeps_the_loop_not_busy) {
  faulty_at("NOOP")->hold = 5;
  faulty_greet();
  client_send(&client, "NOOP\r\n");
  faulty_pass(0);
  unsigned sends = calls.sends, receives = calls.receives;
  for (int i = 0; i < 10; i++)
    ev_run(world.loop, EVRUN_NOWAIT);
  cr_assert_eq(calls.sends, sends);
  cr_assert_eq(calls.receives, receives);
  faulty_leave();
}

static enum cmta_verdict hold_the_second(struct cmta_session *session, void *user,
                                         const struct cmta_message *message) {
  struct cmta_wire wire;
  (void)user, (void)message;
  cmta_wire_init(&wire);
  wire.hold = cmta_session_recipient(session) == 1 ? 5 : 0;
  cr_assert_eq(cmta_wire_set(session, &wire), 0);
  return CMTA_ACCEPT;
}

Test(wire, each_recipient_of_lmtp_has_a_reply_of_its_own_to_be_held) {
  world.settings.manners.lmtp = true;
  world.hooks.message = hold_the_second;
  faulty_meet();
  client_expect(&client, "220 ");
  client_say(&client, "LHLO c", "250");
  client_send(&client, "MAIL FROM:<a@c.example>\r\nRCPT TO:<a@s.example>\r\n"
                       "RCPT TO:<b@s.example>\r\nDATA\r\n");
  for (int i = 0; i < 4; i++)
    client_expect(&client, i == 3 ? "354" : "250");
  client_send(&client, "body\r\n.\r\n");
  faulty_pass(4.9);
  client_expect(&client, "250 ");
  faulty_expect_silence();
  faulty_pass(0.1);
  client_expect(&client, "250 ");
  faulty_leave();
}

/* ---- Something else, or less ---- */

Test(wire, something_else_goes_out_in_its_place) {
  struct cmta_wire *wire = faulty_at("RCPT");
  wire->replacement = "garbage\r\n";
  wire->replacement_length = 9;
  faulty_greet();
  client_send(&client, group);
  faulty_expect_octets("250 2.1.0 Sender ok\r\ngarbage\r\n250 2.0.0 Ok\r\n");
  faulty_leave();
}

Test(wire, nothing_goes_out_in_its_place) {
  faulty_at("RCPT")->replacement = "";
  faulty_greet();
  client_send(&client, group);
  client_expect(&client, "250 2.1.0");
  client_expect(&client, "250 2.0.0");
  faulty_leave();
}

Test(wire, the_first_line_of_several_says_that_more_come) {
  struct cmta_wire *wire = faulty_at("EHLO");
  wire->first_line = true;
  wire->end = CMTA_WIRE_CLOSE;
  faulty_meet();
  client_expect(&client, "220 ");
  client_send(&client, "EHLO c\r\n");
  faulty_expect_octets("250-localhost\r\n");
  client_expect_end(&client);
  faulty_leave();
}

Test(wire, the_first_line_of_one_does_so_too) {
  faulty_at("NOOP")->first_line = true;
  faulty_greet();
  client_send(&client, "NOOP\r\nNOOP\r\n");
  faulty_expect_octets("250-2.0.0 Ok\r\n250-2.0.0 Ok\r\n");
  faulty_leave();
}

Test(wire, the_connection_ends_within_a_reply_of_several_lines) {
  struct cmta_wire *wire = faulty_at("EHLO");
  wire->cut = 20;
  wire->end = CMTA_WIRE_CLOSE;
  faulty_meet();
  client_expect(&client, "220 ");
  client_send(&client, "EHLO c\r\n");
  faulty_expect_octets("250-localhost\r\n250-P");
  client_expect_end(&client);
  faulty_leave();
}

Test(wire, octets_that_are_cut_off_are_missing_before_the_next_reply) {
  faulty_at("RCPT")->cut = 3;
  faulty_greet();
  client_send(&client, group);
  client_expect(&client, "250 2.1.0");
  faulty_expect_octets("250250 2.0.0 Ok\r\n");
  faulty_leave();
}

/* ---- Rates ---- */

Test(wire, octets_are_sent_at_a_rate) {
  faulty_at("HELP")->write_rate = 10;
  faulty_greet();
  client_send(&client, "HELP\r\n");
  cr_assert_eq(faulty_count(), 1);
  faulty_pass(1);
  cr_assert_eq(faulty_count(), 10);
  faulty_pass(0.1);
  cr_assert_eq(faulty_count(), 1);
  faulty_pass(1000);
  cr_assert_gt(faulty_count(), 20);
  faulty_leave();
}

Test(wire, of_a_fast_rate_a_tenth_of_a_second_goes_at_once) {
  faulty_at("EHLO")->write_rate = 1000;
  faulty_meet();
  client_expect(&client, "220 ");
  client_send(&client, "EHLO c\r\n");
  cr_assert_eq(faulty_count(), 100);
  faulty_leave();
}

Test(wire, octets_are_read_at_a_rate) {
  faulty_at("")->read_rate = 10;
  faulty_meet();
  client_expect(&client, "220 ");
  client_send(&client, "NOOP\r\nNOOP\r\n");
  faulty_pass(0.4);
  faulty_expect_silence();
  faulty_pass(0.1);
  client_expect(&client, "250 ");
  faulty_pass(0.5);
  faulty_expect_silence();
  faulty_pass(0.1);
  client_expect(&client, "250 ");
  faulty_leave();
}

Test(wire, a_rate_stays_until_another_is_set) {
  faulty_at("")->write_rate = 10;
  faulty_at("NOOP")->hold = 1;
  faulty_at("HELP")->write_rate = 1000000;
  faulty_meet();
  faulty_pass(100);
  client_expect(&client, "220 ");
  client_send(&client, "NOOP\r\n");
  faulty_pass(1);
  cr_assert_eq(faulty_count(), 1);
  faulty_pass(100);
  (void)faulty_count();
  client_say(&client, "HELP", "214");
  faulty_leave();
}

Test(wire, a_slow_body_is_read_to_its_end) {
  faulty_at("DATA")->read_rate = 10;
  faulty_greet();
  client_say(&client, "MAIL FROM:<a@c.example>", "250 ");
  client_say(&client, "RCPT TO:<b@s.example>", "250 ");
  client_say(&client, "DATA", "354 ");
  client_send(&client, "0123456789012345678901234567890123456789\r\n.\r\n");
  faulty_pass(4);
  cr_assert_eq(world.messages, 0);
  faulty_pass(1);
  client_expect(&client, "250 ");
  faulty_leave();
}

/* ---- Setting ---- */

static int wrong[8];

static void set_wrongly(struct cmta_session *session, void *user) {
  struct cmta_wire wire;
  (void)user;
  cmta_wire_init(&wire);
  wrong[0] = cmta_wire_set(NULL, &wire);
  wrong[1] = cmta_wire_set(session, NULL);
  wire.hold = NAN;
  wrong[2] = cmta_wire_set(session, &wire);
  cmta_wire_init(&wire);
  wire.replacement_length = 1;
  wrong[3] = cmta_wire_set(session, &wire);
  cmta_wire_init(&wire);
  wire.end = (enum cmta_wire_end)5;
  wrong[4] = cmta_wire_set(session, &wire);
  cmta_wire_init(&wire);
  wire.size = 0;
  wrong[5] = cmta_wire_set(session, &wire);
  cmta_wire_init(&wire);
  wire.hold = 1;
  world.starved = true;
  wrong[6] = cmta_wire_set(session, &wire);
  world.starved = false;
}

Test(wire, what_cannot_be_is_refused_and_changes_nothing) {
  world.config.accepted = set_wrongly;
  faulty_meet();
  client_expect(&client, "220 ");
  for (int i = 0; i < 6; i++)
    cr_assert_eq(wrong[i], CMTA_E_ARGUMENT, "%d", i);
  cr_assert_eq(wrong[6], CMTA_E_MEMORY);
  faulty_leave();
}

static int when_closed;

static void set_when_closed(struct cmta_session *session, void *user,
                            enum cmta_close_reason reason) {
  struct cmta_wire wire;
  (void)user, (void)reason;
  cmta_wire_init(&wire);
  wire.hold = 1;
  world.closed++;
  when_closed = cmta_wire_set(session, &wire);
  cr_assert_eq(cmta_wire_get(session, &wire), CMTA_E_STATE);
}

Test(wire, nothing_can_happen_to_a_session_that_is_over) {
  world.hooks.closed = set_when_closed;
  faulty_greet();
  client_say(&client, "QUIT", "221 ");
  cr_assert_eq(when_closed, CMTA_E_STATE);
  faulty_leave();
}

Test(wire, nothing_can_happen_to_a_session_without_a_server) {
  struct cmta_service *service;
  struct cmta_session *session;
  struct cmta_wire wire;
  cmta_wire_init(&wire);
  cr_assert_eq(cmta_service_new(&service, NULL, NULL, NULL), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  cr_assert_eq(cmta_wire_set(session, &wire), CMTA_E_STATE);
  cr_assert_eq(cmta_wire_get(session, &wire), CMTA_E_STATE);
  cr_assert_eq(cmta_wire_get(session, NULL), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_wire_get(NULL, &wire), CMTA_E_ARGUMENT);
  wire.size = 1;
  cr_assert_eq(cmta_wire_get(session, &wire), CMTA_E_ARGUMENT);
  wire.size = sizeof wire + 1;
  cr_assert_eq(cmta_wire_get(session, &wire), CMTA_E_ARGUMENT);
  cmta_session_free(session);
  cmta_service_free(service);
}
