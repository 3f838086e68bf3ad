/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_SERVER_LOGIN_H
#define CMTA_TESTS_SERVER_LOGIN_H

/* AUTH as clients do it: by GNU SASL, or with responses written by hand. And the server that the
 * tests of authentication have: one client, one world. */

#include "peer.h"

extern struct world world;
extern struct peer peer;

/* ---- The server ---- */

/* What a test's init and fini do. No delay of failures, any number of them, and secrets may be
   shown in clear. */
void login_begin(void);
void login_end(void);

/* The two parts of login_begin(): in between the world may be changed. */
void login_prepare(void);
void login_make(void);

/* Adds the users alice, with the password "secret", and bob, with "hidden". */
void login_add_users(void);

/* Listens in clear, connects, greets. */
void login_open(void);

/* Listens with STARTTLS, and connects. */
void login_listen_secured(void);

/* The same, and greets before and after the handshake, with at most this version of TLS (0: any).
 */
void login_open_secured(int version);

/* The same with client's certificates asked for, that the authority in a file has signed; the
   client shows the one in another, or none. The names lie in a folder of the test's own. */
void login_open_with_certificate(const char *authority, const char *shown);

/* ---- Clients ---- */

enum binding { BINDING_RIGHT, BINDING_WRONG, BINDING_NONE };

struct account {
  const char *user, *password;
  const char *authorization; /* or NULL */
  enum binding binding;      /* what a mechanism that binds gets of TLS */
  bool asked;                /* says nothing with AUTH that it can be asked for */
  const char *last_word;     /* what it says at the end in place of nothing, in base64; or NULL */
};

/* One AUTH to its end, by GNU SASL. The last reply, or what the client says of a server that has
   not proved itself. */
const char *login(const char *mechanism, const struct account *account);

/* The same, and asserts that the reply begins so. */
void login_expect(const char *mechanism, const char *user, const char *password,
                  const char *beginning);

/* Sends "AUTH mechanism initial", octets as base64; no initial response for NULL. */
void login_start(const char *mechanism, const char *initial, size_t length);

/* Sends a response, octets as base64. */
void login_respond(const char *response, size_t length);

/* AUTH PLAIN with the three names, and expects. */
void login_plain(const char *authorization, const char *user, const char *password,
                 const char *beginning);

/* What is in a 334; lives until the next. */
const char *login_challenge(const char *reply);

#endif
