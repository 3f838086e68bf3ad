/* SPDX-License-Identifier: MIT */

/* Time of a kit's own. */

#include "testkit/kit.h"

/* A call of the server's thread that is waited for. */
struct errand {
  struct cmta_kit *kit;
  double seconds;
  int result;
  bool done; /* under the kit's lock */
};

static void finish(struct errand *errand) {
  struct cmta_kit *kit = errand->kit;
  pthread_mutex_lock(&kit->lock);
  errand->done = true;
  pthread_cond_broadcast(&kit->changed);
  pthread_mutex_unlock(&kit->lock);
}

static void turn(struct cmta_server *server, void *context) {
  (void)server;
  finish(context);
}

static void advance(struct cmta_server *server, void *context) {
  struct errand *errand = context;
  errand->result = cmta_server_advance(server, errand->seconds);
  finish(errand);
}

/* Has the server's thread do it, and waits until it has. 0 or an error. */
static int run(struct errand *errand, void (*function)(struct cmta_server *, void *)) {
  struct cmta_kit *kit = errand->kit;
  errand->done = false;
  int error = cmta_server_call(kit->server, function, errand);
  if (error)
    return error;
  pthread_mutex_lock(&kit->lock);
  while (!errand->done)
    pthread_cond_wait(&kit->changed, &kit->lock);
  pthread_mutex_unlock(&kit->lock);
  return errand->result;
}

/* When the loop has gone around once, what clients had sent by then is done. */
int cmta_kit_advance(struct cmta_kit *kit, double seconds) {
  if (!kit)
    return CMTA_E_ARGUMENT;
  if (!kit->virtual_time || pthread_equal(pthread_self(), kit->thread))
    return CMTA_E_STATE;
  struct errand errand = {.kit = kit, .seconds = seconds};
  pthread_mutex_lock(&kit->advancing);
  int error = run(&errand, turn);
  if (!error)
    error = run(&errand, advance);
  pthread_mutex_unlock(&kit->advancing);
  return error;
}
