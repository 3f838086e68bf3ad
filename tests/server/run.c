/* SPDX-License-Identifier: MIT */

/* cmta_server_run(): the loop for programs that have no other. Signals are raised while they are
 * blocked, so that they wait for it. */

#include <cmta/server.h>

#include <criterion/criterion.h>
#include <ev.h>
#include <signal.h>

static struct cmta_server *server;

static void end(void) { cmta_server_free(server); }

TestSuite(run, .fini = end, .timeout = 60);

/* A server that listens, on loop or on one of its own. */
static void begin(struct ev_loop *loop) {
  cr_assert_eq(cmta_server_new(&server, loop, NULL, NULL, NULL), 0);
  cr_assert_eq(cmta_server_listen(server, "127.0.0.1:0"), 0);
}

static void raise_blocked(int number) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, number);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  raise(number);
}

static bool is_blocked(int number) {
  sigset_t signals;
  sigprocmask(SIG_BLOCK, NULL, &signals);
  return sigismember(&signals, number) == 1;
}

static bool is_pending(int number) {
  sigset_t signals;
  sigpending(&signals);
  return sigismember(&signals, number) == 1;
}

Test(run, sigterm_ends_it_on_a_loop_of_its_own) {
  begin(NULL);
  raise_blocked(SIGTERM);
  cr_assert_eq(cmta_server_run(server, true), 0);
  cr_assert_eq(cmta_server_listen(server, "127.0.0.1:0"), CMTA_E_STATE);
}

Test(run, sigint_ends_it_too) {
  begin(NULL);
  raise_blocked(SIGINT);
  cr_assert_eq(cmta_server_run(server, true), 0);
}

Test(run, sighup_ends_it_too) {
  begin(NULL);
  signal(SIGHUP, SIG_DFL);
  raise_blocked(SIGHUP);
  cr_assert_eq(cmta_server_run(server, true), 0);
}

static void on_hangup(int number) { (void)number; }

/* Runs a server that stops by itself while SIGHUP waits. */
static void run_with_hangup(void (*handler)(int)) {
  begin(NULL);
  signal(SIGHUP, handler);
  raise_blocked(SIGHUP);
  cmta_server_stop(server, NULL, NULL);
  cr_assert_eq(cmta_server_run(server, true), 0);
}

Test(run, sighup_that_is_ignored_stays_so) {
  run_with_hangup(SIG_IGN);
  cr_assert_eq(signal(SIGHUP, SIG_DFL), SIG_IGN);
}

Test(run, sighup_that_the_program_has_a_handler_for_is_left_to_it) {
  run_with_hangup(on_hangup);
  cr_assert_eq(signal(SIGHUP, SIG_DFL), on_hangup);
  cr_assert(is_pending(SIGHUP));
}

Test(run, what_was_blocked_is_blocked_again) {
  begin(NULL);
  raise_blocked(SIGTERM);
  cmta_server_run(server, true);
  cr_assert(is_blocked(SIGTERM));
  cr_assert_not(is_blocked(SIGINT));
}

Test(run, signals_are_nothing_to_it_unless_asked) {
  begin(NULL);
  raise_blocked(SIGTERM);
  cmta_server_stop(server, NULL, NULL);
  cr_assert_eq(cmta_server_run(server, false), 0);
  cr_assert(is_pending(SIGTERM));
}

Test(run, both_signals_together_end_it_once) {
  begin(NULL);
  raise_blocked(SIGTERM);
  raise_blocked(SIGINT);
  cr_assert_eq(cmta_server_run(server, true), 0);
}

static void never(struct ev_loop *loop, ev_timer *timer, int revents) {
  (void)loop, (void)timer, (void)revents;
  cr_assert_fail("the loop went on");
}

Test(run, other_watchers_on_the_loop_do_not_hold_it) {
  struct ev_loop *loop = ev_loop_new(0);
  ev_timer timer;
  begin(loop);
  ev_timer_init(&timer, never, 3600., 0.);
  ev_timer_start(loop, &timer);
  cmta_server_stop(server, NULL, NULL);
  cr_assert_eq(cmta_server_run(server, false), 0);
  cmta_server_free(server);
  server = NULL;
  ev_loop_destroy(loop);
}

static void stop_inside(struct ev_loop *loop, ev_timer *timer, int revents) {
  (void)timer, (void)revents;
  cmta_server_stop(server, NULL, NULL);
  ev_run(loop, 0);
}

Test(run, a_callback_that_runs_the_loop_itself_does_not_hold_it) {
  struct ev_loop *loop = ev_loop_new(0);
  ev_timer timer, nested;
  begin(loop);
  ev_timer_init(&timer, never, 3600., 0.);
  ev_timer_start(loop, &timer);
  ev_timer_init(&nested, stop_inside, 0., 0.);
  ev_timer_start(loop, &nested);
  cr_assert_eq(cmta_server_run(server, false), 0);
  cmta_server_free(server);
  server = NULL;
  ev_loop_destroy(loop);
}

static int inside;

static void run_inside(struct ev_loop *loop, ev_timer *timer, int revents) {
  (void)loop, (void)timer, (void)revents;
  inside = cmta_server_run(server, false);
  cmta_server_stop(server, NULL, NULL);
}

Test(run, is_refused_inside_the_loop_that_it_would_run) {
  struct ev_loop *loop = ev_loop_new(0);
  ev_timer timer;
  begin(loop);
  ev_timer_init(&timer, run_inside, 0., 0.);
  ev_timer_start(loop, &timer);
  cr_assert_eq(cmta_server_run(server, false), 0);
  cr_assert_eq(inside, CMTA_E_STATE);
  cmta_server_free(server);
  server = NULL;
  ev_loop_destroy(loop);
}

Test(run, a_server_that_has_stopped_is_not_run) {
  begin(NULL);
  cmta_server_stop(server, NULL, NULL);
  cmta_server_run(server, false);
  cr_assert_eq(cmta_server_run(server, true), 0);
}

Test(run, a_loop_with_nothing_on_it_is_an_error) {
  cr_assert_eq(cmta_server_new(&server, NULL, NULL, NULL, NULL), 0);
  cr_assert_eq(cmta_server_run(server, false), CMTA_E_STATE);
}

static void leave(struct ev_loop *loop, ev_prepare *watcher, int revents) {
  (void)watcher, (void)revents;
  ev_break(loop, EVBREAK_ONE);
}

Test(run, may_be_left_and_run_again) {
  struct ev_loop *loop = ev_loop_new(0);
  ev_prepare watcher;
  begin(loop);
  ev_prepare_init(&watcher, leave);
  ev_prepare_start(loop, &watcher);
  cr_assert_eq(cmta_server_run(server, true), CMTA_E_STATE);
  ev_prepare_stop(loop, &watcher);
  raise_blocked(SIGTERM);
  cr_assert_eq(cmta_server_run(server, true), 0);
  cmta_server_free(server);
  server = NULL;
  ev_loop_destroy(loop);
}

Test(run, no_server_is_an_error) { cr_assert_eq(cmta_server_run(NULL, true), CMTA_E_ARGUMENT); }
