/* SPDX-License-Identifier: MIT */
/* Looks recipients up in a thread, here in the system's user database, which may be slow. The
 * answer comes with a ticket, whether or not its client is still there: example_lookup_thread
 * ADDR:PORT */
#include <cmta/server.h>
#include <fcntl.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

struct lookup {
  struct cmta_server *server;
  int jobs[2]; /* a pipe is a queue between threads: what is shorter than PIPE_BUF comes out whole
                */
};

struct job {
  struct cmta_ticket ticket;
  char name[65]; /* a local part has 64 octets at most (RFC 5321 section 4.5.3.1.1) */
};

static void *work(void *user) {
  struct lookup *lookup = user;
  struct job job;
  while (read(lookup->jobs[0], &job, sizeof job) == sizeof job)
    cmta_ticket_decide(lookup->server, job.ticket, getpwnam(job.name) ? CMTA_ACCEPT : CMTA_REJECT);
  return NULL;
}

static enum cmta_verdict rcpt(struct cmta_session *session, void *user,
                              const struct cmta_path *to) {
  struct lookup *lookup = user;
  struct job job = {0};
  snprintf(job.name, sizeof job.name, "%.*s", (int)to->local_part.length, to->local_part.at);
  bool queued = cmta_server_ticket(lookup->server, session, &job.ticket) == 0 &&
                write(lookup->jobs[1], &job, sizeof job) == sizeof job;
  return queued ? CMTA_LATER : CMTA_TEMPFAIL;
}

int main(int argc, char **argv) {
  const struct cmta_hooks hooks = {.size = sizeof hooks, .rcpt = rcpt};
  struct lookup lookup;
  pthread_t worker;
  uint16_t port;
  if (cmta_server_new(&lookup.server, NULL, NULL, &hooks, &lookup) < 0 || pipe(lookup.jobs) < 0 ||
      fcntl(lookup.jobs[1], F_SETFL, O_NONBLOCK) < 0 ||
      pthread_create(&worker, NULL, work, &lookup) != 0)
    return 1;
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
