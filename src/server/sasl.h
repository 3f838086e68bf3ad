/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_SASL_H
#define CMTA_SERVER_SASL_H

/*
 * Authentication in a server: a chain of authenticators, and a hook set of the server's own, the
 * last of all, that answers `auth`.
 *
 *   sasl.c         the authenticators, the mechanisms on offer, the hook set
 *   exchange.c     one AUTH: its steps, whom it asks, how it ends
 *   auth_answer.c  late answers of authenticators, before they reach it
 */

#include "server/mechanism.h"
#include "server/server.h"

struct connection;

/* An authenticator that was added. */
struct authenticator {
  struct cmta_authenticator face; /* name is a copy */
  size_t name_size;
  void *user;
};

/* What a server with authenticators has. */
struct sasl {
  struct mechanisms_context *context;
  struct authenticator *authenticators;
  size_t count;
};

/* Before the first session: puts the hook set behind those of the application. False without
   memory. */
bool sasl_attach(struct cmta_server *server);

/* Has a session offer what its connection can have: before it runs, and again when TLS is there.
   False without memory. */
bool sasl_offer(struct connection *connection);

/* Whether somebody here knows each mechanism of a list; NULL is none. One that has no
   authenticators is judged by nobody. */
bool sasl_knows(const struct cmta_server *server, const char *mechanisms);

/* Frees what a server's authenticators need; no session is left. */
void sasl_free(struct cmta_server *server);

/* Whether this can be a late answer to some question; secret may be NULL. */
bool auth_answer_is_sound(enum cmta_auth_result result, const struct cmta_secret *secret);

/* Whether it says OK and has nothing that was looked up. */
bool auth_answer_lacks_secret(enum cmta_auth_result result, const struct cmta_secret *secret);

/* Whether an authenticator is asked about a connection, or has left the question open. */
bool exchange_asks(const struct connection *connection);

/* The same, and what it is asked for is a secret. */
bool exchange_looks_up(const struct connection *connection);

/* An authenticator's answer to the question of a connection that it left open; secret is never
   NULL. 0 or CMTA_E_STATE. */
int exchange_answer(struct connection *connection, enum cmta_auth_result result,
                    const struct cmta_secret *secret);

/* The server is stopping: a refusal that waits for its delay is decided now. */
void exchange_stop(struct connection *connection);

/* The hooks of the set. */
enum cmta_verdict exchange_auth(struct cmta_session *session, void *user,
                                const struct cmta_auth *auth);
void exchange_cancelled(struct cmta_session *session, void *user, const char *question);

#endif
