/* SPDX-License-Identifier: MIT */

/* An authenticator that answers as it was told. */

#include "oracle.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static void note(struct oracle *oracle, struct cmta_session *session,
                 const struct cmta_credentials *claim) {
  oracle->session = session;
  oracle->kind = claim->kind;
  snprintf(oracle->mechanism, sizeof oracle->mechanism, "%s", claim->mechanism);
  snprintf(oracle->user, sizeof oracle->user, "%s", claim->user);
  snprintf(oracle->authorization, sizeof oracle->authorization, "%s", claim->authorization);
  snprintf(oracle->password, sizeof oracle->password, "%.*s", (int)claim->secret.length,
           claim->secret.length ? claim->secret.at : "");
  if (oracle->takes_ticket)
    cr_assert_eq(cmta_server_ticket(world.server, session, &oracle->ticket), 0);
}

static enum cmta_auth_result verify(struct cmta_session *session, void *user,
                                    const struct cmta_credentials *credentials) {
  struct oracle *oracle = user;
  oracle->verified++;
  note(oracle, session, credentials);
  if (oracle->identity)
    cr_assert_eq(cmta_session_set_identity(session, oracle->identity, NULL), 0);
  return oracle->verify;
}

static enum cmta_auth_result look_up(struct cmta_session *session, void *user,
                                     const struct cmta_credentials *claim,
                                     struct cmta_secret *secret) {
  static const struct cmta_secret none;
  struct oracle *oracle = user;
  oracle->looked_up++;
  note(oracle, session, claim);
  cr_assert_eq(memcmp(secret, &none, sizeof none), 0, "not all zero before");
  *secret = oracle->secret;
  return oracle->look_up;
}

static void cancelled(struct cmta_session *session, void *user) {
  struct oracle *oracle = user;
  oracle->cancelled++;
  cr_assert_eq(session, oracle->session);
}

static void release(void *user) {
  struct oracle *oracle = user;
  oracle->released++;
}

struct cmta_secret oracle_password(const char *password) {
  return (struct cmta_secret){.password = {password, strlen(password)}};
}

struct oracle oracle_new(void) {
  const unsigned all =
      CMTA_CREDENTIAL_PASSWORD | CMTA_CREDENTIAL_TOKEN | CMTA_CREDENTIAL_CERTIFICATE;
  return (struct oracle){
      .kinds = all, .verifies = true, .looks_up = true, .secret = oracle_password("secret")};
}

struct oracle oracle_ignorant(void) {
  struct oracle oracle = oracle_new();
  oracle.verify = oracle.look_up = CMTA_AUTH_UNKNOWN;
  oracle.secret = (struct cmta_secret){.hash = NULL};
  return oracle;
}

struct oracle oracle_verifier(enum cmta_auth_result answer) {
  struct oracle oracle = oracle_new();
  oracle.looks_up = false;
  oracle.verify = answer;
  return oracle;
}

struct oracle oracle_keeper(enum cmta_auth_result answer) {
  struct oracle oracle = oracle_new();
  oracle.verifies = false;
  oracle.look_up = answer;
  return oracle;
}

void oracle_add(struct oracle *oracle) {
  struct cmta_authenticator face = {.size = sizeof face,
                                    .name = "oracle",
                                    .kinds = oracle->kinds,
                                    .verify = oracle->verifies ? verify : NULL,
                                    .look_up = oracle->looks_up ? look_up : NULL,
                                    .cancelled = cancelled,
                                    .release = release};
  cr_assert_geq(cmta_server_add_authenticator(world.server, &face, oracle), 0);
}
