/* SPDX-License-Identifier: MIT */
/* Values of parameters that ask something of the delivery: spec/parameter.re. */
#include "engine/command.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* A value as parameter_next() gives it: a blank behind it. */
static struct cmta_slice value_of(char room[1100], const char *text) {
  snprintf(room, 1100, "%s ", text);
  return (struct cmta_slice){room, strlen(text)};
}

Test(notify, is_never_or_a_list_without_repetition) {
  static const char *const bad[] = {"NEVER,DELAY", "DELAY,NEVER", "DELAY,DELAY", "DELAY,",
                                    ",DELAY",      "NEVERX",      "X",           ""};
  char room[1100];
  unsigned bits = 0;
  cr_expect(parameter_notify(value_of(room, "success,FAILURE,Delay"), &bits));
  cr_expect_eq(bits, CMTA_NOTIFY_SUCCESS | CMTA_NOTIFY_FAILURE | CMTA_NOTIFY_DELAY);
  cr_expect(parameter_notify(value_of(room, "NEVER"), &bits));
  cr_expect_eq(bits, CMTA_NOTIFY_NEVER);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    cr_expect_not(parameter_notify(value_of(room, bad[i]), &bits), "%s", bad[i]);
}

Test(orcpt, decodes_what_rfc_6533_embeds) {
  static const char *const bad[] = {"utf-8;\\x{D800}", "utf-8;\\x{110000}", "utf-8;\\x{61}",
                                    "utf-8;\\x{0}",    "utf-8;a+b",         "utf-8;\\x{F6",
                                    "rfc822;+0A",      "rfc822;+C3",        ";a"};
  char room[1100], text[1100];
  struct cmta_original_recipient recipient = {0};
  cr_expect(parameter_original_recipient(value_of(room, "utf-8;\\x{2B}\\x{F6}\\x{20AC}\\x{10FFFF}"),
                                         text, &recipient));
  cr_expect(cmta_slice_is(recipient.type, "utf-8"));
  cr_expect(cmta_slice_is(recipient.address, "+\xc3\xb6\xe2\x82\xac\xf4\x8f\xbf\xbf"));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    cr_expect_eq(parameter_original_recipient(value_of(room, bad[i]), text, &recipient), 0, "%s",
                 bad[i]);
}
