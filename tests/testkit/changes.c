/* SPDX-License-Identifier: MIT */

/* A plan is changed, and transcripts are read, while clients talk: each of them hears one of the
 * answers that there were, and nothing is lost. One thread may plan what another forgets. Without
 * Criterion, for the thread sanitizer. */

#include "sender.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLIENTS = 20, COMMANDS = 20, FAULTS = 20000 };

static struct cmta_kit *kit;
static atomic_uint talking;

static void want(bool holds, const char *what) {
  if (holds)
    return;
  fprintf(stderr, "changes: %s\n", what);
  abort();
}

/* Hears 250 or what is planned. */
static void *talk(void *unused) {
  struct sender sender;
  sender_connect(&sender, cmta_kit_port(kit));
  for (int i = 0; i < COMMANDS; i++) {
    sender_say(&sender, "NOOP", "");
    want(strncmp(sender.reply, "250 ", 4) == 0 || strncmp(sender.reply, "450 4.1.2 ", 10) == 0,
         sender.reply);
  }
  sender_say(&sender, "QUIT", "221 ");
  sender_close(&sender);
  atomic_fetch_sub(&talking, 1);
  return unused;
}

static void count(void *context, const struct cmta_event *event) {
  size_t *events = context;
  *events += event->text[0] != '\0';
}

/* Plans, forgets and looks, again and again. */
static void change(void) {
  struct cmta_plan *plan = cmta_kit_plan(kit);
  struct cmta_recorder *recorder = cmta_kit_recorder(kit);
  size_t events = 0;
  int number = cmta_kit_fault(kit, "noop every 2: reply 450 4.1.2 Now and then");
  cmta_kit_fault(kit, "noop chance 0.5: reply 450 4.1.2 Perhaps");
  (void)cmta_plan_happened(plan, number);
  for (uint64_t i = cmta_recorder_first(recorder); i < cmta_recorder_end(recorder); i++)
    cmta_recorder_show(recorder, i, count, &events);
  cmta_plan_on_fault(plan, cmta_recorder_fault, recorder);
  cmta_plan_clear(plan);
}

static atomic_bool planning;

static void *forget(void *plan) {
  while (atomic_load(&planning))
    cmta_plan_clear(plan);
  return NULL;
}

/* What is planned is forgotten at once, by another thread. */
static void plan_and_forget(void) {
  struct cmta_plan *plan;
  pthread_t thread;
  want(cmta_plan_new(&plan, 1) == 0, "no plan");
  atomic_init(&planning, true);
  want(pthread_create(&thread, NULL, forget, plan) == 0, "no thread");
  for (int i = 0; i < FAULTS; i++)
    want(cmta_plan_add_text(plan, "rcpt: reply 450 4.2.1 Mailbox busy", NULL, 0) >= 0, "no fault");
  atomic_store(&planning, false);
  pthread_join(thread, NULL);
  cmta_plan_free(plan);
}

int main(void) {
  plan_and_forget();
  pthread_t threads[CLIENTS];
  want(cmta_kit_start(&kit, NULL) == 0, "no kit");
  atomic_init(&talking, CLIENTS);
  for (int i = 0; i < CLIENTS; i++)
    want(pthread_create(&threads[i], NULL, talk, NULL) == 0, "no thread");
  while (atomic_load(&talking) > 0)
    change();
  for (int i = 0; i < CLIENTS; i++)
    pthread_join(threads[i], NULL);
  want(cmta_recorder_wait_closed(cmta_kit_recorder(kit), CLIENTS, 10) == CLIENTS, "one is missing");
  cmta_kit_stop(kit);
  return 0;
}
