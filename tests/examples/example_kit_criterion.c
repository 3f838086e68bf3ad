/* SPDX-License-Identifier: MIT */
/* Tests by Criterion: a kit for each, or one for all that take what is their own. */
#include <cmta/testkit.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static struct cmta_kit *kit;

static void begin(void) { cr_assert_eq(cmta_kit_start(&kit, NULL), 0); }

static void end(void) { cmta_kit_stop(kit); }

TestSuite(newsletter, .init = begin, .fini = end);

/* What is tested; here curl stands for it. */
static int send_newsletter(const char *to) {
  char command[512];
  snprintf(command, sizeof command,
           "printf 'Subject: News\\r\\n\\r\\nHello.\\r\\n' | curl -s --max-time 30 -T - "
           "--mail-from news@example.org --mail-rcpt %s smtp://127.0.0.1:%d",
           to, cmta_kit_port(kit));
  return system(command);
}

Test(newsletter, says_hello) {
  struct cmta_match to_bob = CMTA_MATCH_INIT;
  struct cmta_mail *mail;
  to_bob.recipient = "bob@example.net";
  cr_assert_eq(send_newsletter("bob@example.net"), 0);
  cr_assert_eq(cmta_kit_take(kit, &to_bob, 5, &mail), 0);
  cr_assert_str_eq(cmta_mail_header(mail, "Subject"), "News");
  cr_assert_str_eq(cmta_mail_text(mail), "Hello.\n");
  cmta_mail_free(mail);
}

Test(newsletter, hears_of_a_busy_mailbox) {
  cmta_kit_fault(kit, "rcpt nth 1: reply 450 4.2.1 Mailbox busy");
  cr_assert_neq(send_newsletter("bob@example.net"), 0);
  cr_assert_eq(cmta_mailbox_count(cmta_kit_mailbox(kit), NULL), 0);
}
