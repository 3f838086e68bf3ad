/* SPDX-License-Identifier: MIT */

/* A server in a thread of its own: from its start on nobody else touches it, but by
 * cmta_server_call(). */

#include "testkit/kit.h"

#include "testkit/deadline.h"
#include "testkit/fault.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- The thread ---- */

static void *run(void *user) {
  struct cmta_kit *kit = user;
  (void)cmta_server_run(kit->server, false);
  pthread_mutex_lock(&kit->lock);
  kit->ended = true;
  pthread_cond_broadcast(&kit->changed);
  pthread_mutex_unlock(&kit->lock);
  return NULL;
}

/* Signals are for the threads of the program, all of them. */
static int start_thread(struct cmta_kit *kit) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = pthread_create(&kit->thread, NULL, run, kit);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return error;
}

int cmta_kit_start(struct cmta_kit **kit, const struct cmta_kit_config *config) {
  if (!kit)
    return CMTA_E_ARGUMENT;
  struct cmta_kit *made;
  *kit = NULL;
  int error = kit_build(&made, config);
  if (error)
    return error;
  int why = start_thread(made);
  if (why) {
    kit_free(made);
    errno = why;
    return CMTA_E_SYSTEM;
  }
  *kit = made;
  return 0;
}

static void stop(struct cmta_server *server, void *context) {
  (void)context;
  cmta_server_stop(server, NULL, NULL);
}

/* Without memory for a call there is no other way to reach the thread: it is tried again. */
static void call(struct cmta_kit *kit, void (*function)(struct cmta_server *, void *)) {
  while (cmta_server_call(kit->server, function, NULL) == CMTA_E_MEMORY)
    continue;
}

static void let_time_pass(struct cmta_server *server, void *context) {
  (void)context;
  (void)cmta_server_advance(server, STOP_SECONDS);
}

/* Where time stands still it would not cut anybody off: after a real second it passes. */
static void await_end(struct cmta_kit *kit) {
  struct timespec deadline = deadline_in(STOP_SECONDS);
  bool in_time = true;
  pthread_mutex_lock(&kit->lock);
  while (!kit->ended && in_time)
    in_time = condition_wait(&kit->changed, &kit->lock, &deadline);
  pthread_mutex_unlock(&kit->lock);
  if (!in_time)
    call(kit, let_time_pass);
}

void cmta_kit_stop(struct cmta_kit *kit) {
  if (!kit)
    return;
  call(kit, stop);
  if (kit->virtual_time)
    await_end(kit);
  pthread_join(kit->thread, NULL);
  kit_free(kit);
}

/* ---- What it is ---- */

const char *cmta_kit_address(const struct cmta_kit *kit) { return kit ? kit->address : NULL; }

uint16_t cmta_kit_port(const struct cmta_kit *kit) { return kit ? kit->port : 0; }

const char *cmta_kit_certificate(const struct cmta_kit *kit) {
  return kit ? kit->certificate : NULL;
}

struct cmta_mailbox *cmta_kit_mailbox(struct cmta_kit *kit) {
  return kit ? kit->mailbox : NULL;
}

struct cmta_plan *cmta_kit_plan(struct cmta_kit *kit) {
  return kit ? kit->plan : NULL;
}

struct cmta_recorder *cmta_kit_recorder(struct cmta_kit *kit) {
  return kit ? kit->recorder : NULL;
}

/* ---- Its parts at hand ---- */

int cmta_kit_wait(struct cmta_kit *kit, size_t count, double seconds) {
  return cmta_mailbox_wait(cmta_kit_mailbox(kit), NULL, count, seconds);
}

int cmta_kit_take(struct cmta_kit *kit, const struct cmta_match *match, double seconds,
                  struct cmta_mail **mail) {
  return cmta_mailbox_take(cmta_kit_mailbox(kit), match, seconds, mail);
}

/* Read again, as others may have cleared the plan by now. */
static bool has_chance(const char *text) {
  struct cmta_fault fault;
  char *strings;
  if (fault_read(text, &fault, &strings, NULL, 0) != 0)
    return false;
  free(strings);
  return fault.chance < 1;
}

/* A test that has failed by chance can be had again. */
static void tell_seed(struct cmta_kit *kit) {
  pthread_mutex_lock(&kit->lock);
  if (!kit->seed_told)
    fprintf(stderr, "cmta_kit: seed %" PRIu64 "\n", kit->seed);
  kit->seed_told = true;
  pthread_mutex_unlock(&kit->lock);
}

/* A test with a fault that cannot be tests nothing. */
int cmta_kit_fault(struct cmta_kit *kit, const char *text) {
  char why[256] = "";
  int number = cmta_plan_add_text(cmta_kit_plan(kit), text, why, sizeof why);
  if (number < 0) {
    const char *what = *why ? why : cmta_strerror(number);
    fprintf(stderr, "cmta_kit_fault(\"%s\"): %s\n", text ? text : "NULL", what);
    abort();
  }
  if (has_chance(text))
    tell_seed(kit);
  return number;
}

void cmta_kit_clear(struct cmta_kit *kit) {
  if (!kit)
    return;
  cmta_mailbox_clear(kit->mailbox, NULL);
  cmta_plan_clear(kit->plan);
  cmta_recorder_clear(kit->recorder);
}

int cmta_kit_expect(struct cmta_kit *kit, const struct cmta_match *expected, size_t count,
                    double seconds, char *difference, size_t size) {
  return cmta_mailbox_expect(cmta_kit_mailbox(kit), expected, count, seconds, difference, size);
}
