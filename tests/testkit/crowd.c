/* SPDX-License-Identifier: MIT */

/* Many senders and many takers at once: no mail is lost and none comes twice. A plain program, that
 * the thread sanitizer can run too. */

#include "sender.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { SENDERS = 50, TAKERS = 50, MAILS = 6 };

static struct cmta_kit *kit;
static atomic_uint taken[SENDERS][MAILS];

static void want(bool holds, const char *what) {
  if (holds)
    return;
  fprintf(stderr, "crowd: %s\n", what);
  abort();
}

/* The mails of a sender on one connection. */
static void *send_all(void *number) {
  struct sender sender;
  int from = (int)(intptr_t)number;
  sender_connect(&sender, cmta_kit_port(kit));
  sender_say(&sender, "EHLO client.example", "250");
  for (int i = 0; i < MAILS; i++) {
    char path[64], message[128];
    snprintf(path, sizeof path, "%d.%d@c.example", from, i);
    snprintf(message, sizeof message, "Subject: mail %d\nX-Sender: %d\n\nHello.\n", i, from);
    sender_mail(&sender, path, "b@s.example", message);
  }
  sender_say(&sender, "QUIT", "221 ");
  sender_close(&sender);
  return NULL;
}

static void note(const struct cmta_mail *mail) {
  int from = atoi(cmta_mail_header(mail, "X-Sender"));
  int number = atoi(cmta_mail_header(mail, "Subject") + sizeof "mail");
  want(from >= 0 && from < SENDERS && number >= 0 && number < MAILS, "a mail of nobody");
  taken[from][number]++;
}

/* Half of them take what comes, half those of one sender; the odd ones of these look at all. */
static void *take_all(void *number) {
  int taker = (int)(intptr_t)number;
  char value[16];
  struct cmta_match match = CMTA_MATCH_INIT;
  snprintf(value, sizeof value, "mail %d", taker % MAILS);
  if (taker % 2)
    match.subject = value;
  for (int i = 0; i < MAILS; i++) {
    struct cmta_mail *mail;
    if (cmta_kit_take(kit, &match, taker % 2 ? 0 : 10, &mail) != 0)
      continue;
    note(mail);
    cmta_mail_free(mail);
  }
  return NULL;
}

static void start_all(pthread_t *threads, int count, void *(*run)(void *)) {
  for (int i = 0; i < count; i++)
    want(pthread_create(&threads[i], NULL, run, (void *)(intptr_t)i) == 0, "no thread");
}

static void join_all(const pthread_t *threads, int count) {
  for (int i = 0; i < count; i++)
    pthread_join(threads[i], NULL);
}

/* What the takers have left is taken here. */
static void loses_and_doubles_nothing(void) {
  static pthread_t senders[SENDERS], takers[TAKERS];
  struct cmta_mail *mail;
  start_all(takers, TAKERS, take_all);
  start_all(senders, SENDERS, send_all);
  join_all(senders, SENDERS);
  join_all(takers, TAKERS);
  while (cmta_kit_take(kit, NULL, 0, &mail) == 0) {
    note(mail);
    cmta_mail_free(mail);
  }
  for (int i = 0; i < SENDERS; i++)
    for (int j = 0; j < MAILS; j++)
      want(taken[i][j] == 1, "a mail lost or taken twice");
}

/* One mail is read in many threads. */
static void *read_shared(void *shared) {
  struct cmta_mail *mail = shared;
  want(cmta_mail_header(mail, "Subject") && *cmta_mail_text(mail), "a mail without text");
  cmta_mail_free(mail);
  return NULL;
}

static void may_share_a_mail(void) {
  pthread_t readers[8];
  struct cmta_mail *mail;
  send_mail(cmta_kit_port(kit), "a@c.example", "b@s.example", "Subject: x\n\nHello.\n");
  want(cmta_kit_take(kit, NULL, 10, &mail) == 0, "no mail");
  for (int i = 0; i < 8; i++)
    want(pthread_create(&readers[i], NULL, read_shared, cmta_mail_share(mail)) == 0, "no thread");
  cmta_mail_free(mail);
  join_all(readers, 8);
}

int main(void) {
  want(cmta_kit_start(&kit, NULL) == 0, "no kit");
  loses_and_doubles_nothing();
  may_share_a_mail();
  cmta_kit_stop(kit);
}
