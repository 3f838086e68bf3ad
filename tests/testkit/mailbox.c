/* SPDX-License-Identifier: MIT */

/* What comes into a mailbox, and how it gets out of it. */

#include "sender.h"

#include <criterion/criterion.h>
#include <string.h>

static const char message[] = "Subject: hello\n\nHello.\n";

static struct cmta_kit *kit;

static void begin(void) { cr_assert_eq(cmta_kit_start(&kit, NULL), 0); }

static void end(void) { cmta_kit_stop(kit); }

TestSuite(mailbox, .init = begin, .fini = end);

Test(mailbox, names_a_mail_as_the_reply_does) {
  struct sender sender;
  struct cmta_mail *mail;
  sender_connect(&sender, cmta_kit_port(kit));
  sender_say(&sender, "EHLO c.example", "250");
  sender_mail(&sender, "a@c.example", "b@s.example", message);
  cr_assert_eq(cmta_kit_take(kit, NULL, 0, &mail), 0, "it is there before the reply");
  const char *named = strstr(sender.reply, "queued as ");
  cr_assert(named && strncmp(named + 10, cmta_mail_id(mail), strlen(cmta_mail_id(mail))) == 0);
  cmta_mail_free(mail);
  sender_close(&sender);
}
