/* SPDX-License-Identifier: MIT */

/*
 * A program on a library from which something was left out: usage: program [TLS] [SASL], what was.
 * It ends with 1 where the library says otherwise. Else it listens twice, once without TLS and once
 * with TLS that is unavailable, prints both ports, and serves until SIGTERM.
 */

#include <cmta/server.h>

#include <stdio.h>
#include <string.h>

static bool is_among(const char *word, char **words) {
  while (*words && strcmp(*words, word) != 0)
    words++;
  return *words;
}

/* What TLS says of itself. */
static bool tls_answers(int expected) {
  struct cmta_tls_config config;
  struct cmta_tls *tls = NULL;
  char why[64] = "";
  cmta_tls_config_init(&config);
  config.self_signed = "localhost";
  int error = cmta_tls_new(&tls, &config, why, sizeof why);
  bool there = cmta_tls_certificate(tls);
  int again = cmta_tls_reload(tls, NULL, 0);
  cmta_tls_free(tls);
  return error == expected && there == (expected == 0) && (again == 0) == (expected == 0) &&
         (expected == 0 || why[0]);
}

static bool users_answer(struct cmta_server *server, int expected) {
  static const char *const users[] = {"alice:secret", NULL};
  return cmta_server_add_users(server, users, false) == expected;
}

static bool listens(struct cmta_server *server, enum cmta_tls_mode mode) {
  struct cmta_listen listen;
  uint16_t port;
  cmta_listen_init(&listen);
  listen.address = "127.0.0.1:0";
  listen.tls_mode = mode;
  int number = cmta_server_listen_with(server, &listen);
  return number >= 0 && cmta_server_listener(server, number, NULL, &port) == 0 &&
         printf("%u\n", (unsigned)port) > 0;
}

/* Whether a session, which has no TLS, has keys of it to give. */
static enum cmta_verdict on_mail(struct cmta_session *session, void *user,
                                 const struct cmta_path *path) {
  char key[32];
  (void)user, (void)path;
  int error = cmta_session_tls_export(session, "EXPORTER-Channel-Binding", key, sizeof key);
  return error == CMTA_E_STATE ? CMTA_ACCEPT : CMTA_REJECT;
}

int main(int argc, char **argv) {
  static const struct cmta_hooks hooks = {.size = sizeof hooks, .mail = on_mail};
  struct cmta_server *server;
  (void)argc;
  int users = is_among("SASL", argv) ? CMTA_E_UNSUPPORTED : 0;
  int tls = is_among("TLS", argv) ? CMTA_E_UNSUPPORTED : 0;
  if (cmta_server_new(&server, NULL, NULL, &hooks, NULL) != 0)
    return 1;
  bool well = tls_answers(tls) && users_answer(server, users) && listens(server, CMTA_TLS_OFF) &&
              listens(server, CMTA_TLS_UNAVAILABLE) && fflush(stdout) == 0 &&
              cmta_server_run(server, true) == 0;
  cmta_server_free(server);
  return well ? 0 : 1;
}
