/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_CALL_QUEUE_H
#define CMTA_SERVER_CALL_QUEUE_H

/* Functions that other threads want called on the server's: a queue, and a watcher to wake the
 * loop. */

#include <ev.h>
#include <pthread.h>
#include <stdbool.h>

struct call;
struct cmta_server;

struct call_queue {
  pthread_mutex_t lock;       /* of all that follows */
  struct call *first, **last; /* in the order they came */
  bool closed;                /* no more are taken, and `wake` is not active */
  ev_async wake;              /* active until then, without keeping the loop alive */
};

/* Prepares a server for calls. */
void call_queue_init(struct cmta_server *server);

/* The server has stopped: makes those calls that wait, and takes no more. */
void call_queue_close(struct cmta_server *server);

/* Forgets those that wait, and frees what calls have needed. */
void call_queue_free(struct cmta_server *server);

#endif
