/* SPDX-License-Identifier: MIT */
/* A test of a program that sends mail, without any test library: it is given the port to send to.
 */
#include <cmta/testkit.h>
#include <stdio.h>
#include <stdlib.h>

/* What is tested: here any program that is named, with the port behind it. */
static int send_newsletter(const char *program, unsigned port) {
  char command[512];
  snprintf(command, sizeof command, "%s %u", program, port);
  return system(command);
}

static int check(struct cmta_kit *kit) {
  char difference[2048];
  struct cmta_match expected[] = {CMTA_MATCH_INIT, CMTA_MATCH_INIT};
  expected[0].recipient = "alice@example.net";
  expected[1].recipient = "bob@example.net";
  expected[0].subject = expected[1].subject = "News";
  if (cmta_kit_expect(kit, expected, 2, 5, difference, sizeof difference) == 0)
    return 0;
  fputs(difference, stdout);
  return 1;
}

int main(int argc, char **argv) {
  struct cmta_kit *kit;
  int error = cmta_kit_start(&kit, NULL);
  if (argc < 2 || error) {
    fprintf(stderr, "%s: %s\n", argv[0], error ? cmta_strerror(error) : "which program?");
    return 2;
  }
  int failed = send_newsletter(argv[1], cmta_kit_port(kit)) != 0 || check(kit) != 0;
  cmta_kit_stop(kit);
  return failed;
}
