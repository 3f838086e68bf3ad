/* SPDX-License-Identifier: MIT */

/* Runs the loop for programs that have nothing else on it, until the server has stopped; by a
 * signal, if they like. */

#include "server/server.h"

#include <signal.h>

/* The signals that ask a program to end. */
static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

enum { SIGNAL_COUNT = sizeof numbers / sizeof *numbers };

/* What is heard while the loop runs. */
struct signals {
  ev_signal watchers[SIGNAL_COUNT];
  int count;     /* of watchers that are there */
  sigset_t mask; /* the thread's, before */
};

static void on_signal(struct ev_loop *loop, ev_signal *watcher, int revents) {
  struct cmta_server *server = watcher->data;
  (void)loop, (void)revents;
  if (server->stop_state == STOP_NOT)
    cmta_server_stop(server, NULL, NULL);
  else
    stop_hurry(server);
}

/* SIGHUP may mean nothing, as under nohup(1), or something else to the program: it is heard where
 * it would end it. */
static bool is_to_end(int number) {
  struct sigaction action;
  return number != SIGHUP ||
         (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_DFL);
}

static void hear(struct signals *signals, struct cmta_server *server, int number) {
  ev_signal *watcher = &signals->watchers[signals->count++];
  ev_signal_init(watcher, on_signal, number);
  watcher->data = server;
  ev_signal_start(server->loop, watcher);
}

/* Unblocks the signals last: those that have waited find their watchers. */
static void signals_hear(struct signals *signals, struct cmta_server *server) {
  sigset_t heard;
  sigemptyset(&heard);
  signals->count = 0;
  for (int i = 0; i < SIGNAL_COUNT; i++)
    if (is_to_end(numbers[i])) {
      hear(signals, server, numbers[i]);
      sigaddset(&heard, numbers[i]);
    }
  pthread_sigmask(SIG_UNBLOCK, &heard, &signals->mask);
}

static void signals_ignore(struct signals *signals, struct ev_loop *loop) {
  pthread_sigmask(SIG_SETMASK, &signals->mask, NULL);
  for (int i = 0; i < signals->count; i++)
    ev_signal_stop(loop, &signals->watchers[i]);
}

int cmta_server_run(struct cmta_server *server, bool stop_on_signals) {
  if (!server)
    return CMTA_E_ARGUMENT;
  if (ev_depth(server->loop) > 0)
    return CMTA_E_STATE;
  if (server->stop_state == STOP_DONE)
    return 0;
  struct signals signals;
  if (stop_on_signals)
    signals_hear(&signals, server);
  server->runs_loop = true;
  ev_run(server->loop, 0);
  server->runs_loop = false;
  if (stop_on_signals)
    signals_ignore(&signals, server->loop);
  return server->stop_state == STOP_DONE ? 0 : CMTA_E_STATE;
}
