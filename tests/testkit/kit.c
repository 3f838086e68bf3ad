/* SPDX-License-Identifier: MIT */

/* A kit: that it runs when it has started, and is gone when it was stopped. */

#include "sender.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const char message[] = "Subject: hello\n\nHello.\n";

static struct cmta_kit *start(const struct cmta_kit_config *config) {
  struct cmta_kit *kit = NULL;
  cr_assert_eq(cmta_kit_start(&kit, config), 0);
  return kit;
}

Test(kit, takes_mail_when_it_has_started) {
  struct cmta_kit *kit = start(NULL);
  struct cmta_mail *mail;
  send_mail(cmta_kit_port(kit), "a@c.example", "b@s.example", message);
  cr_assert_eq(cmta_kit_take(kit, NULL, 10, &mail), 0);
  cr_assert_str_eq(cmta_mail_header(mail, "subject"), "hello");
  cmta_mail_free(mail);
  cmta_kit_stop(kit);
}

Test(kit, is_one_of_several_side_by_side) {
  struct cmta_kit *kits[3];
  for (int i = 0; i < 3; i++)
    kits[i] = start(NULL);
  send_mail(cmta_kit_port(kits[1]), "a@c.example", "b@s.example", message);
  cr_assert_eq(cmta_kit_wait(kits[1], 1, 10), 1);
  for (int i = 0; i < 3; i++) {
    cr_assert_eq(cmta_mailbox_count(cmta_kit_mailbox(kits[i]), NULL), i == 1);
    cmta_kit_stop(kits[i]);
  }
}

Test(kit, that_cannot_be_is_an_error) {
  static const char *const nobody[] = {NULL};
  struct cmta_kit *kit = (struct cmta_kit *)&message;
  struct cmta_kit_config config;
  cr_assert_eq(cmta_kit_start(NULL, NULL), CMTA_E_ARGUMENT);
  cmta_kit_config_init(&config);
  config.address = "nowhere";
  cr_assert_eq(cmta_kit_start(&kit, &config), CMTA_E_ADDRESS);
  cr_assert_null(kit);
  cmta_kit_config_init(&config);
  config.users = nobody;
  cr_assert_eq(cmta_kit_start(&kit, &config), CMTA_E_ARGUMENT);
  config.size = 1;
  cr_assert_eq(cmta_kit_start(&kit, &config), CMTA_E_ARGUMENT);
  cmta_kit_stop(NULL);
}

Test(kit, that_is_not_there_is_an_error) {
  struct cmta_mail *mail;
  cr_expect_eq(cmta_kit_wait(NULL, 1, 0), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_kit_take(NULL, NULL, 0, &mail), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_kit_expect(NULL, NULL, 0, 0, NULL, 0), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_kit_advance(NULL, 1), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_recorder_wait_closed(cmta_kit_recorder(NULL), 1, 0), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_plan_add_text(cmta_kit_plan(NULL), "noop: close", NULL, 0), CMTA_E_ARGUMENT);
  cr_expect_null(cmta_kit_address(NULL));
  cr_expect_eq(cmta_kit_port(NULL), 0);
  cr_expect_null(cmta_kit_certificate(NULL));
  cmta_kit_clear(NULL);
}

Test(kit, says_that_its_port_is_in_use) {
  struct cmta_kit *kit = start(NULL), *other;
  struct cmta_kit_config config;
  char address[32];
  cmta_kit_config_init(&config);
  snprintf(address, sizeof address, "127.0.0.1:%d", cmta_kit_port(kit));
  config.address = address;
  cr_assert_str_eq(cmta_kit_address(kit), "127.0.0.1");
  cr_assert_eq(cmta_kit_start(&other, &config), CMTA_E_SYSTEM);
  cr_assert_eq(errno, EADDRINUSE);
  cmta_kit_stop(kit);
}

/* Starts a kit where so many descriptors are left: 0 or an error. */
static int start_with_descriptors(const struct cmta_kit_config *config, rlim_t count) {
  struct cmta_kit *kit;
  struct rlimit before, few;
  int next = dup(0);
  close(next);
  getrlimit(RLIMIT_NOFILE, &before);
  few = (struct rlimit){(rlim_t)next + count, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &few);
  int result = cmta_kit_start(&kit, config), why = errno;
  setrlimit(RLIMIT_NOFILE, &before);
  cr_expect(result == 0 || (result == CMTA_E_SYSTEM && why == EMFILE && !kit),
            "%d descriptors: %d, %s", (int)count, result, strerror(why));
  cmta_kit_stop(kit);
  return result;
}

Test(kit, without_descriptors_is_an_error) {
  struct cmta_kit_config config;
  cmta_kit_config_init(&config);
  for (int i = 0; i < 2; i++) {
    rlim_t count = 0;
    while (start_with_descriptors(&config, count) < 0)
      cr_assert_lt(count++, 20);
    cr_expect_gt(count, 0);
    config.tls_mode = CMTA_TLS_OFFERED;
  }
}

/* ---- Hooks ---- */

/* What hooks have seen, on the kit's thread. */
struct seen {
  int accepted, gone, rcpts;
  bool signals; /* one could have come to the thread */
};

static void on_accepted(struct cmta_session *session, void *user) {
  (void)session;
  ((struct seen *)user)->accepted++;
}

static void on_gone(struct cmta_session *session, void *user) {
  (void)session;
  ((struct seen *)user)->gone++;
}

static enum cmta_verdict on_rcpt(struct cmta_session *session, void *user,
                                 const struct cmta_path *path) {
  struct seen *seen = user;
  sigset_t blocked;
  (void)session;
  seen->rcpts++;
  pthread_sigmask(SIG_BLOCK, NULL, &blocked);
  seen->signals = !sigismember(&blocked, SIGTERM) || !sigismember(&blocked, SIGINT);
  return cmta_slice_is(path->local_part, "nobody") ? CMTA_REJECT : CMTA_ACCEPT;
}

/* EHLO and MAIL, so that RCPT is next. */
static void begin_mail(struct sender *sender, const struct cmta_kit *kit) {
  sender_connect(sender, cmta_kit_port(kit));
  sender_say(sender, "EHLO client.example", "250");
  sender_say(sender, "MAIL FROM:<a@c.example>", "250 ");
}

Test(kit, asks_the_applications_hooks_behind_the_plan) {
  static const struct cmta_hooks hooks = {.size = sizeof hooks, .rcpt = on_rcpt};
  struct seen seen = {0};
  struct cmta_config server;
  struct cmta_kit_config config;
  struct sender sender;
  cmta_config_init(&server);
  server.accepted = on_accepted;
  server.gone = on_gone;
  cmta_kit_config_init(&config);
  config.config = &server;
  config.hooks = &hooks;
  config.user = &seen;
  struct cmta_kit *kit = start(&config);
  cr_assert_geq(cmta_kit_fault(kit, "rcpt nth 1: reply 450 4.2.1 Busy"), 0);
  begin_mail(&sender, kit);
  sender_say(&sender, "RCPT TO:<b@s.example>", "450 4.2.1 Busy");
  sender_say(&sender, "RCPT TO:<nobody@s.example>", "550 ");
  sender_say(&sender, "RCPT TO:<b@s.example>", "250 ");
  sender_close(&sender);
  cmta_kit_stop(kit);
  cr_assert_eq(seen.accepted, 1);
  cr_assert_eq(seen.gone, 1);
  cr_assert_eq(seen.rcpts, 2);
  cr_assert_not(seen.signals, "signals are for the program's threads");
}

Test(kit, forgets_mails_and_faults_when_it_is_cleared) {
  struct cmta_kit *kit = start(NULL);
  struct sender sender;
  send_mail(cmta_kit_port(kit), "a@c.example", "b@s.example", message);
  cmta_kit_fault(kit, "rcpt: reply 450");
  cmta_kit_clear(kit);
  cr_assert_eq(cmta_mailbox_count(cmta_kit_mailbox(kit), NULL), 0);
  begin_mail(&sender, kit);
  sender_say(&sender, "RCPT TO:<b@s.example>", "250 ");
  sender_close(&sender);
  cmta_kit_stop(kit);
}

Test(kit, aborts_on_a_fault_that_cannot_be, .signal = SIGABRT) {
  cmta_kit_fault(start(NULL), "nonsense: reply 450");
}

/* ---- TLS and users ---- */

Test(kit, has_a_certificate_of_its_own_with_tls) {
  struct cmta_kit_config config;
  struct sender sender;
  cmta_kit_config_init(&config);
  struct cmta_kit *plain = start(&config);
  cr_assert_null(cmta_kit_certificate(plain));
  config.tls_mode = CMTA_TLS_OFFERED;
  struct cmta_kit *kit = start(&config);
  cr_assert_not_null(strstr(cmta_kit_certificate(kit), "BEGIN CERTIFICATE"));
  sender_connect(&sender, cmta_kit_port(kit));
  sender_say(&sender, "EHLO client.example", "250");
  cr_assert_not_null(strstr(sender.reply, "STARTTLS"));
  sender_say(&sender, "STARTTLS", "220 ");
  sender_close(&sender);
  cmta_kit_stop(kit);
  cmta_kit_stop(plain);
}

Test(kit, may_offer_a_tls_that_is_unavailable) {
  struct cmta_kit_config config;
  struct sender sender;
  cmta_kit_config_init(&config);
  config.tls_mode = CMTA_TLS_UNAVAILABLE;
  struct cmta_kit *kit = start(&config);
  cr_assert_null(cmta_kit_certificate(kit));
  sender_connect(&sender, cmta_kit_port(kit));
  sender_say(&sender, "EHLO client.example", "250");
  cr_assert_not_null(strstr(sender.reply, "STARTTLS"));
  sender_say(&sender, "STARTTLS", "454 ");
  sender_close(&sender);
  cmta_kit_stop(kit);
}

/* "\0alice\0secret" and "\0alice\0wrong" in base64. */
Test(kit, lets_its_users_in_without_tls) {
  static const char *const users[] = {"alice:secret", NULL};
  struct cmta_kit_config config;
  struct sender sender;
  cmta_kit_config_init(&config);
  config.users = users;
  struct cmta_kit *kit = start(&config);
  sender_connect(&sender, cmta_kit_port(kit));
  sender_say(&sender, "EHLO client.example", "250");
  sender_say(&sender, "AUTH PLAIN AGFsaWNlAHdyb25n", "535 ");
  sender_say(&sender, "AUTH PLAIN AGFsaWNlAHNlY3JldA==", "235 ");
  sender_close(&sender);
  cmta_kit_stop(kit);
}

/* ---- Chance ---- */

Test(kit, prints_its_seed_once_for_faults_with_chance) {
  struct cmta_kit_config config;
  cmta_kit_config_init(&config);
  config.seed = 77;
  cr_redirect_stderr();
  struct cmta_kit *kit = start(&config);
  cmta_kit_fault(kit, "rcpt: close");
  cmta_kit_fault(kit, "rcpt chance 0.5: close");
  cmta_kit_fault(kit, "rcpt chance 0.25: close");
  cmta_kit_stop(kit);
  fflush(stderr);
  cr_assert_stderr_eq_str("cmta_kit: seed 77\n");
}

/* ---- Time and the end ---- */

static struct cmta_kit *start_in_virtual_time(void) {
  struct cmta_kit_config config;
  cmta_kit_config_init(&config);
  config.virtual_time = true;
  return start(&config);
}

Test(kit, has_five_minutes_pass_at_once) {
  struct cmta_kit *kit = start_in_virtual_time();
  struct sender sender;
  sender_connect(&sender, cmta_kit_port(kit));
  sender_say(&sender, "EHLO client.example", "250");
  cr_assert_eq(cmta_kit_advance(kit, 299), 0);
  sender_say(&sender, "NOOP", "250 ");
  cr_assert_eq(cmta_kit_advance(kit, 299), 0);
  cr_assert_eq(cmta_kit_advance(kit, 2), 0);
  sender_expect(&sender, "421 ");
  sender_close(&sender);
  cmta_kit_stop(kit);
}

/* What was sent before is done before time passes: the NOOP counts from its own time. */
Test(kit, does_what_was_said_before_time_passes) {
  struct cmta_kit *kit = start_in_virtual_time();
  struct sender sender;
  sender_connect(&sender, cmta_kit_port(kit));
  for (int i = 0; i < 20; i++) {
    cr_assert_eq(cmta_kit_advance(kit, 200), 0);
    sender_send(&sender, "NOOP\r\n");
  }
  for (int i = 0; i < 20; i++)
    sender_expect(&sender, "250 ");
  sender_close(&sender);
  cmta_kit_stop(kit);
}

/* The kit's time is that of its mails, too. */
Test(kit, has_mails_come_when_its_time_says) {
  struct cmta_kit *kit = start_in_virtual_time();
  struct cmta_mail *mails[2];
  for (int i = 0; i < 2; i++) {
    send_mail(cmta_kit_port(kit), "a@c.example", "b@s.example", message);
    cr_assert_eq(cmta_kit_take(kit, NULL, 10, &mails[i]), 0);
    cr_assert_eq(cmta_kit_advance(kit, 3600.5), 0);
  }
  cr_assert_eq(cmta_mail_time(mails[1]) - cmta_mail_time(mails[0]), 3600500);
  cmta_mail_free(mails[0]);
  cmta_mail_free(mails[1]);
  cmta_kit_stop(kit);
}

static void *advance_often(void *kit) {
  int failed = 0;
  for (int i = 0; i < 200; i++)
    failed += cmta_kit_advance(kit, 0.01) != 0;
  return failed ? kit : NULL;
}

Test(kit, lets_the_time_of_each_of_several_threads_pass) {
  struct cmta_kit *kit = start_in_virtual_time();
  pthread_t threads[4];
  for (int i = 0; i < 4; i++)
    cr_assert_eq(pthread_create(&threads[i], NULL, advance_often, kit), 0);
  for (int i = 0; i < 4; i++) {
    void *failed;
    pthread_join(threads[i], &failed);
    cr_expect_null(failed);
  }
  cmta_kit_stop(kit);
}

Test(kit, cannot_let_time_pass_that_is_not_its_own) {
  struct cmta_kit *kit = start(NULL);
  cr_assert_eq(cmta_kit_advance(kit, 1), CMTA_E_STATE);
  cmta_kit_stop(kit);
  kit = start_in_virtual_time();
  cr_assert_eq(cmta_kit_advance(kit, -1), CMTA_E_ARGUMENT);
  cmta_kit_stop(kit);
}

/* The kit is where user points to. */
static enum cmta_verdict advance_in_noop(struct cmta_session *session, void *user,
                                         struct cmta_slice text) {
  struct cmta_kit **kit = user;
  (void)text;
  int result = cmta_kit_advance(*kit, 1);
  cmta_reply(session, 250, NULL, result == CMTA_E_STATE ? "refused" : "done");
  return CMTA_ACCEPT;
}

Test(kit, refuses_to_let_time_pass_on_its_own_thread, .timeout = 60) {
  static const struct cmta_hooks hooks = {.size = sizeof hooks, .noop = advance_in_noop};
  struct cmta_kit *kit;
  struct cmta_kit_config config;
  struct sender sender;
  cmta_kit_config_init(&config);
  config.virtual_time = true;
  config.hooks = &hooks;
  config.user = &kit;
  kit = start(&config);
  sender_connect(&sender, cmta_kit_port(kit));
  sender_say(&sender, "NOOP", "250 2.0.0 refused");
  sender_close(&sender);
  cmta_kit_stop(kit);
}

Test(kit, says_421_when_it_is_stopped) {
  struct cmta_kit *kit = start(NULL);
  struct sender sender;
  sender_connect(&sender, cmta_kit_port(kit));
  cmta_kit_stop(kit);
  sender_expect(&sender, "421 ");
  sender_close(&sender);
}

/* A transaction keeps the server waiting, for a second. */
Test(kit, cuts_a_transaction_off_when_it_is_stopped, .timeout = 60) {
  struct cmta_kit *kits[] = {start(NULL), start_in_virtual_time()};
  for (int i = 0; i < 2; i++) {
    struct sender sender;
    begin_mail(&sender, kits[i]);
    cmta_kit_stop(kits[i]);
    sender_expect(&sender, "421 ");
    sender_close(&sender);
  }
}
