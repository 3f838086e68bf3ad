/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_CHILD_H
#define CMTA_SERVER_CHILD_H

/*
 * A program that runs beside the loop, in a process group of its own. Of the process's descriptors
 * it has 2; 0 and 1 are /dev/null, and 3 is what it is to read. Signals are as they are by default,
 * and none is blocked.
 */

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct child {
  struct ev_loop *loop;
  pid_t pid;
  int fd;          /* stands for the process; -1 where the loop tells of its end */
  ev_io end;       /* of fd */
  ev_child ending; /* of the default loop, which takes the status of every process */
  /* The program has ended; a status as waitpid() tells it, or -1 when somebody else has taken
     it. `child` is all done with. */
  void (*ended)(struct child *child, int status);
};

/* Octets that a program can be given to read: a pipe takes them before anybody reads. */
enum { CHILD_INPUT = 512 };

/* Starts arguments[0] with `length` octets to read; `ended` and `loop` are set before. False, with
   errno, when it cannot be. */
bool child_start(struct child *child, const char *const *arguments, const char *input,
                 size_t length);

/* Kills the program and all of its group that is left; `ended` is called in the end. */
void child_kill(const struct child *child);

/* Kills likewise, waits for the end, and calls nothing. */
void child_end(struct child *child);

#endif
