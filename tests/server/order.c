/* SPDX-License-Identifier: MIT */

/*
 * Questions answered at once or later, in any order, by any way, over many sessions with pipelined
 * groups: each session gets each of its replies, once, in order. What is answered, when and how is
 * drawn by a generator with a fixed seed; a client knows the verdicts because each is a function of
 * the seed and of what was asked.
 */

#include "harness.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SESSIONS = 250, GROUPS = 4, RECIPIENTS = 5, NAME_SIZE = 48 };

/* ---- Chance ---- */

static uint64_t seed, state;

static uint64_t mix(uint64_t number) {
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9u;
  number = (number ^ (number >> 27)) * 0x94d049bb133111ebu;
  return number ^ (number >> 31);
}

static unsigned draw(unsigned below) {
  state += 0x9e3779b97f4a7c15u;
  return (unsigned)(mix(state) % below);
}

/* Most are accepted, so that dialogues get on. */
static enum cmta_verdict verdict_of(const char *name) {
  static const enum cmta_verdict verdicts[] = {CMTA_ACCEPT, CMTA_ACCEPT, CMTA_ACCEPT,
                                               CMTA_TAKE,   CMTA_REJECT, CMTA_TEMPFAIL};
  uint64_t number = seed;
  for (; *name; name++)
    number = mix(number + (unsigned char)*name + 0x9e3779b97f4a7c15u);
  return verdicts[number % (sizeof verdicts / sizeof *verdicts)];
}

/* The code that goes with a verdict, to a question whose success has this one. */
static int code_of(enum cmta_verdict verdict, int success) {
  return verdict == CMTA_REJECT ? 550 : verdict == CMTA_TEMPFAIL ? 450 : success;
}

/* ---- The application ---- */

/* A question that was left open. */
struct open_question {
  struct cmta_session *session;
  struct cmta_ticket ticket;
  bool by_ticket;
  int success;
  char name[NAME_SIZE];
};

static struct world world;
static struct client clients[SESSIONS];
static struct open_question waiting[SESSIONS];
static size_t waiting_count;
static unsigned late_answers;

static void answer(const struct open_question *open) {
  enum cmta_verdict verdict = verdict_of(open->name);
  int code = code_of(verdict, open->success);
  late_answers++;
  if (open->by_ticket) {
    cr_assert_eq(
        cmta_ticket_answer(world.server, open->ticket, verdict, code, NULL, "%s", open->name), 0);
    return;
  }
  cr_assert_eq(cmta_reply(open->session, code, NULL, "%s", open->name), 0);
  cr_assert_eq(cmta_session_decide(open->session, verdict), 0);
}

/* Answers some of the questions that wait, whichever. */
static void on_answer(struct ev_loop *loop, ev_timer *watcher, int revents) {
  (void)revents;
  for (unsigned count = draw(8); count > 0 && waiting_count > 0; count--) {
    size_t which = draw((unsigned)waiting_count);
    struct open_question open = waiting[which];
    waiting[which] = waiting[--waiting_count];
    answer(&open);
  }
  if (waiting_count > 0)
    ev_timer_start(loop, watcher);
}

/* Answers now or later. */
static enum cmta_verdict ask(struct cmta_session *session, int success, const char *question,
                             struct cmta_slice about) {
  struct open_question open = {.session = session, .success = success};
  snprintf(open.name, sizeof open.name, "%s-%.*s", question, (int)about.length, about.at);
  if (draw(2)) {
    open.by_ticket = draw(2);
    if (open.by_ticket)
      cr_assert_eq(cmta_server_ticket(world.server, session, &open.ticket), 0);
    waiting[waiting_count++] = open;
    ev_timer_start(world.loop, &world.answerer);
    return CMTA_LATER;
  }
  enum cmta_verdict verdict = verdict_of(open.name);
  cr_assert_eq(cmta_reply(session, code_of(verdict, success), NULL, "%s", open.name), 0);
  return verdict;
}

static enum cmta_verdict on_mail(struct cmta_session *session, void *user,
                                 const struct cmta_path *path) {
  (void)user;
  return ask(session, 250, "mail", path->local_part);
}

static enum cmta_verdict on_rcpt(struct cmta_session *session, void *user,
                                 const struct cmta_path *path) {
  (void)user;
  return ask(session, 250, "rcpt", path->local_part);
}

static enum cmta_verdict on_noop(struct cmta_session *session, void *user, struct cmta_slice text) {
  (void)user;
  return ask(session, 250, "noop", text);
}

static enum cmta_verdict on_data(struct cmta_session *session, void *user) {
  (void)user;
  return ask(session, 354, "data", cmta_session_envelope(session)->reverse_path.local_part);
}

static enum cmta_verdict on_message(struct cmta_session *session, void *user,
                                    const struct cmta_message *message) {
  (void)user;
  return ask(session, 250, "message", cmta_message_envelope(message)->reverse_path.local_part);
}

static void begin(void) {
  world_init(&world);
  world.hooks.mail = on_mail;
  world.hooks.rcpt = on_rcpt;
  world.hooks.noop = on_noop;
  world.hooks.data = on_data;
  world.hooks.message = on_message;
  ev_timer_init(&world.answerer, on_answer, 0., 0.);
  waiting_count = late_answers = 0;
}

static void end(void) { world_free(&world); }

TestSuite(order, .init = begin, .fini = end, .timeout = 120);

/* ---- The clients ---- */

/* Some pieces come while the ones before are in question. */
static void send_in_pieces(struct client *client, char *text) {
  while (*text) {
    char *end = text + 1 + draw((unsigned)strlen(text));
    char first = *end;
    *end = '\0';
    client_send(client, text);
    if (draw(2))
      ev_run(world.loop, EVRUN_NOWAIT);
    *end = first;
    text = end;
  }
}

/* MAIL, recipients, DATA, with a NOOP in the middle, in one go. */
static void send_group(struct client *client, int session, int group) {
  char text[1024];
  int length = snprintf(text, sizeof text, "MAIL FROM:<s%dg%d@c.example>\r\n", session, group);
  for (int i = 0; i < RECIPIENTS; i++)
    length +=
        snprintf(text + length, sizeof text - (size_t)length, "RCPT TO:<s%dg%dr%d@s.example>\r\n%s",
                 session, group, i, i == RECIPIENTS / 2 ? "NOOP x\r\n" : "");
  snprintf(text + length, sizeof text - (size_t)length, "DATA\r\n");
  send_in_pieces(client, text);
}

static bool is_accepted(const char *name) {
  enum cmta_verdict verdict = verdict_of(name);
  return verdict == CMTA_ACCEPT || verdict == CMTA_TAKE;
}

/* Takes the reply to the question of this name; true when it was accepted. */
static bool expect_answer(struct client *client, int success, const char *name) {
  char code[8], text[NAME_SIZE + 4];
  snprintf(code, sizeof code, "%d ", code_of(verdict_of(name), success));
  snprintf(text, sizeof text, " %s\r\n", name);
  client_expect(client, code);
  cr_assert(strstr(client->reply, text), "expected %s, got %s%s", name, client->reply,
            world.remark);
  return is_accepted(name);
}

/* Recipients are asked about when MAIL was accepted; how many were accepted. */
static int expect_recipients(struct client *client, int session, int group, bool mail) {
  char name[NAME_SIZE];
  int accepted = 0;
  for (int i = 0; i < RECIPIENTS; i++) {
    snprintf(name, sizeof name, "rcpt-s%dg%dr%d", session, group, i);
    if (mail)
      accepted += expect_answer(client, 250, name);
    else
      client_expect(client, "503 ");
    if (i == RECIPIENTS / 2)
      (void)expect_answer(client, 250, "noop-x");
  }
  return accepted;
}

/* Takes the replies to a group, and ends its transaction: with a message, or RSET. */
static void expect_group(struct client *client, int session, int group) {
  char name[NAME_SIZE];
  snprintf(name, sizeof name, "mail-s%dg%d", session, group);
  bool mail = expect_answer(client, 250, name);
  int recipients = expect_recipients(client, session, group, mail);
  snprintf(name, sizeof name, "data-s%dg%d", session, group);
  if (recipients == 0)
    client_expect(client, "503 ");
  bool sends = recipients > 0 && expect_answer(client, 354, name);
  client_send(client, sends ? "line\r\n.\r\n" : "RSET\r\n");
}

static void expect_end_of_group(struct client *client, int session, int group) {
  char message[NAME_SIZE], data[NAME_SIZE], mail[NAME_SIZE], name[NAME_SIZE];
  bool recipients = false;
  for (int i = 0; i < RECIPIENTS; i++) {
    snprintf(name, sizeof name, "rcpt-s%dg%dr%d", session, group, i);
    recipients |= is_accepted(name);
  }
  snprintf(mail, sizeof mail, "mail-s%dg%d", session, group);
  snprintf(data, sizeof data, "data-s%dg%d", session, group);
  snprintf(message, sizeof message, "message-s%dg%d", session, group);
  if (recipients && is_accepted(mail) && is_accepted(data))
    (void)expect_answer(client, 250, message);
  else
    client_expect(client, "250 ");
}

static void play(void) {
  for (int i = 0; i < SESSIONS; i++) {
    client_connect(&clients[i], &world, 0);
    client_say(&clients[i], "EHLO c.example", "220 ");
  }
  for (int group = 0; group < GROUPS; group++) {
    for (int i = 0; i < SESSIONS; i++)
      send_group(&clients[i], i, group);
    for (int i = 0; i < SESSIONS; i++) {
      if (group == 0)
        client_expect(&clients[i], "250-");
      else
        expect_end_of_group(&clients[i], i, group - 1);
      expect_group(&clients[i], i, group);
    }
  }
  for (int i = 0; i < SESSIONS; i++) {
    client_send(&clients[i], "QUIT\r\n");
    expect_end_of_group(&clients[i], i, GROUPS - 1);
    client_expect(&clients[i], "221 ");
    client_expect_end(&clients[i]);
    client_close(&clients[i], false);
  }
}

/* Each seed is another order; CMTA_TEST_SEED in the environment takes the place of the first. */
Test(order, of_late_answers_never_changes_the_order_of_replies) {
  const char *chosen = getenv("CMTA_TEST_SEED");
  uint64_t first = chosen ? strtoull(chosen, NULL, 0) : 1;
  world.settings.max_errors = 0;
  world_listen_any(&world);
  for (seed = first; seed < first + 3; seed++) {
    state = seed;
    snprintf(world.remark, sizeof world.remark, "with CMTA_TEST_SEED=%llu",
             (unsigned long long)seed);
    play();
    world_run_empty(&world);
    cr_assert_eq(waiting_count, 0, "%s", world.remark);
  }
  cr_assert_gt(late_answers, SESSIONS * GROUPS);
}
