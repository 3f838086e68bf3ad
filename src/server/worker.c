/* SPDX-License-Identifier: MIT */

/*
 * Jobs are in one of three places: they wait, one is in hand, or they are done. A client that goes
 * away takes its job with it, but for the one in hand, so that nobody can pile up work.
 */

#include "server/worker.h"

#include "server/block.h"
#include "server/secret.h"
#include "server/server.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

/* A question on its way. */
struct job {
  struct job *next;
  size_t size;                  /* of this block */
  struct cmta_session *session; /* the loop's alone; NULL: nobody wants to know any more */
  struct password_entry entry;  /* names `secret` and `bytes` */
  struct secret secret;
  struct cmta_slice password;
  enum cmta_auth_result right, wrong;
  bool fits;    /* what the thread has found out */
  char bytes[]; /* the password, and the hash of crypt(3) with a NUL */
};

struct queue {
  struct job *first, **last;
};

struct worker {
  struct cmta_server *server;
  pthread_t thread;
  bool runs;            /* the thread has begun */
  size_t jobs;          /* in all places */
  ev_async wake;        /* active while there are jobs: so it keeps the loop alive */
  pthread_mutex_t lock; /* of all that follows, and of what the queues hold */
  pthread_cond_t work;  /* something waits, or it ends */
  struct queue waiting, done;
  struct job *in_hand;
  bool ends;
};

/* ---- Queues ---- */

static void queue_init(struct queue *queue) { *queue = (struct queue){NULL, &queue->first}; }

static void queue_push(struct queue *queue, struct job *job) {
  job->next = NULL;
  *queue->last = job;
  queue->last = &job->next;
}

/* Takes the job out that `link` points to. */
static struct job *queue_cut(struct queue *queue, struct job **link) {
  struct job *job = *link;
  *link = job->next;
  if (queue->last == &job->next)
    queue->last = link;
  return job;
}

static struct job **queue_find(struct queue *queue, const struct cmta_session *session) {
  struct job **link = &queue->first;
  while (*link && (*link)->session != session)
    link = &(*link)->next;
  return *link ? link : NULL;
}

/* ---- Jobs ---- */

static void job_give(struct worker *worker, struct job *job) {
  size_t size = job->size;
  secret_forget(&job->secret, &worker->server->allocator);
  explicit_bzero(job, size);
  block_give(&worker->server->allocator, job, size);
  if (--worker->jobs == 0)
    ev_async_stop(worker->server->loop, &worker->wake);
}

static void jobs_give(struct worker *worker, struct queue *queue) {
  while (queue->first)
    job_give(worker, queue_cut(queue, &queue->first));
}

/* Copies what is to be compared; the block has room for it. False without memory. */
static bool job_fill(struct worker *worker, struct job *job,
                     const struct worker_question *question) {
  const struct password_entry *entry = question->entry;
  char *room = job->bytes + question->password.length;
  if (question->password.length)
    memcpy(job->bytes, question->password.at, question->password.length);
  job->password = (struct cmta_slice){job->bytes, question->password.length};
  if (entry->crypt)
    job->entry.crypt = strcpy(room, entry->crypt);
  bool kept = secret_keep(&job->secret, &worker->server->allocator, &entry->secret);
  job->entry.secret = job->secret.value;
  return kept;
}

static struct job *job_new(struct worker *worker, const struct worker_question *question) {
  const char *crypt = question->entry->crypt;
  size_t size = sizeof(struct job) + question->password.length + (crypt ? strlen(crypt) + 1 : 0);
  struct job *job = block_take(&worker->server->allocator, size);
  if (!job)
    return NULL;
  job->size = size;
  job->session = question->session;
  job->right = question->right, job->wrong = question->wrong;
  if (worker->jobs++ == 0)
    ev_async_start(worker->server->loop, &worker->wake);
  if (job_fill(worker, job, question))
    return job;
  job_give(worker, job);
  return NULL;
}

/* ---- The thread ---- */

/* The next job, now in hand; NULL at the end. Under the lock. */
static struct job *next_job(struct worker *worker) {
  while (!worker->ends && !worker->waiting.first)
    pthread_cond_wait(&worker->work, &worker->lock);
  if (worker->ends)
    return NULL;
  worker->in_hand = queue_cut(&worker->waiting, &worker->waiting.first);
  return worker->in_hand;
}

static void *work(void *context) {
  struct worker *worker = context;
  struct job *job;
  pthread_mutex_lock(&worker->lock);
  while ((job = next_job(worker))) {
    pthread_mutex_unlock(&worker->lock);
    job->fits = password_fits(&job->entry, job->password);
    pthread_mutex_lock(&worker->lock);
    worker->in_hand = NULL;
    queue_push(&worker->done, job);
    ev_async_send(worker->server->loop, &worker->wake);
  }
  pthread_mutex_unlock(&worker->lock);
  return NULL;
}

/* No signal is the thread's: they are for the application's. */
static bool start(struct worker *worker) {
  sigset_t all, before;
  if (worker->runs)
    return true;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  worker->runs = pthread_create(&worker->thread, NULL, work, worker) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return worker->runs;
}

/* ---- The loop ---- */

static struct job *take_done(struct worker *worker) {
  pthread_mutex_lock(&worker->lock);
  struct job *job = worker->done.first ? queue_cut(&worker->done, &worker->done.first) : NULL;
  pthread_mutex_unlock(&worker->lock);
  return job;
}

static void on_wake(struct ev_loop *loop, ev_async *watcher, int revents) {
  struct worker *worker = watcher->data;
  struct job *job;
  (void)loop, (void)revents;
  while ((job = take_done(worker))) {
    if (job->session)
      (void)cmta_auth_answer(job->session, job->fits ? job->right : job->wrong, NULL);
    job_give(worker, job);
  }
}

bool worker_ask(struct worker *worker, const struct worker_question *question) {
  struct job *job = start(worker) ? job_new(worker, question) : NULL;
  if (!job)
    return false;
  pthread_mutex_lock(&worker->lock);
  queue_push(&worker->waiting, job);
  pthread_cond_signal(&worker->work);
  pthread_mutex_unlock(&worker->lock);
  return true;
}

void worker_forget(struct worker *worker, const struct cmta_session *session) {
  pthread_mutex_lock(&worker->lock);
  struct job **waiting = queue_find(&worker->waiting, session);
  struct job **done = queue_find(&worker->done, session);
  struct job *dropped = waiting ? queue_cut(&worker->waiting, waiting) : NULL;
  if (done)
    (*done)->session = NULL;
  if (worker->in_hand && worker->in_hand->session == session)
    worker->in_hand->session = NULL;
  pthread_mutex_unlock(&worker->lock);
  if (dropped)
    job_give(worker, dropped);
}

struct worker *worker_new(struct cmta_server *server) {
  struct worker *worker = block_take(&server->allocator, sizeof *worker);
  if (!worker)
    return NULL;
  worker->server = server;
  pthread_mutex_init(&worker->lock, NULL);
  pthread_cond_init(&worker->work, NULL);
  queue_init(&worker->waiting);
  queue_init(&worker->done);
  ev_async_init(&worker->wake, on_wake);
  worker->wake.data = worker;
  return worker;
}

void worker_free(struct worker *worker) {
  struct cmta_allocator allocator = worker->server->allocator;
  pthread_mutex_lock(&worker->lock);
  worker->ends = true;
  pthread_cond_signal(&worker->work);
  pthread_mutex_unlock(&worker->lock);
  if (worker->runs)
    pthread_join(worker->thread, NULL);
  jobs_give(worker, &worker->waiting);
  jobs_give(worker, &worker->done);
  pthread_cond_destroy(&worker->work);
  pthread_mutex_destroy(&worker->lock);
  block_give(&allocator, worker, sizeof *worker);
}
