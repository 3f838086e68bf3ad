/* SPDX-License-Identifier: MIT */

/* Functions that other threads have called on the server's. */

#include <cmta/server.h>

#include <criterion/criterion.h>
#include <pthread.h>
#include <time.h>

enum { CALLS = 1000 };

static struct cmta_server *server;
static int called; /* on the server's thread */

static void begin(void) {
  called = 0;
  cr_assert_eq(cmta_server_new(&server, NULL, NULL, NULL, NULL), 0);
  cr_assert_eq(cmta_server_listen(server, "127.0.0.1:0"), 0);
}

TestSuite(call, .init = begin);

/* Counts as long as calls come in order. */
static void count(struct cmta_server *from, void *context) {
  cr_assert_eq(from, server);
  called += called == (int)(intptr_t)context;
}

static void stop(struct cmta_server *from, void *context) {
  (void)context;
  cmta_server_stop(from, NULL, NULL);
}

static void *call_many(void *nothing) {
  for (intptr_t i = 0; i < CALLS; i++)
    cr_assert_eq(cmta_server_call(server, count, (void *)i), 0);
  cr_assert_eq(cmta_server_call(server, stop, NULL), 0);
  return nothing;
}

Test(call, comes_from_another_thread_in_order) {
  pthread_t thread;
  cr_assert_eq(pthread_create(&thread, NULL, call_many, NULL), 0);
  cr_assert_eq(cmta_server_run(server, false), 0);
  pthread_join(thread, NULL);
  cr_assert_eq(called, CALLS);
  cmta_server_free(server);
}

static void has_one_call(struct cmta_server *from, void *context) {
  (void)from, (void)context;
  cr_assert_eq(called, 1);
  called++;
}

/* What a call asks for while the server ends is done before `stopped` is told. */
static void stop_and_call(struct cmta_server *from, void *context) {
  cmta_server_stop(from, has_one_call, context);
  cr_assert_eq(cmta_server_call(from, count, NULL), 0);
}

Test(call, is_made_before_the_server_has_stopped) {
  cr_assert_eq(cmta_server_call(server, stop_and_call, NULL), 0);
  cr_assert_eq(cmta_server_run(server, false), 0);
  cr_assert_eq(called, 2);
  cr_assert_eq(cmta_server_call(server, count, NULL), CMTA_E_STATE);
  cmta_server_free(server);
}

Test(call, is_never_made_once_the_server_is_freed) {
  cr_assert_eq(cmta_server_call(server, count, NULL), 0);
  cmta_server_free(server);
  cr_assert_eq(called, 0);
}

/* Seconds of the clock that timers go by. */
static double now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double asked;

static void end_when_due(struct cmta_server *from, void *context) {
  (void)context;
  called = now() - asked >= 0.01;
  cmta_server_stop(from, NULL, NULL);
}

/* As long as this is at work the loop's own time stands still. */
static void work_and_ask(struct cmta_server *from, void *context) {
  (void)context;
  for (double until = now() + 0.02; now() < until;)
    continue;
  asked = now();
  cr_assert_eq(cmta_server_call_after(from, 0.01, end_when_due, NULL), 0);
}

Test(call, after_some_time_counts_from_when_it_was_asked_for) {
  cr_assert_eq(cmta_server_call(server, work_and_ask, NULL), 0);
  cr_assert_eq(cmta_server_run(server, false), 0);
  cr_assert(called);
  cmta_server_free(server);
}

Test(call, needs_a_server_and_a_function) {
  cr_assert_eq(cmta_server_call(NULL, count, NULL), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_server_call(server, NULL, NULL), CMTA_E_ARGUMENT);
  cmta_server_free(server);
}
