/* SPDX-License-Identifier: MIT */

/*
 * Programs. libev's default loop waits for every process there is, so there it must be asked; other
 * loops watch a descriptor of the process (pidfd_open(2)), which disturbs nobody.
 */

#include "server/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The descriptor on which a program reads what it is asked. */
enum { INPUT = 3 };

/* ---- The end ---- */

static void close_descriptor(struct child *child) {
  if (child->fd >= 0)
    close(child->fd);
  child->fd = -1;
}

static void on_end(struct ev_loop *loop, ev_io *watcher, int revents) {
  struct child *child = watcher->data;
  int status = -1;
  (void)revents;
  pid_t pid = waitpid(child->pid, &status, WNOHANG);
  if (pid == 0)
    return;
  ev_io_stop(loop, watcher);
  close_descriptor(child);
  child->ended(child, pid == child->pid ? status : -1);
}

static void on_ending(struct ev_loop *loop, ev_child *watcher, int revents) {
  (void)revents;
  struct child *child = watcher->data;
  ev_child_stop(loop, watcher);
  child->ended(child, watcher->rstatus);
}

static bool watch(struct child *child) {
  child->fd = -1;
  if (ev_is_default_loop(child->loop)) {
    ev_child_init(&child->ending, on_ending, child->pid, 0);
    child->ending.data = child;
    ev_child_start(child->loop, &child->ending);
    return true;
  }
  child->fd = (int)syscall(SYS_pidfd_open, child->pid, 0);
  if (child->fd < 0)
    return false;
  ev_io_init(&child->end, on_end, child->fd, EV_READ);
  child->end.data = child;
  ev_io_start(child->loop, &child->end);
  return true;
}

void child_kill(const struct child *child) { (void)kill(-child->pid, SIGKILL); }

static void wait_for(pid_t pid) {
  while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
    continue;
}

void child_end(struct child *child) {
  child_kill(child);
  wait_for(child->pid);
  if (child->fd >= 0)
    ev_io_stop(child->loop, &child->end);
  else
    ev_child_stop(child->loop, &child->ending);
  close_descriptor(child);
}

/* ---- The beginning ---- */

/* The pipe comes first, as it may lie where another descriptor will. */
static int set_descriptors(posix_spawn_file_actions_t *actions, int input) {
  int error = posix_spawn_file_actions_adddup2(actions, input, INPUT);
  if (!error)
    error = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (!error)
    error = posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  return error ? error : posix_spawn_file_actions_addclosefrom_np(actions, INPUT + 1);
}

static int set_attributes(posix_spawnattr_t *attributes) {
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  int error = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                       POSIX_SPAWN_SETPGROUP);
  if (!error)
    error = posix_spawnattr_setsigdefault(attributes, &all);
  if (!error)
    error = posix_spawnattr_setsigmask(attributes, &none);
  return error ? error : posix_spawnattr_setpgroup(attributes, 0);
}

static int spawn_with(pid_t *pid, const char *const *arguments, int input,
                      posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes) {
  int error = set_descriptors(actions, input);
  if (!error)
    error = set_attributes(attributes);
  return error ? error
               : posix_spawn(pid, arguments[0], actions, attributes, (char *const *)arguments,
                             environ);
}

static int spawn(pid_t *pid, const char *const *arguments, int input) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int error = posix_spawn_file_actions_init(&actions);
  if (error)
    return error;
  error = posix_spawnattr_init(&attributes);
  if (!error) {
    error = spawn_with(pid, arguments, input, &actions, &attributes);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

/* A pipe that is full of what is to be read, and whose other end is closed; or -1. An empty pipe
 * takes that much at once. */
static int open_input(const char *input, size_t length) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return -1;
  bool written = write(ends[1], input, length) == (ssize_t)length;
  close(ends[1]);
  if (written)
    return ends[0];
  close(ends[0]);
  return -1;
}

bool child_start(struct child *child, const char *const *arguments, const char *input,
                 size_t length) {
  int fd = open_input(input, length);
  if (fd < 0)
    return false;
  errno = spawn(&child->pid, arguments, fd);
  bool runs = errno == 0;
  close(fd);
  if (!runs || watch(child))
    return runs;
  child_kill(child);
  wait_for(child->pid);
  return false;
}
