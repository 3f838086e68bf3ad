/* SPDX-License-Identifier: MIT */

/* A kit: that it runs when it has started, and is gone when it was stopped. */

#include "sender.h"

#include <criterion/criterion.h>
#include <string.h>

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
