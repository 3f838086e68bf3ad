/* SPDX-License-Identifier: MIT */

/* What becomes of a mail when somebody looks at each before its client hears of it. */

#include "sender.h"

#include <criterion/criterion.h>

static struct cmta_kit *kit;
static struct cmta_mail *seen;
static enum cmta_mail_fate fate;

static enum cmta_mail_fate came(void *context, struct cmta_session *session,
                                struct cmta_mail *mail) {
  cr_assert_eq(cmta_connection_number(session), 1);
  cr_assert_eq(context, &fate);
  cr_assert_null(seen);
  seen = cmta_mail_share(mail);
  return fate;
}

static void begin(void) {
  cr_assert_eq(cmta_kit_start(&kit, NULL), 0);
  cmta_mailbox_on_mail(cmta_kit_mailbox(kit), came, &fate);
}

/* What was seen outlives its mailbox. */
static void end(void) {
  cmta_kit_stop(kit);
  cr_assert_str_eq(cmta_mail_header(seen, "Subject"), "hello");
  cmta_mail_free(seen);
}

TestSuite(fate, .init = begin, .fini = end);

static void deliver(const char *reply) {
  struct sender sender;
  sender_connect(&sender, cmta_kit_port(kit));
  sender_say(&sender, "EHLO c.example", "250");
  sender_say(&sender, "MAIL FROM:<a@c.example>", "250");
  sender_say(&sender, "RCPT TO:<b@s.example>", "250");
  sender_say(&sender, "DATA", "354");
  sender_send(&sender, "Subject: hello\r\n\r\n.\r\n");
  sender_expect(&sender, reply);
  cr_assert_not_null(seen);
  sender_say(&sender, "QUIT", "221");
  sender_close(&sender);
}

static size_t kept(void) { return cmta_mailbox_count(cmta_kit_mailbox(kit), NULL); }

Test(fate, a_mail_is_kept) {
  fate = CMTA_MAIL_KEEP;
  deliver("250 2.0.0 Ok: queued as ");
  cr_assert_eq(kept(), 1);
}

Test(fate, a_mail_that_is_done_with_is_accepted_and_gone) {
  fate = CMTA_MAIL_DONE;
  deliver("250 2.0.0 Ok: queued as ");
  cr_assert_eq(kept(), 0);
}

Test(fate, a_mail_without_room_is_452) {
  fate = CMTA_MAIL_NO_ROOM;
  deliver("452 4.3.1 ");
  cr_assert_eq(kept(), 0);
}

Test(fate, a_mail_whose_fate_has_no_name_is_451) {
  fate = (enum cmta_mail_fate)550;
  deliver("451 4.3.0 ");
  cr_assert_eq(kept(), 0);
}

Test(fate, a_mail_that_nobody_takes_is_451) {
  fate = CMTA_MAIL_REFUSE;
  deliver("451 4.3.0 ");
  cr_assert_eq(kept(), 0);
}
