/* SPDX-License-Identifier: MIT */
/* A policy and its test, without sockets: senders of one domain are refused, but for users who have
 * logged in. The test expects that of example.org: example_dialog [DOMAIN]. Build it with
 * pkg-config's cmta-testkit. */
#include <cmta/dialog.h>
#include <stdio.h>

static enum cmta_verdict mail(struct cmta_session *session, void *domain,
                              const struct cmta_path *from) {
  if (cmta_session_identity(session) || !cmta_slice_is_word(from->domain, domain))
    return CMTA_ACCEPT;
  cmta_reply(session, 550, "5.7.1", "Not from %s", (char *)domain);
  return CMTA_REJECT;
}

static const struct cmta_hooks hooks = {.size = sizeof hooks, .mail = mail};

/* A conversation, line by line; what was not as expected is said at its end. */
static int test_that_spammers_are_refused(char *domain) {
  struct cmta_dialog *dialog;
  if (cmta_dialog_new(&dialog, NULL, &hooks, domain) < 0)
    return 1;
  cmta_dialog_expect(dialog, NULL, "220");
  cmta_dialog_expect(dialog, "EHLO client.example", "250");
  cmta_dialog_expect(dialog, "MAIL FROM:<spammer@example.org>", "550 5.7.1");
  cmta_dialog_expect(dialog, "MAIL FROM:<friend@example.net>", "250 2.1.0");
  int failed = cmta_dialog_failure(dialog) != NULL;
  if (failed)
    puts(cmta_dialog_failure(dialog));
  cmta_dialog_free(dialog);
  return failed;
}

/* One question alone, as if all that comes before had been said. */
static int test_that_users_are_not(char *domain) {
  struct cmta_scene scene = CMTA_SCENE_INIT;
  scene.user = "alice";
  struct cmta_answer answer;
  int result = cmta_scene_ask(NULL, &hooks, domain, &scene, "mail", "<alice@example.org>", &answer);
  if (result == 0 && answer.verdict == CMTA_ACCEPT)
    return 0;
  printf("alice heard %d %s\n", answer.code, answer.text);
  return 1;
}

int main(int argc, char **argv) {
  char *domain = argc > 1 ? argv[1] : "example.org";
  int failures = test_that_spammers_are_refused(domain) + test_that_users_are_not(domain);
  return failures != 0;
}
