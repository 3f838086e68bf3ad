/* SPDX-License-Identifier: MIT */
/* LMTP: a thread prints what each user of this machine gets, and each recipient has a reply. */
#include <cmta/server.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct job {
  struct cmta_message *message;
  struct cmta_ticket tickets[100]; /* one a recipient; more than PIPE_BUF holds is too many */
};
static struct cmta_server *server;
static int jobs[2]; /* a pipe is a queue between threads */
static void *work(void *user) {
  for (struct job job; read(jobs[0], &job, sizeof job) == sizeof job;) {
    const struct cmta_envelope *envelope = cmta_message_envelope(job.message);
    struct cmta_slice data = {0};
    cmta_message_data(job.message, &data);
    for (size_t i = 0; i < envelope->forward_path_count; i++) {
      struct cmta_slice to = envelope->forward_paths[i].local_part;
      char name[65] = ""; /* a local part has 64 octets at most (RFC 5321 section 4.5.3.1.1) */
      memcpy(name, to.at, to.length);
      bool kept = getpwnam(name) && printf("[%s]\n%.*s", name, (int)data.length, data.at) > 0;
      cmta_ticket_decide(server, job.tickets[i], kept ? CMTA_ACCEPT : CMTA_REJECT);
    }
    cmta_message_free(job.message);
  }
  return NULL;
}
static void *new_job(struct cmta_session *s, void *user) { return calloc(1, sizeof(struct job)); }
/* Asked once for each recipient; with the last one the thread gets it all. */
static enum cmta_verdict message(struct cmta_session *session, void *user,
                                 const struct cmta_message *message) {
  struct job *job = cmta_transaction_data(session);
  size_t count = cmta_message_envelope(message)->forward_path_count;
  size_t number = cmta_session_recipient(session);
  bool good = count <= 100 && cmta_server_ticket(server, session, &job->tickets[number]) == 0;
  if (good && number + 1 == count)
    good = cmta_message_take(session, &job->message) == 0 && write(jobs[1], job, sizeof *job) > 0;
  return good ? CMTA_LATER : CMTA_DROP; /* then the client tries again */
}
int main(int argc, char **argv) {
  const struct cmta_hooks hooks = {sizeof hooks, .transaction_new = new_job,
                                   .transaction_free = free, .message = message};
  const struct cmta_manners manners = {sizeof manners, .lmtp = true};
  const struct cmta_listen listen = {sizeof listen, .address = argv[1], .manners = &manners};
  pthread_t worker;
  if (cmta_server_new(&server, NULL, NULL, &hooks, NULL) < 0 || pipe(jobs) < 0 ||
      cmta_server_listen_with(server, &listen) < 0 || pthread_create(&worker, NULL, work, NULL))
    return 1;
  fprintf(stderr, "listening on port 0\n");
  int result = cmta_server_run(server, true);
  close(jobs[1]); /* the thread ends before its server */
  pthread_join(worker, NULL);
  cmta_server_free(server);
  return result < 0;
}
