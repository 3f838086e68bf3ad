/* SPDX-License-Identifier: MIT */

/* AUTH as clients do it. */

#include "login.h"

#include <criterion/criterion.h>
#include <gsasl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct world world;
struct peer peer;
static struct cmta_tls *tls;

/* ---- The server ---- */

void login_prepare(void) {
  world_init(&world);
  world.settings.auth_in_clear = true;
  world.settings.max_auth_failures = 0;
  world.config.auth_failure_delay = 0;
}

void login_make(void) {
  cr_assert_eq(cmta_server_new(&world.server, world.loop, &world.config, &world.hooks, &world), 0);
}

void login_begin(void) {
  login_prepare();
  login_make();
}

void login_end(void) {
  world_free(&world);
  cmta_tls_free(tls);
  tls = NULL;
}

void login_add_users(void) {
  static const char *const users[] = {"alice:secret", "bob:hidden", NULL};
  cr_assert_geq(cmta_server_add_users(world.server, users, false), 0);
}

void login_open(void) {
  world_listen_any(&world);
  peer_connect(&peer, &world, 0);
  peer_greet(&peer);
}

static void listen_with(struct cmta_tls_config *config) {
  char why[256] = "";
  struct cmta_listen listen;
  config->self_signed = "localhost";
  cr_assert_eq(cmta_tls_new(&tls, config, why, sizeof why), 0, "%s", why);
  cmta_listen_init(&listen);
  listen.address = "127.0.0.1:0";
  listen.tls = tls;
  listen.tls_mode = CMTA_TLS_OFFERED;
  cr_assert_geq(cmta_server_listen_with(world.server, &listen), 0);
}

void login_listen_secured(void) {
  struct cmta_tls_config config;
  cmta_tls_config_init(&config);
  listen_with(&config);
  peer_connect(&peer, &world, 0);
}

void login_open_secured(int version) {
  login_listen_secured();
  peer_greet_secured(&peer, version);
}

void login_open_with_certificate(const char *authority, const char *shown) {
  struct cmta_tls_config config;
  cmta_tls_config_init(&config);
  config.client_certificate = CMTA_CLIENT_CERTIFICATE_ASKED;
  config.client_authorities = authority;
  listen_with(&config);
  peer_connect(&peer, &world, 0);
  peer_greet(&peer);
  peer_say(&peer, "STARTTLS", "220 ");
  peer_secure(&peer, 0, shown);
  peer_say(&peer, "EHLO client.example", "250");
}

/* ---- By GNU SASL ---- */

static int give(Gsasl_session *session, Gsasl_property property, const char *text) {
  return text ? gsasl_property_set(session, property, text) : GSASL_NO_CALLBACK;
}

static int give_binding(Gsasl_session *session, enum binding binding) {
  static const char label[] = "EXPORTER-Channel-Binding";
  unsigned char key[32];
  char *text = NULL;
  if (binding == BINDING_NONE || !peer.ssl ||
      SSL_export_keying_material(peer.ssl, key, sizeof key, label, strlen(label), NULL, 0, 0) != 1)
    return GSASL_NO_CALLBACK;
  key[0] ^= binding == BINDING_WRONG;
  cr_assert_eq(gsasl_base64_to((char *)key, sizeof key, &text, NULL), GSASL_OK);
  int error = give(session, GSASL_CB_TLS_EXPORTER, text);
  gsasl_free(text);
  return error;
}

static int on_question(Gsasl *gsasl, Gsasl_session *session, Gsasl_property property) {
  const struct account *account = gsasl_callback_hook_get(gsasl);
  switch (property) {
  case GSASL_AUTHID:
    return give(session, property, account->user);
  case GSASL_PASSWORD:
    return give(session, property, account->password);
  case GSASL_AUTHZID:
    return give(session, property, account->authorization);
  case GSASL_CB_TLS_EXPORTER:
    return give_binding(session, account->binding);
  default:
    return GSASL_NO_CALLBACK;
  }
}

static void send_command(const char *mechanism, const char *text) {
  peer_send(&peer, "AUTH ");
  peer_send(&peer, mechanism);
  if (text)
    peer_send(&peer, *text ? " " : " =");
  peer_send(&peer, text ? text : "");
  peer_send(&peer, "\r\n");
}

/* Goes on while the server asks; 334 is three digits and a blank. */
static const char *converse(Gsasl_session *session, const char *last_word) {
  const char *reply = peer_hear(&peer);
  while (strncmp(reply, "334 ", 4) == 0) {
    char *text = NULL;
    size_t length = strcspn(reply + 4, "\r");
    peer.reply[4 + length] = '\0';
    int error = gsasl_step64(session, reply + 4, &text);
    if (error != GSASL_OK && error != GSASL_NEEDS_MORE)
      return gsasl_strerror_name(error);
    bool last = text && !*text && last_word;
    peer_send(&peer, last ? last_word : text ? text : "");
    peer_send(&peer, "\r\n");
    gsasl_free(text);
    reply = peer_hear(&peer);
  }
  return reply;
}

const char *login(const char *mechanism, const struct account *account) {
  Gsasl *gsasl;
  Gsasl_session *session;
  char *text = NULL;
  cr_assert_eq(gsasl_init(&gsasl), GSASL_OK);
  gsasl_callback_set(gsasl, on_question);
  gsasl_callback_hook_set(gsasl, (void *)(uintptr_t)account);
  cr_assert_eq(gsasl_client_start(gsasl, mechanism, &session), GSASL_OK);
  bool waits = account->asked || strcmp(mechanism, "CRAM-MD5") == 0;
  int error = waits ? GSASL_OK : gsasl_step64(session, "", &text);
  const char *reply = gsasl_strerror_name(error);
  if (error == GSASL_OK || error == GSASL_NEEDS_MORE) {
    send_command(mechanism, text);
    reply = converse(session, account->last_word);
  }
  gsasl_free(text);
  gsasl_finish(session);
  gsasl_done(gsasl);
  return reply;
}

void login_expect(const char *mechanism, const char *user, const char *password,
                  const char *beginning) {
  const struct account account = {.user = user, .password = password};
  const char *reply = login(mechanism, &account);
  cr_assert_eq(strncmp(reply, beginning, strlen(beginning)), 0, "%s of %s: expected %s, got %s",
               mechanism, user, beginning, reply);
}

/* ---- By hand ---- */

static char *encode(const char *octets, size_t length) {
  char *text = NULL;
  cr_assert_eq(gsasl_base64_to(octets, length, &text, NULL), GSASL_OK);
  return text;
}

void login_start(const char *mechanism, const char *initial, size_t length) {
  char *text = initial ? encode(initial, length) : NULL;
  send_command(mechanism, text);
  gsasl_free(text);
}

void login_respond(const char *response, size_t length) {
  char *text = encode(response, length);
  peer_send(&peer, text);
  peer_send(&peer, "\r\n");
  gsasl_free(text);
}

void login_plain(const char *authorization, const char *user, const char *password,
                 const char *beginning) {
  char text[16384];
  int length = snprintf(text, sizeof text, "%s%c%s%c%s", authorization, 0, user, 0, password);
  login_start("PLAIN", text, (size_t)length);
  peer_expect(&peer, beginning);
}

const char *login_challenge(const char *reply) {
  static char text[12288];
  char *octets = NULL;
  size_t length;
  cr_assert_eq(strncmp(reply, "334 ", 4), 0, "expected 334, got %s", reply);
  cr_assert_eq(gsasl_base64_from(reply + 4, strcspn(reply + 4, "\r"), &octets, &length), GSASL_OK);
  cr_assert_lt(length, sizeof text);
  memcpy(text, octets, length);
  text[length] = '\0';
  gsasl_free(octets);
  return text;
}
