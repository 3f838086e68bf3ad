/* SPDX-License-Identifier: MIT */
/* A verb of one's own, XCOUNT: how many messages have been printed: example_verb ADDR:PORT */
#include <cmta/server.h>

#include <stdio.h>

static enum cmta_verdict xcount(struct cmta_session *session, void *user,
                                const struct cmta_verb *verb, struct cmta_slice argument) {
  const unsigned *printed = user;
  if (argument.length > 0) {
    cmta_reply(session, 501, "5.5.4", "%s takes no argument", verb->name);
    return CMTA_REJECT;
  }
  cmta_reply(session, 250, "2.0.0", "%u printed", *printed);
  return CMTA_ACCEPT;
}

static enum cmta_verdict message(struct cmta_session *session, void *user,
                                 const struct cmta_message *message) {
  unsigned *printed = user;
  struct cmta_slice data;
  if (cmta_message_data(message, &data) < 0 ||
      fwrite(data.at, 1, data.length, stdout) != data.length || fflush(stdout) != 0)
    return CMTA_TEMPFAIL;
  ++*printed;
  return CMTA_ACCEPT;
}

int main(int argc, char **argv) {
  unsigned printed = 0;
  const struct cmta_verb verbs[] = {{.name = "XCOUNT",
                                     .phases = CMTA_PHASE_GREETED | CMTA_PHASE_READY, /* else 503 */
                                     .help = "XCOUNT",
                                     .question = xcount,
                                     .user = &printed}};
  const struct cmta_hooks hooks = {.size = sizeof hooks, .message = message};
  struct cmta_settings settings;
  struct cmta_config config;
  cmta_settings_init(&settings);
  cmta_config_init(&config);
  settings.verbs = verbs;
  settings.verb_count = sizeof verbs / sizeof *verbs;
  config.settings = &settings;
  struct cmta_server *server;
  uint16_t port;
  if (cmta_server_new(&server, NULL, &config, &hooks, &printed) < 0)
    return 1;
  int result = cmta_server_listen(server, argv[1]);
  if (cmta_server_listener(server, result, NULL, &port) == 0) {
    fprintf(stderr, "listening on port %u\n", port);
    result = cmta_server_run(server, true);
  }
  cmta_server_free(server);
  return result < 0;
}
