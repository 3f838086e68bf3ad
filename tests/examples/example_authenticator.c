/* SPDX-License-Identifier: MIT */
/* Users of its own table, over STARTTLS; `verify` for PLAIN, `look_up` for SCRAM: ADDR:PORT */
#include <cmta/auth.h>
#include <cmta/server.h>
#include <stdio.h>
#include <string.h>

static const struct account {
  const char *name, *password;
} accounts[] = {{"alice", "wonderland"}, {"bob", "builder"}, {NULL, "nobody has this one"}};

static const struct account *find(const char *name) {
  const struct account *account = accounts;
  while (account->name && strcmp(account->name, name) != 0)
    account++;
  return account; /* the last one for who is not there, who costs as much as others */
}

static enum cmta_auth_result verify(struct cmta_session *session, void *user,
                                    const struct cmta_credentials *claim) {
  const struct account *account = find(claim->user);
  size_t length = strlen(account->password);
  bool differs = claim->secret.length != length || *claim->authorization; /* as another: never */
  for (size_t i = 0; i < claim->secret.length; i++) /* takes as long wherever they differ */
    differs |= claim->secret.at[i] != account->password[i % length];
  return !account->name ? CMTA_AUTH_UNKNOWN : differs ? CMTA_AUTH_WRONG : CMTA_AUTH_OK;
}

static enum cmta_auth_result look_up(struct cmta_session *session, void *user,
                                     const struct cmta_credentials *claim,
                                     struct cmta_secret *secret) {
  const struct account *account = find(claim->user);
  secret->password = (struct cmta_slice){account->password, strlen(account->password)};
  return account->name ? CMTA_AUTH_OK : CMTA_AUTH_UNKNOWN;
}

int main(int argc, char **argv) {
  const struct cmta_authenticator own = {
      .size = sizeof own, .kinds = CMTA_CREDENTIAL_PASSWORD, .verify = verify, .look_up = look_up};
  struct cmta_tls_config config;
  struct cmta_listen listen;
  struct cmta_server *server;
  uint16_t port;
  cmta_tls_config_init(&config);
  cmta_listen_init(&listen);
  config.self_signed = "localhost"; /* for tests; else config.certificates */
  listen.address = argv[1], listen.tls_mode = CMTA_TLS_REQUIRED, listen.auth_required = true;
  if (cmta_tls_new(&listen.tls, &config, NULL, 0) < 0 ||
      cmta_server_new(&server, NULL, NULL, NULL, NULL) < 0 ||
      cmta_server_add_authenticator(server, &own, NULL) < 0)
    return 1;
  int result = cmta_server_listen_with(server, &listen);
  if (cmta_server_listener(server, result, NULL, &port) == 0) {
    fprintf(stderr, "listening on port %u\n", port);
    result = cmta_server_run(server, true);
  }
  cmta_server_free(server);
  cmta_tls_free(listen.tls);
  return result < 0;
}
