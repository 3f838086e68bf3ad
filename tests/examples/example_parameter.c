/* SPDX-License-Identifier: MIT */
/* A parameter of one's own, X-PRIORITY=-9 to 9. The library reads and checks it, a hook puts off
 * what is not urgent enough: example_parameter ADDR:PORT LEAST */
#include <cmta/server.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* A malformed value has had its 501 before a hook is asked. */
static enum cmta_verdict mail(struct cmta_session *session, void *least,
                              const struct cmta_path *from) {
  const struct cmta_parameter *parameter = cmta_path_parameter(from, "X-PRIORITY");
  int64_t priority = parameter ? parameter->number : 0;
  if (priority >= *(const int64_t *)least)
    return CMTA_ACCEPT;
  cmta_reply(session, 450, "4.7.15", "Priority %" PRId64 " has to wait", priority);
  return CMTA_TEMPFAIL;
}

static enum cmta_verdict message(struct cmta_session *session, void *least,
                                 const struct cmta_message *message) {
  struct cmta_slice data;
  if (cmta_message_data(message, &data) < 0 ||
      fwrite(data.at, 1, data.length, stdout) != data.length || fflush(stdout) != 0)
    return CMTA_TEMPFAIL;
  return CMTA_ACCEPT;
}

int main(int argc, char **argv) {
  const struct cmta_keyword priority = {.ehlo = "X-PRIORITY",
                                        .parameter = "X-PRIORITY",
                                        .commands = CMTA_WITH_MAIL,
                                        .value = CMTA_VALUE_INTEGER,
                                        .value_required = true,
                                        .minimum = -9,
                                        .maximum = 9,
                                        .octets = 14};
  const struct cmta_hooks hooks = {.size = sizeof hooks, .mail = mail, .message = message};
  int64_t least = argc > 2 ? atoi(argv[2]) : 0;
  struct cmta_settings settings;
  struct cmta_config config;
  cmta_settings_init(&settings);
  cmta_config_init(&config);
  settings.keywords = &priority;
  settings.keyword_count = 1;
  config.settings = &settings;
  struct cmta_server *server;
  uint16_t port;
  if (cmta_server_new(&server, NULL, &config, &hooks, &least) < 0)
    return 1;
  int result = cmta_server_listen(server, argv[1]);
  if (cmta_server_listener(server, result, NULL, &port) == 0) {
    fprintf(stderr, "listening on port %u\n", port);
    result = cmta_server_run(server, true);
  }
  cmta_server_free(server);
  return result < 0;
}
