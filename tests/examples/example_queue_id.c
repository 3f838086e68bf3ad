/* SPDX-License-Identifier: MIT */
/* Queues each message as a file and tells its client the file's name, which is also the `id` of the
 * Received field in front of the message: example_queue_id ADDR:PORT FOLDER */
#include <cmta/server.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Named as soon as it begins, so that whatever is logged of a transaction can say its name. */
static enum cmta_verdict mail(struct cmta_session *session, void *user,
                              const struct cmta_path *from) {
  unsigned *number = user;
  char id[32];
  snprintf(id, sizeof id, "%llX-%X", (unsigned long long)time(NULL), (*number)++);
  return cmta_transaction_set_id(session, id) < 0 ? CMTA_TEMPFAIL : CMTA_ACCEPT;
}

/* The 250 is a promise: the message must be on the disk before. What is not gets a 451, and the
 * client keeps it. */
static enum cmta_verdict message(struct cmta_session *session, void *user,
                                 const struct cmta_message *message) {
  const char *id = cmta_transaction_id(session);
  struct cmta_slice data;
  if (cmta_message_data(message, &data) < 0)
    return CMTA_TEMPFAIL;
  int fd = open(id, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return CMTA_TEMPFAIL;
  bool stored = write(fd, data.at, data.length) == (ssize_t)data.length && fsync(fd) == 0;
  if (close(fd) < 0 || !stored)
    return unlink(id), CMTA_TEMPFAIL;
  cmta_reply(session, 250, "2.0.0", "Queued as %s", id);
  return CMTA_ACCEPT;
}

int main(int argc, char **argv) {
  const struct cmta_hooks hooks = {.size = sizeof hooks, .mail = mail, .message = message};
  struct cmta_settings settings;
  struct cmta_config config;
  cmta_settings_init(&settings);
  cmta_config_init(&config);
  settings.received = true;
  config.settings = &settings;
  struct cmta_server *server;
  uint16_t port;
  unsigned number = 0;
  if (argc < 3 || chdir(argv[2]) < 0 ||
      cmta_server_new(&server, NULL, &config, &hooks, &number) < 0)
    return 1;
  int result = cmta_server_listen(server, argv[1]);
  if (cmta_server_listener(server, result, NULL, &port) == 0) {
    fprintf(stderr, "listening on port %u\n", port);
    result = cmta_server_run(server, true);
  }
  cmta_server_free(server);
  return result < 0;
}
