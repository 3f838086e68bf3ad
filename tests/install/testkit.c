/* SPDX-License-Identifier: MIT */
/* A program of somebody else's that links the test kit: it starts one, finds no mail in it, and
 * ends well. */

#include <cmta/testkit.h>

int main(void) {
  struct cmta_kit *kit;
  struct cmta_mail *mail;
  int well;
  if (cmta_kit_start(&kit, NULL) != 0)
    return 1;
  well = cmta_kit_port(kit) != 0 && cmta_kit_take(kit, NULL, 0, &mail) == CMTA_E_TIMEOUT;
  cmta_kit_stop(kit);
  return well ? 0 : 1;
}
