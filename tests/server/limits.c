/* SPDX-License-Identifier: MIT */

/* Too many connections, too few descriptors, too much time, too little memory. */

#include "calls.h"
#include "harness.h"
#include "server/connection.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static struct world world;
static struct client client, other;

static void begin(void) { world_init(&world); }

static void end(void) { world_free(&world); }

TestSuite(limits, .init = begin, .fini = end, .timeout = 30);

/* ---- Connections ---- */

Test(limits, a_connection_too_many_gets_421) {
  world.config.max_connections = 1;
  world.settings.hostname = "mx.example";
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  client_connect(&other, &world, 0);
  client_expect(&other, "421 mx.example ");
  client_expect_end(&other);
  client_close(&other, false);
  cr_assert_eq(world.opened, 1);
  cr_assert_eq(cmta_server_connections(world.server), 1);
  client_say(&client, "QUIT", "221 ");
  client_close(&client, false);
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  client_close(&client, false);
}

/* ---- Descriptors ---- */

static struct rlimit whole;

/* From now on no more than so many descriptors can be opened. */
static void leave_descriptors(rlim_t count) {
  int next = dup(0);
  close(next);
  getrlimit(RLIMIT_NOFILE, &whole);
  struct rlimit few = {.rlim_cur = (rlim_t)next + count, .rlim_max = whole.rlim_max};
  cr_assert_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
}

static void use_up_descriptors(void) { leave_descriptors(0); }

Test(limits, without_descriptors_listening_rests_and_recovers) {
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  ev_run(world.loop, EVRUN_NOWAIT);
  cr_assert_eq(cmta_server_connections(world.server), 1);
  client_connect(&other, &world, 0);
  use_up_descriptors();
  unsigned accepts = calls.accepts, turns = ev_iteration(world.loop);
  while (calls.accepts < accepts + 2)
    ev_run(world.loop, EVRUN_ONCE);
  cr_assert_leq(ev_iteration(world.loop) - turns, 6, "the loop must not spin");
  setrlimit(RLIMIT_NOFILE, &whole);
  client_expect(&other, "220 ");
  client_close(&other, false);
  client_close(&client, false);
}

Test(limits, a_connection_that_ends_lets_the_next_one_in_at_once) {
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  client_connect(&other, &world, 0);
  use_up_descriptors();
  ev_run(world.loop, EVRUN_NOWAIT);
  unsigned accepts = calls.accepts;
  for (int i = 0; i < 10; i++)
    ev_run(world.loop, EVRUN_NOWAIT);
  cr_assert_eq(calls.accepts, accepts, "listening rests");
  client_say(&client, "QUIT", "221 ");
  for (int i = 0; i < 3; i++)
    ev_run(world.loop, EVRUN_NOWAIT);
  cr_assert_eq(world.opened, 2);
  cr_assert_eq(calls.accepts, accepts + 2, "one accepted, one in vain");
  setrlimit(RLIMIT_NOFILE, &whole);
  client_expect(&other, "220 ");
  client_close(&other, false);
  client_close(&client, false);
}

Test(limits, a_server_at_rest_can_stop) {
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  use_up_descriptors();
  ev_run(world.loop, EVRUN_NOWAIT);
  cmta_server_stop(world.server, NULL, NULL);
  ev_run(world.loop, 0);
  setrlimit(RLIMIT_NOFILE, &whole);
  client_close(&client, false);
}

/* A server that listens, on loop or on one of its own, where so many descriptors are left: 0 or an
 * error. */
static int serve_with_descriptors(struct ev_loop *loop, rlim_t count) {
  struct cmta_server *server = NULL;
  leave_descriptors(count);
  errno = 0;
  int result = cmta_server_new(&server, loop, NULL, NULL, NULL);
  if (result == 0)
    result = cmta_server_listen(server, "127.0.0.1:0");
  int why = errno;
  cmta_server_free(server);
  setrlimit(RLIMIT_NOFILE, &whole);
  if (result < 0) {
    cr_expect_eq(result, CMTA_E_SYSTEM, "%d descriptors: %d", (int)count, result);
    cr_expect_eq(why, EMFILE, "%d descriptors: %s", (int)count, strerror(why));
  }
  return result;
}

Test(limits, a_server_without_descriptors_is_an_error) {
  struct ev_loop *loops[] = {NULL, world.loop};
  for (size_t i = 0; i < 2; i++) {
    rlim_t count = 0;
    while (serve_with_descriptors(loops[i], count) < 0)
      cr_assert_lt(count++, 20);
    cr_expect_gt(count, 0);
  }
}

/* ---- Time ---- */

Test(limits, a_silent_client_gets_421) {
  world.settings.command_timeout = 1;
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  client_expect(&client, "421 ");
  client_expect_end(&client);
  cr_assert_eq(world.reason, CMTA_CLOSED_TIMEOUT);
  client_close(&client, false);
}

/* The timer runs for a long time already when the shorter limit comes into force. */
Test(limits, a_message_that_stops_coming_gets_421) {
  world.settings.data_timeout = 1;
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_send(&client, "EHLO c\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<b@s.example>\r\nDATA\r\nx");
  while (strncmp(client.reply, "421", 3) != 0)
    client_expect(&client, "");
  cr_assert_eq(world.reason, CMTA_CLOSED_TIMEOUT);
  client_close(&client, false);
}

static void drip(struct ev_loop *loop, ev_timer *watcher, int revents) {
  (void)loop;
  (void)watcher;
  (void)revents;
  (void)client_try(&client, "x", 1);
}

Test(limits, single_bytes_of_a_command_win_no_time) {
  ev_timer dripper;
  world.settings.command_timeout = 1;
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  ev_timer_init(&dripper, drip, 0.1, 0.1);
  ev_timer_start(world.loop, &dripper);
  client_expect(&client, "220 ");
  client_expect(&client, "421 ");
  ev_timer_stop(world.loop, &dripper);
  client_close(&client, false);
}

/* The timer as if its time had come: what it finds decides. */
static void let_time_pass(void) {
  struct connection *connection = world.server->connections;
  alarm_stop(world.server, &connection->timer);
  ev_invoke(world.loop, &connection->timer.timer, EV_TIMER);
}

Test(limits, a_client_that_got_on_has_the_rest_of_its_time) {
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  client_say(&client, "NOOP", "250 ");
  let_time_pass();
  cr_assert_eq(world.closed, 0);
  cr_assert_lt(alarm_left(world.server, &world.server->connections->timer),
               world.settings.command_timeout / 2., "the rest, not the whole time again");
  let_time_pass();
  cr_assert_eq(world.closed, 1);
  client_expect(&client, "421 ");
  client_close(&client, false);
}

/* With the same number of seconds as before, which must not look like the same stay. */
Test(limits, a_client_that_takes_no_last_reply_is_left) {
  world.settings.command_timeout = 30;
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  calls.most_sent = 1;
  let_time_pass();
  cr_assert_eq(world.reason, CMTA_CLOSED_TIMEOUT);
  cr_assert(alarm_is_set(&world.server->connections->timer));
  let_time_pass();
  cr_assert_eq(cmta_server_connections(world.server), 0);
  client_close(&client, false);
}

Test(limits, without_time_limits_no_timer_runs) {
  world.settings.command_timeout = 0;
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  cr_assert_not(alarm_is_set(&world.server->connections->timer));
  client_close(&client, false);
}

/* ---- Memory ---- */

static size_t held, most;

static void *counted(void *context, void *pointer, size_t old_size, size_t new_size) {
  (void)context;
  held = held - old_size + new_size;
  if (most && held > most && new_size > old_size) {
    held = held - new_size + old_size;
    return NULL;
  }
  if (new_size > 0)
    return realloc(pointer, new_size);
  free(pointer);
  return NULL;
}

static void count_memory(void) {
  world.settings.allocator.reallocate = counted;
  world_listen_any(&world);
}

Test(limits, an_idle_session_holds_less_than_one_kibibyte) {
  count_memory();
  size_t before = held;
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  client_say(&client, "EHLO client.example", "250");
  cr_assert_leq(held - before, 1024, "%zu octets", held - before);
  client_say(&client, "NOOP", "250 ");
  client_close(&client, false);
  world_run_empty(&world);
  cr_assert_eq(held, before);
}

Test(limits, a_server_gives_all_its_memory_back) {
  count_memory();
  client_connect(&client, &world, 0);
  client_mail(&client);
  cmta_server_free(world.server);
  world.server = NULL;
  cr_assert_eq(held, 0);
  client_close(&client, false);
}

/* Each amount of memory, from none for a connection to enough for a message. */
Test(limits, without_memory_a_connection_ends_and_the_server_goes_on) {
  count_memory();
  size_t before = held;
  for (size_t more = 1; more < 2000; more += 64) {
    most = before + more;
    client_connect(&client, &world, 0);
    (void)client_try(&client, "EHLO c\r\nMAIL FROM:<a@c.example>\r\nNOOP", 38);
    for (int i = 0; i < 10; i++)
      ev_run(world.loop, EVRUN_NOWAIT);
    client_close(&client, false);
    ev_run(world.loop, EVRUN_NOWAIT);
    ev_run(world.loop, EVRUN_NOWAIT);
  }
  most = 0;
  client_connect(&client, &world, 0);
  client_mail(&client);
  client_close(&client, false);
}

Test(limits, without_memory_there_is_no_server) {
  struct cmta_server *server = NULL;
  world.settings.allocator.reallocate = counted;
  for (most = 1; most < 70000; most += 1024) {
    int error = cmta_server_new(&server, world.loop, &world.config, NULL, NULL);
    cr_assert(error == CMTA_E_MEMORY || (most > 65536 && error == 0), "%zu octets", most);
    cmta_server_free(server);
    cr_assert_eq(held, 0);
    server = NULL;
  }
}
