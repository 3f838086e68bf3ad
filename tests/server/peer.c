/* SPDX-License-Identifier: MIT */

/* A client that can do TLS. */

#include "peer.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <openssl/err.h>
#include <string.h>
#include <unistd.h>

void peer_connect(struct peer *peer, struct world *world, int listener) {
  memset(peer, 0, sizeof *peer);
  client_connect(&peer->client, world, listener);
}

/* What TLS waits for. False when nothing will come. */
static bool wait_for_tls(struct peer *peer, int result) {
  switch (SSL_get_error(peer->ssl, result)) {
  case SSL_ERROR_WANT_READ:
    client_wait(&peer->client);
    return true;
  case SSL_ERROR_WANT_WRITE:
    ev_run(peer->client.world->loop, EVRUN_NOWAIT);
    return true;
  default:
    ERR_clear_error();
    return false;
  }
}

void peer_send(struct peer *peer, const char *text) {
  size_t length = strlen(text);
  if (!peer->ssl) {
    client_send(&peer->client, text);
    return;
  }
  while (length > 0) {
    int count = SSL_write(peer->ssl, text, (int)length);
    if (count <= 0)
      cr_assert(wait_for_tls(peer, count), "TLS takes nothing");
    text += count > 0 ? count : 0;
    length -= count > 0 ? (size_t)count : 0;
  }
}

static void take_clear(struct peer *peer, char *room, size_t size) {
  ssize_t count = read(peer->client.fd, room, size);
  if (count > 0)
    peer->length += (size_t)count;
  else if (count < 0 && errno == EAGAIN)
    client_wait(&peer->client);
  else
    peer->end = true;
}

static void take_tls(struct peer *peer, char *room, size_t size) {
  int count = SSL_read(peer->ssl, room, (int)size);
  if (count > 0)
    peer->length += (size_t)count;
  else
    peer->end = !wait_for_tls(peer, count);
}

/* Takes what is there, or waits once. */
static void fill(struct peer *peer) {
  size_t room = sizeof peer->input - peer->length;
  cr_assert_gt(room, 0, "a reply is too long");
  (peer->ssl ? take_tls : take_clear)(peer, peer->input + peer->length, room);
}

/* Octets of the first complete reply in the input, or 0. */
static size_t reply_length(const struct peer *peer) {
  size_t line = 0;
  for (size_t i = 0; i + 1 < peer->length; i++) {
    if (memcmp(peer->input + i, "\r\n", 2) != 0)
      continue;
    if (i >= line + 3 && peer->input[line + 3] != '-')
      return i + 2;
    line = i + 2;
  }
  return 0;
}

const char *peer_hear(struct peer *peer) {
  size_t length = reply_length(peer);
  while (length == 0 && !peer->end) {
    fill(peer);
    length = reply_length(peer);
  }
  cr_assert_neq(length, 0, "the connection ended where a reply was due");
  cr_assert_lt(length, sizeof peer->reply);
  memcpy(peer->reply, peer->input, length);
  peer->reply[length] = '\0';
  peer->length -= length;
  memmove(peer->input, peer->input + length, peer->length);
  return peer->reply;
}

void peer_expect(struct peer *peer, const char *beginning) {
  const char *reply = peer_hear(peer);
  cr_assert_eq(strncmp(reply, beginning, strlen(beginning)), 0, "expected %s, got %s", beginning,
               reply);
}

void peer_say(struct peer *peer, const char *line, const char *beginning) {
  peer_send(peer, line);
  peer_send(peer, "\r\n");
  peer_expect(peer, beginning);
}

void peer_greet(struct peer *peer) {
  peer_expect(peer, "220 ");
  peer_say(peer, "EHLO client.example", "250");
}

void peer_expect_end(struct peer *peer) {
  while (!peer->end && peer->length == 0)
    fill(peer);
  cr_assert_eq(peer->length, 0, "expected the end, got %.*s", (int)peer->length, peer->input);
}

void peer_secure(struct peer *peer, int version, const char *file) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  if (version)
    SSL_CTX_set_max_proto_version(context, version);
  if (file) {
    cr_assert_eq(SSL_CTX_use_certificate_chain_file(context, file), 1);
    cr_assert_eq(SSL_CTX_use_PrivateKey_file(context, file, SSL_FILETYPE_PEM), 1);
  }
  peer->ssl = SSL_new(context);
  SSL_CTX_free(context);
  SSL_set_fd(peer->ssl, peer->client.fd);
  int result;
  while ((result = SSL_connect(peer->ssl)) != 1)
    cr_assert(wait_for_tls(peer, result), "no handshake");
}

void peer_greet_secured(struct peer *peer, int version) {
  peer_greet(peer);
  peer_say(peer, "STARTTLS", "220 ");
  peer_secure(peer, version, NULL);
  peer_say(peer, "EHLO client.example", "250");
}

void peer_close(struct peer *peer) {
  SSL_free(peer->ssl);
  peer->ssl = NULL;
  client_close(&peer->client, false);
}

void peer_leave(struct peer *peer) {
  peer_close(peer);
  world_run_empty(peer->client.world);
}
