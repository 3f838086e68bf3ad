/* SPDX-License-Identifier: MIT */

/* A server that ends with its clients. */

#include "faulty.h"

#include <criterion/criterion.h>
#include <sys/socket.h>

TestSuite(drain, .init = faulty_begin, .fini = faulty_end, .timeout = 30);

static void drain(unsigned seconds) {
  cmta_server_drain(world.server, seconds);
  faulty_pass(0);
}

static void nothing(struct cmta_server *server, void *context) { (void)server, (void)context; }

static bool has_stopped(void) {
  faulty_pass(0);
  return cmta_server_call_after(world.server, 0, nothing, NULL) == CMTA_E_STATE;
}

Test(drain, is_the_end_at_once_where_nobody_is_connected) {
  world_listen_any(&world);
  drain(5);
  cr_assert(has_stopped());
}

Test(drain, listens_no_more_and_is_the_end_when_the_last_has_gone) {
  struct client other;
  faulty_meet();
  client_connect(&other, &world, 0);
  client_expect(&other, "220 ");
  drain(5);
  client_expect_refused(&world, 0);
  cr_assert_eq(world_listen(&world, "127.0.0.1:0"), CMTA_E_STATE);
  client_say(&other, "QUIT", "221 ");
  client_close(&other, false);
  cr_assert_not(has_stopped());
  client_mail(&client);
  cr_assert_eq(world.messages, 1);
  client_say(&client, "QUIT", "221 ");
  cr_assert(has_stopped());
  faulty_leave();
}

Test(drain, waits_for_a_last_reply_that_comes_late) {
  faulty_at("QUIT")->hold = 100;
  faulty_greet();
  drain(5);
  client_send(&client, "QUIT\r\n");
  faulty_pass(99);
  faulty_expect_silence();
  cr_assert_not(has_stopped());
  faulty_pass(1);
  client_expect(&client, "221 ");
  cr_assert(has_stopped());
  faulty_leave();
}

Test(drain, waits_for_no_client_that_says_quit_and_hears_nothing) {
  faulty_at("QUIT")->hold = -1;
  faulty_greet();
  drain(5);
  client_send(&client, "QUIT\r\n");
  faulty_pass(4.9);
  cr_assert_not(has_stopped());
  faulty_pass(0.1);
  cr_assert(has_stopped());
  faulty_leave();
}

Test(drain, of_a_server_that_stops_changes_nothing) {
  faulty_greet();
  client_say(&client, "MAIL FROM:<a@c.example>", "250 ");
  cmta_server_stop(world.server, NULL, NULL);
  drain(5);
  faulty_pass(29);
  faulty_expect_silence();
  faulty_leave();
}

Test(drain, who_is_silent_for_too_long_is_sent_away) {
  faulty_greet();
  faulty_pass(100);
  drain(5);
  faulty_pass(4.9);
  faulty_expect_silence();
  client_say(&client, "NOOP", "250 ");
  faulty_pass(4.9);
  faulty_expect_silence();
  faulty_pass(0.1);
  client_expect(&client, "421 ");
  cr_assert_eq(world.reason, CMTA_CLOSED_TIMEOUT);
  faulty_leave();
}

Test(drain, silence_of_settings_that_is_shorter_stays) {
  world.settings.command_timeout = 3;
  faulty_greet();
  drain(5);
  faulty_pass(3);
  client_expect(&client, "421 ");
  faulty_leave();
}

Test(drain, silence_begins_when_a_late_reply_has_gone_out) {
  faulty_at("NOOP")->hold = 100;
  faulty_greet();
  client_send(&client, "NOOP\r\n");
  faulty_pass(1);
  drain(5);
  faulty_pass(98);
  faulty_expect_silence();
  faulty_pass(1);
  client_expect(&client, "250 ");
  faulty_pass(4.9);
  faulty_expect_silence();
  faulty_pass(0.1);
  client_expect(&client, "421 ");
  faulty_leave();
}

Test(drain, who_is_read_slowly_is_not_silent) {
  faulty_at("EHLO")->read_rate = 1;
  faulty_greet();
  drain(1);
  client_send(&client, "NOOP of some length\r\n");
  faulty_pass(19);
  faulty_expect_silence();
  faulty_pass(2);
  client_expect(&client, "250 ");
  faulty_leave();
}

/* The last of seven octets is read after six seconds. */
Test(drain, silence_begins_when_the_last_octet_has_been_read) {
  faulty_at("EHLO")->read_rate = 1;
  faulty_greet();
  faulty_pass(1);
  drain(5);
  client_send(&client, "NOOP of");
  faulty_pass(10.9);
  faulty_expect_silence();
  faulty_pass(1);
  client_expect(&client, "421 ");
  faulty_leave();
}

Test(drain, a_client_that_has_gone_does_not_get_a_late_reply) {
  faulty_at("NOOP")->hold = 100;
  faulty_greet();
  client_send(&client, "NOOP\r\n");
  faulty_pass(0);
  drain(5);
  client_close(&client, false);
  faulty_pass(5);
  faulty_expect_gone();
}

Test(drain, a_client_that_only_half_closes_gets_one_that_is_soon_there) {
  faulty_at("NOOP")->hold = 4;
  faulty_greet();
  client_send(&client, "NOOP\r\n");
  cr_assert_eq(shutdown(client.fd, SHUT_WR), 0);
  faulty_pass(0);
  drain(5);
  faulty_pass(4);
  client_expect(&client, "250 ");
  faulty_leave();
}

Test(drain, a_stalled_client_is_as_silent_as_any) {
  faulty_at("NOOP")->end = CMTA_WIRE_STALL;
  faulty_greet();
  client_say(&client, "NOOP", "250 ");
  drain(5);
  faulty_pass(5);
  faulty_expect_gone();
  faulty_leave();
}

/* Where it is not stalled a question is the server's own time. */
Test(drain, a_client_whose_message_stalls_is_as_silent_as_any) {
  faulty_stall_in_message();
  drain(5);
  faulty_pass(5);
  faulty_expect_gone();
  faulty_leave();
}
