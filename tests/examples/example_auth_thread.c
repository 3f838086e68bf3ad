/* SPDX-License-Identifier: MIT */
/* Looks passwords up in a thread, for SCRAM, which needs no TLS: example_auth_thread ADDR:PORT */
#include <cmta/auth.h>
#include <cmta/server.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct lookup {
  struct cmta_server *server;
  int jobs[2]; /* a pipe is a queue: what is shorter than PIPE_BUF comes out whole */
};
struct job {
  struct cmta_ticket ticket;
  char name[65]; /* a copy: the claim is gone when its client is */
};

static void *work(void *user) {
  const struct cmta_secret secret = {.password = {"wonderland", 10}}; /* ask your directory */
  struct lookup *lookup = user;
  struct job job;
  while (read(lookup->jobs[0], &job, sizeof job) == sizeof job)
    cmta_ticket_auth(lookup->server, job.ticket,
                     strcmp(job.name, "alice") == 0 ? CMTA_AUTH_OK : CMTA_AUTH_UNKNOWN, &secret);
  return NULL;
}

static enum cmta_auth_result look_up(struct cmta_session *session, void *user,
                                     const struct cmta_credentials *claim,
                                     struct cmta_secret *secret) {
  struct lookup *lookup = user;
  struct job job = {0};
  bool queued = snprintf(job.name, sizeof job.name, "%s", claim->user) < (int)sizeof job.name &&
                cmta_server_ticket(lookup->server, session, &job.ticket) == 0 &&
                write(lookup->jobs[1], &job, sizeof job) == sizeof job;
  return queued ? CMTA_AUTH_LATER : CMTA_AUTH_UNAVAILABLE;
}

int main(int argc, char **argv) {
  const struct cmta_authenticator asked = {.size = sizeof asked, .look_up = look_up};
  struct lookup lookup;
  pthread_t worker;
  if (cmta_server_new(&lookup.server, NULL, NULL, NULL, NULL) < 0 || pipe(lookup.jobs) < 0 ||
      fcntl(lookup.jobs[1], F_SETFL, O_NONBLOCK) < 0 ||
      cmta_server_add_authenticator(lookup.server, &asked, &lookup) < 0 ||
      pthread_create(&worker, NULL, work, &lookup) != 0)
    return 1;
  uint16_t port;
  int result = cmta_server_listen(lookup.server, argv[1]);
  if (cmta_server_listener(lookup.server, result, NULL, &port) == 0) {
    fprintf(stderr, "listening on port %u\n", port);
    result = cmta_server_run(lookup.server, true);
  }
  close(lookup.jobs[1]); /* ends the worker, which must not outlive the server */
  pthread_join(worker, NULL);
  cmta_server_free(lookup.server);
  return result < 0;
}
