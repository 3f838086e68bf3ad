/* SPDX-License-Identifier: MIT */

/* A server on a loop of its own. */

#include <cmta/server.h>

#include <criterion/criterion.h>
#include <signal.h>

static struct cmta_server *server;

static void begin(void) {
  cr_assert_eq(cmta_server_new(&server, NULL, NULL, NULL, NULL), 0);
  cr_assert_eq(cmta_server_listen(server, "127.0.0.1:0"), 0);
}

static void end(void) { cmta_server_free(server); }

TestSuite(run, .init = begin, .fini = end, .timeout = 30);

Test(run, ends_when_the_server_has_stopped) {
  cmta_server_stop(server, NULL, NULL);
  cr_assert_eq(cmta_server_run(server, false), 0);
  cr_assert_eq(cmta_server_run(server, false), 0);
}

Test(run, ends_by_a_signal_that_came_before) {
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigprocmask(SIG_BLOCK, &term, NULL);
  raise(SIGTERM);
  cr_assert_eq(cmta_server_run(server, true), 0);
  cr_assert_eq(cmta_server_listen(server, "127.0.0.1:0"), CMTA_E_STATE);
}

Test(run, tells_that_nothing_is_to_be_run) {
  struct cmta_server *deaf;
  cr_assert_eq(cmta_server_new(&deaf, NULL, NULL, NULL, NULL), 0);
  cr_assert_eq(cmta_server_run(deaf, false), CMTA_E_STATE);
  cmta_server_free(deaf);
  cr_assert_eq(cmta_server_run(NULL, false), CMTA_E_ARGUMENT);
}
