/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_KIT_H
#define CMTA_TESTKIT_KIT_H

/* A kit from the inside. kit_build.c makes and frees it, kit.c runs it. */

#include <cmta/testkit.h>

#include <pthread.h>

/* Seconds that clients have for their farewell. */
enum { STOP_SECONDS = 1 };

struct cmta_kit {
  struct cmta_mailbox *mailbox;
  struct cmta_plan *plan;
  struct cmta_recorder *recorder;
  struct cmta_tls *tls;       /* or NULL */
  struct cmta_tls *wrong_tls; /* likewise: for faults */
  struct cmta_server *server;
  /* Whom config.accepted and config.gone tell, or NULL. */
  void (*accepted)(struct cmta_session *session, void *user);
  void (*gone)(struct cmta_session *session, void *user);
  void *user;
  bool virtual_time;
  pthread_mutex_t advancing; /* one thread at a time has time pass */
  uint64_t seed;             /* of the plan */

  char *address; /* where it listens; copies, as the server belongs to its thread */
  char *certificate;
  uint16_t port;

  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t changed; /* a call has been made, or the thread has done its work */
  bool ended;             /* it has; under the lock */
  bool seed_told;         /* likewise: it is on standard error */
};

/* A kit that listens but does not run, of all that config says. 0 or an error, errno with it. */
int kit_build(struct cmta_kit **kit, const struct cmta_kit_config *config);

/* Frees a kit that does not run, or a part of one. */
void kit_free(struct cmta_kit *kit);

#endif
