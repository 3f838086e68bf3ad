/* SPDX-License-Identifier: MIT */

/* Tickets answered by many threads at once, while the loop asks, clients come and go, and the
 * server stops. A plain program, that the thread sanitizer can run too. */

#include "harness.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { WORKERS = 4, CLIENTS = 150, MESSAGES = 2, JOBS = 4096 };

/* A question for the workers. */
struct job {
  struct cmta_ticket ticket;
  char name[32]; /* the local part of the path in question; "" for the message */
};

static struct world world;
static struct client clients[CLIENTS];
static pthread_t workers[WORKERS];

/* What the loop's thread gives to the workers. */
static struct {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct job jobs[JOBS];
  size_t first, count;
  bool closed; /* no more jobs come */
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static atomic_uint counted, stale, wrong; /* answers by what came of them */

/* ---- The loop's side ---- */

static enum cmta_verdict hand_over(struct cmta_session *session, struct cmta_slice name) {
  pthread_mutex_lock(&queue.lock);
  struct job *job = &queue.jobs[(queue.first + queue.count) % JOBS];
  int error = cmta_server_ticket(world.server, session, &job->ticket);
  snprintf(job->name, sizeof job->name, "%.*s", (int)name.length, name.at ? name.at : "");
  queue.count += error == 0;
  pthread_cond_signal(&queue.changed);
  pthread_mutex_unlock(&queue.lock);
  return error ? CMTA_TEMPFAIL : CMTA_LATER;
}

static enum cmta_verdict on_mail(struct cmta_session *session, void *user,
                                 const struct cmta_path *path) {
  (void)user;
  return hand_over(session, path->local_part);
}

static enum cmta_verdict on_rcpt(struct cmta_session *session, void *user,
                                 const struct cmta_path *path) {
  (void)user;
  return hand_over(session, path->local_part);
}

static enum cmta_verdict on_message(struct cmta_session *session, void *user,
                                    const struct cmta_message *message) {
  (void)user, (void)message;
  return hand_over(session, (struct cmta_slice){0});
}

/* ---- The workers' side ---- */

static bool next_job(struct job *job) {
  pthread_mutex_lock(&queue.lock);
  while (queue.count == 0 && !queue.closed)
    pthread_cond_wait(&queue.changed, &queue.lock);
  bool got = queue.count > 0;
  if (got) {
    *job = queue.jobs[queue.first];
    queue.first = (queue.first + 1) % JOBS;
    queue.count--;
  }
  pthread_mutex_unlock(&queue.lock);
  return got;
}

/* A wrong answer, the right one, and one too many. Names with "no" are refused. */
static void answer(const struct job *job) {
  bool refused = strstr(job->name, "no");
  enum cmta_verdict verdict = refused ? CMTA_REJECT : CMTA_ACCEPT;
  int code = refused ? 550 : 250;
  int error = cmta_ticket_answer(world.server, job->ticket, verdict, 450, NULL, "%s", job->name);
  wrong += error == CMTA_E_VERDICT;
  error = cmta_ticket_answer(world.server, job->ticket, verdict, code, NULL, "for\n%s", job->name);
  counted += error == 0;
  stale += error == CMTA_E_STALE;
  error = cmta_ticket_answer(world.server, job->ticket, CMTA_TEMPFAIL, 0, NULL, NULL);
  wrong += error == 0;
}

static void *work(void *nothing) {
  struct job job;
  while (next_job(&job))
    answer(&job);
  return nothing;
}

static void begin(void) {
  queue.closed = false;
  counted = stale = wrong = 0;
  world_init(&world);
  world.hooks.mail = on_mail;
  world.hooks.rcpt = on_rcpt;
  world.hooks.message = on_message;
}

static void start(void) {
  world_listen_any(&world);
  for (int i = 0; i < WORKERS; i++)
    cr_assert_eq(pthread_create(&workers[i], NULL, work, NULL), 0);
}

static void join(void) {
  pthread_mutex_lock(&queue.lock);
  bool done = queue.closed;
  queue.closed = true;
  pthread_cond_broadcast(&queue.changed);
  pthread_mutex_unlock(&queue.lock);
  for (int i = 0; i < WORKERS && !done; i++)
    pthread_join(workers[i], NULL);
}

static void end(void) {
  join();
  world_free(&world);
}

/* ---- The clients ---- */

static void send_message(struct client *client, int number) {
  char text[512];
  snprintf(text, sizeof text,
           "MAIL FROM:<from%d@c.example>\r\nRCPT TO:<yes%d@s.example>\r\n"
           "RCPT TO:<no%d@s.example>\r\nDATA\r\n",
           number, number, number);
  client_send(client, text);
}

/* Two lines: "for", then the name. */
static void expect_named(struct client *client, const char *code, const char *name, int number) {
  char line[64];
  snprintf(line, sizeof line, " %s%d\r\n", name, number);
  client_expect(client, code);
  cr_assert(strstr(client->reply, line), "expected %s%s, got %s", code, line, client->reply);
}

static void expect_message(struct client *client, int number) {
  expect_named(client, "250-", "from", number);
  expect_named(client, "250-", "yes", number);
  expect_named(client, "550-", "no", number);
  client_expect(client, "354 ");
  client_send(client, "line\r\n.\r\n");
}

/* All clients at once; each takes its replies in order. */
static void answer_hundreds_of_questions(void) {
  start();
  for (int i = 0; i < CLIENTS; i++) {
    client_connect(&clients[i], &world, 0);
    client_say(&clients[i], "EHLO c.example", "220 ");
  }
  for (int round = 0; round < MESSAGES; round++) {
    for (int i = 0; i < CLIENTS; i++)
      send_message(&clients[i], i);
    for (int i = 0; i < CLIENTS; i++) {
      client_expect(&clients[i], "250");
      expect_message(&clients[i], i);
    }
  }
  for (int i = 0; i < CLIENTS; i++) {
    client_expect(&clients[i], "250-");
    client_say(&clients[i], "QUIT", "221 ");
    client_close(&clients[i], false);
  }
  world_run_empty(&world);
  join();
  cr_assert_eq(counted, CLIENTS * MESSAGES * 4);
  cr_assert_eq(wrong, CLIENTS * MESSAGES * 4);
  cr_assert_eq(stale, 0);
}

/* Half of the clients go while their questions are with the workers. */
static void may_answer_clients_that_have_gone(void) {
  start();
  for (int i = 0; i < CLIENTS; i++) {
    client_connect(&clients[i], &world, 0);
    client_send(&clients[i], "EHLO c.example\r\n");
    send_message(&clients[i], i);
    if (i % 2)
      client_close(&clients[i], i % 4 == 1);
  }
  for (int i = 0; i < CLIENTS; i += 2) {
    client_expect(&clients[i], "220 ");
    client_expect(&clients[i], "250");
    expect_message(&clients[i], i);
    client_expect(&clients[i], "250-");
    client_close(&clients[i], false);
  }
  world_run_empty(&world);
  join();
  cr_assert_geq(counted, CLIENTS / 2 * 4);
}

/* The loop decides too, as soon as it can: whoever is faster. */
static enum cmta_verdict noop_for_both(struct cmta_session *session, void *user,
                                       struct cmta_slice text) {
  (void)user;
  enum cmta_verdict verdict = hand_over(session, text);
  world.open = session;
  ev_timer_start(world.loop, &world.answerer);
  return verdict;
}

static void and_the_loop_may_answer_the_same_question(void) {
  static char noops[300 * 10 + 1];
  world.hooks.noop = noop_for_both;
  start();
  for (size_t i = 0; i + 10 < sizeof noops; i += 10)
    memcpy(noops + i, "NOOP yes\r\n", 11);
  client_connect(&clients[0], &world, 0);
  client_send(&clients[0], noops);
  client_expect(&clients[0], "220 ");
  for (int i = 0; i < 300; i++)
    client_expect(&clients[0], "250");
  client_say(&clients[0], "QUIT", "221 ");
  client_close(&clients[0], false);
}

/* The loop ends by itself when the workers have answered: nothing else keeps it alive. */
static void keep_a_stopping_server_alive_until_they_have_answered(void) {
  world.settings.decision_timeout = 0;
  world.config.stop_timeout = 0;
  start();
  for (int i = 0; i < 20; i++) {
    client_connect(&clients[i], &world, 0);
    client_say(&clients[i], "EHLO c.example", "220 ");
    send_message(&clients[i], i);
  }
  for (int i = 0; i < 20; i++)
    client_expect(&clients[i], "250");
  cmta_server_stop(world.server, NULL, NULL);
  for (int i = 0; i < 20; i++) {
    expect_message(&clients[i], i);
    client_expect(&clients[i], "250-");
    client_expect(&clients[i], "421 ");
    client_close(&clients[i], false);
  }
  cr_assert_eq(cmta_server_run(world.server, false), 0);
  cr_assert_eq(cmta_server_connections(world.server), 0);
}

/* ---- The program ---- */

static const struct {
  const char *name;
  void (*run)(void);
} tests[] = {
    {"answer hundreds of questions", answer_hundreds_of_questions},
    {"may answer clients that have gone", may_answer_clients_that_have_gone},
    {"and the loop may answer the same question", and_the_loop_may_answer_the_same_question},
    {"keep a stopping server alive", keep_a_stopping_server_alive_until_they_have_answered},
};

int main(void) {
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
    printf("threads %s\n", tests[i].name);
    fflush(stdout);
    begin();
    tests[i].run();
    end();
  }
}
