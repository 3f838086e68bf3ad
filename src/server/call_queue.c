/* SPDX-License-Identifier: MIT */

/* Functions that other threads want called on the server's. Beside tickets the only part of a
 * server that they enter. */

#include "server/call_queue.h"

#include "server/block.h"
#include "server/server.h"

/* One function to be called. */
struct call {
  struct call *next;
  void (*function)(struct cmta_server *server, void *context);
  void *context;
};

/* Takes the first one out; NULL when there is none. */
static struct call *take(struct call_queue *calls) {
  pthread_mutex_lock(&calls->lock);
  struct call *first = calls->first;
  if (first)
    calls->first = first->next;
  if (!calls->first)
    calls->last = &calls->first;
  pthread_mutex_unlock(&calls->lock);
  return first;
}

/* A call may free the server only where no other can follow: from `stopped`, not from here. */
static void make_all(struct cmta_server *server) {
  for (struct call *call; (call = take(&server->calls));) {
    call->function(server, call->context);
    block_give(&server->allocator, call, sizeof *call);
  }
}

static void on_wake(struct ev_loop *loop, ev_async *watcher, int revents) {
  (void)loop, (void)revents;
  make_all(watcher->data);
}

/* No more calls are taken from now on, and the loop has nothing left of them. */
static void end(struct cmta_server *server) {
  struct call_queue *calls = &server->calls;
  pthread_mutex_lock(&calls->lock);
  if (!calls->closed) {
    ev_ref(server->loop);
    ev_async_stop(server->loop, &calls->wake);
  }
  calls->closed = true;
  pthread_mutex_unlock(&calls->lock);
}

void call_queue_init(struct cmta_server *server) {
  struct call_queue *calls = &server->calls;
  pthread_mutex_init(&calls->lock, NULL);
  calls->last = &calls->first;
  ev_async_init(&calls->wake, on_wake);
  calls->wake.data = server;
  ev_async_start(server->loop, &calls->wake);
  ev_unref(server->loop);
}

void call_queue_close(struct cmta_server *server) {
  end(server);
  make_all(server);
}

void call_queue_free(struct cmta_server *server) {
  end(server);
  for (struct call *call; (call = take(&server->calls));)
    block_give(&server->allocator, call, sizeof *call);
  pthread_mutex_destroy(&server->calls.lock);
}

int cmta_server_call(struct cmta_server *server,
                     void (*function)(struct cmta_server *server, void *context), void *context) {
  if (!server || !function)
    return CMTA_E_ARGUMENT;
  struct call_queue *calls = &server->calls;
  struct call *call = block_take(&server->allocator, sizeof *call);
  if (!call)
    return CMTA_E_MEMORY;
  *call = (struct call){NULL, function, context};
  pthread_mutex_lock(&calls->lock);
  bool closed = calls->closed;
  if (!closed) {
    *calls->last = call;
    calls->last = &call->next;
    ev_async_send(server->loop, &calls->wake);
  }
  pthread_mutex_unlock(&calls->lock);
  if (closed)
    block_give(&server->allocator, call, sizeof *call);
  return closed ? CMTA_E_STATE : 0;
}
