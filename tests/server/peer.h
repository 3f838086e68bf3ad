/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_SERVER_PEER_H
#define CMTA_TESTS_SERVER_PEER_H

/*
 * A client that can do TLS and long replies, over that of the harness: what the tests of
 * authentication speak to a server with. In clear until peer_secure().
 */

#include "harness.h"

#include <openssl/ssl.h>

struct peer {
  struct client client; /* its socket; the buffers are not used */
  SSL *ssl;             /* or NULL, in clear */
  char input[16384];
  size_t length; /* octets of input that no reply has used up */
  bool end;      /* the server has closed its side */
  char reply[16384];
};

/* Connects to a listener. The greeting is not taken. */
void peer_connect(struct peer *peer, struct world *world, int listener);

/* Sends all of it. */
void peer_send(struct peer *peer, const char *text);

/* Takes one reply, all of its lines. Lives until the next. */
const char *peer_hear(struct peer *peer);

/* Takes one reply and asserts that it begins so. */
void peer_expect(struct peer *peer, const char *beginning);

/* Sends a line (CR LF is added) and expects. */
void peer_say(struct peer *peer, const char *line, const char *beginning);

/* Greeting and EHLO. */
void peer_greet(struct peer *peer);

/* Asserts that the server closes its side before any other byte. */
void peer_expect_end(struct peer *peer);

/* The handshake of TLS, of at most this version (0: any); with certificate and key from a file, or
   NULL. */
void peer_secure(struct peer *peer, int version, const char *file);

/* Greeting, EHLO, STARTTLS, handshake, EHLO. */
void peer_greet_secured(struct peer *peer, int version);

/* Closes and frees; the server has seen it. */
void peer_leave(struct peer *peer);

/* Closes and frees; the server is not run. */
void peer_close(struct peer *peer);

#endif
