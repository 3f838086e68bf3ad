/* SPDX-License-Identifier: MIT */

/* store_serve FOLDER: a kit that keeps each mail in stores of all forms, made in FOLDER. It writes
 * its port to standard output, and ends when standard input does. For store_read.py. */

#include <cmta/store.h>
#include <cmta/testkit.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { STORES = 4 };

static const char *const names[STORES] = {
    [CMTA_STORE_JSONL] = "lines.jsonl",
    [CMTA_STORE_MAILDIR] = "maildir",
    [CMTA_STORE_MBOX] = "box.mbox",
    [CMTA_STORE_FOLDER] = "folder",
};

static enum cmta_mail_fate keep(void *context, struct cmta_session *session,
                                struct cmta_mail *mail) {
  (void)session;
  struct cmta_store **stores = context;
  for (size_t i = 0; i < STORES; i++)
    if (cmta_store_put(stores[i], mail) != 0)
      return CMTA_MAIL_REFUSE;
  return CMTA_MAIL_DONE;
}

static struct cmta_kit *start(void) {
  struct cmta_config server;
  struct cmta_settings settings;
  struct cmta_kit_config config;
  struct cmta_kit *kit;
  cmta_config_init(&server);
  cmta_settings_init(&settings);
  settings.extensions |= CMTA_EXTENSION_BINARYMIME;
  settings.manners.line_endings = CMTA_LINE_ENDINGS_KEEP;
  server.settings = &settings;
  cmta_kit_config_init(&config);
  config.config = &server;
  return cmta_kit_start(&kit, &config) == 0 ? kit : NULL;
}

static void serve(struct cmta_store **stores) {
  char octet;
  struct cmta_kit *kit = start();
  if (!kit)
    abort();
  cmta_mailbox_on_mail(cmta_kit_mailbox(kit), keep, stores);
  printf("%u\n", (unsigned)cmta_kit_port(kit));
  fflush(stdout);
  while (read(STDIN_FILENO, &octet, 1) > 0) {
  }
  cmta_kit_stop(kit);
}

int main(int argc, char **argv) {
  struct cmta_store *stores[STORES];
  if (argc != 2 || chdir(argv[1]) != 0)
    return EXIT_FAILURE;
  for (size_t i = 0; i < STORES; i++)
    if (cmta_store_new(&stores[i], (enum cmta_store_form)i, names[i]) != 0)
      return EXIT_FAILURE;
  serve(stores);
  for (size_t i = 0; i < STORES; i++)
    cmta_store_free(stores[i]);
  return EXIT_SUCCESS;
}
