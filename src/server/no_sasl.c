/* SPDX-License-Identifier: MIT */

/* What a library without SASL says of it. */

#include "server/connection.h"
#include "server/listener.h"
#include "server/sasl.h"

#include <stdio.h>

int cmta_server_add_authenticator(struct cmta_server *server,
                                  const struct cmta_authenticator *authenticator, void *user) {
  (void)server, (void)authenticator, (void)user;
  return CMTA_E_UNSUPPORTED;
}

bool sasl_attach(struct cmta_server *server) {
  (void)server;
  return true;
}

bool sasl_offer(struct connection *connection) {
  const char *chosen = connection->listener->mechanisms;
  return !chosen || cmta_session_set_mechanisms(connection->session, chosen) == 0;
}

bool sasl_knows(const struct cmta_server *server, const char *mechanisms) {
  (void)server, (void)mechanisms;
  return true;
}

void sasl_free(struct cmta_server *server) { (void)server; }

bool exchange_asks(const struct connection *connection) {
  (void)connection;
  return false;
}

bool exchange_looks_up(const struct connection *connection) {
  (void)connection;
  return false;
}

int exchange_answer(struct connection *connection, enum cmta_auth_result result,
                    const struct cmta_secret *secret) {
  (void)connection, (void)result, (void)secret;
  return CMTA_E_STATE;
}

void exchange_stop(struct connection *connection) { (void)connection; }

int cmta_server_add_users(struct cmta_server *server, const char *const *users, bool may_act) {
  (void)server, (void)users, (void)may_act;
  return CMTA_E_UNSUPPORTED;
}

int cmta_server_add_password_file(struct cmta_server *server, const char *path, char *why,
                                  size_t size) {
  (void)server, (void)path;
  if (why && size)
    snprintf(why, size, "this library was built without SASL");
  return CMTA_E_UNSUPPORTED;
}

int cmta_server_add_password_file_with(struct cmta_server *server,
                                       const struct cmta_password_file *file, char *why,
                                       size_t size) {
  (void)file;
  return cmta_server_add_password_file(server, "", why, size);
}

int cmta_server_add_checkpassword(struct cmta_server *server, const char *const *arguments) {
  (void)server, (void)arguments;
  return CMTA_E_UNSUPPORTED;
}

ptrdiff_t cmta_password_entry(char *entry, size_t size, const char *name, const char *password,
                              const char *scheme, unsigned iterations) {
  (void)entry, (void)size, (void)name, (void)password, (void)scheme, (void)iterations;
  return CMTA_E_UNSUPPORTED;
}
