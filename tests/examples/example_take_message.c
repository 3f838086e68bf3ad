/* SPDX-License-Identifier: MIT */
/* A thread writes the messages; a client hears when its own is safe on disk: ADDR:PORT >>FILE */
#include <cmta/server.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

struct queue {
  struct cmta_server *server;
  int jobs[2]; /* a pipe is a queue between threads, with room for more jobs than clients */
};

struct job {
  struct cmta_ticket ticket;
  struct cmta_message *message; /* belongs to whoever has the job */
};

static void *work(void *user) {
  struct queue *queue = user;
  struct job job;
  while (read(queue->jobs[0], &job, sizeof job) == sizeof job) {
    struct cmta_slice data;
    bool ok = cmta_message_data(job.message, &data) == 0 &&
              write(1, data.at, data.length) == (ssize_t)data.length && fsync(1) == 0;
    cmta_ticket_answer(queue->server, job.ticket, ok ? CMTA_ACCEPT : CMTA_TEMPFAIL, 0, NULL, NULL);
    cmta_message_free(job.message);
  }
  return NULL;
}

static enum cmta_verdict message(struct cmta_session *session, void *user,
                                 const struct cmta_message *message) {
  struct queue *queue = user;
  struct job job = {0};
  if (cmta_server_ticket(queue->server, session, &job.ticket) == 0 &&
      cmta_message_take(session, &job.message) == 0 &&
      write(queue->jobs[1], &job, sizeof job) == sizeof job)
    return CMTA_LATER;
  cmta_message_free(job.message);
  return CMTA_TEMPFAIL;
}

int main(int argc, char **argv) {
  const struct cmta_hooks hooks = {.size = sizeof hooks, .message = message};
  struct queue queue;
  pthread_t worker;
  uint16_t port;
  if (cmta_server_new(&queue.server, NULL, NULL, &hooks, &queue) < 0 || pipe(queue.jobs) < 0 ||
      pthread_create(&worker, NULL, work, &queue) != 0)
    return 1;
  int result = cmta_server_listen(queue.server, argv[1]);
  if (cmta_server_listener(queue.server, result, NULL, &port) == 0) {
    fprintf(stderr, "listening on port %u\n", port);
    result = cmta_server_run(queue.server, true);
  }
  close(queue.jobs[1]); /* the worker finishes what is there, and ends before its server */
  pthread_join(worker, NULL);
  cmta_server_free(queue.server);
  return result < 0;
}
