/* SPDX-License-Identifier: MIT */

/*
 * libev opens a descriptor for the first ev_async or ev_signal of a loop, or the two of a pipe, and
 * ends the process when there are none to be had. What it does then can be changed for the whole
 * program alone, which is not for a library to do.
 */

#include "server/wake.h"

#include <cmta/error.h>

#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

/* Whether the descriptors of a pipe can be had. Between this and libev's own another thread may
 * take them: then the process ends all the same. */
static bool has_descriptors(void) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return false;
  close(ends[0]);
  close(ends[1]);
  return true;
}

static void on_wake(struct ev_loop *loop, ev_async *watcher, int revents) {
  (void)loop, (void)watcher, (void)revents;
}

int wake_prepare(struct ev_loop *loop) {
  ev_async first;
  if (!has_descriptors())
    return CMTA_E_SYSTEM;
  ev_async_init(&first, on_wake);
  ev_async_start(loop, &first);
  ev_async_stop(loop, &first);
  return 0;
}
