/* SPDX-License-Identifier: MIT */

/* Clients that speak TLS, and what servers are told to speak it with. */

#include "secure.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* ---- Servers ---- */

struct noted noted;

int secure_listen(struct world *world, struct cmta_tls *tls, enum cmta_tls_mode mode) {
  struct cmta_listen listen;
  cmta_listen_init(&listen);
  listen.address = "127.0.0.1:0";
  listen.tls = tls;
  listen.tls_mode = mode;
  int number = world_listen_with(world, &listen);
  cr_assert_geq(number, 0);
  return number;
}

static enum cmta_verdict on_noop(struct cmta_session *session, void *user, struct cmta_slice text) {
  const struct cmta_tls_facts *facts = cmta_session_tls(session);
  (void)user, (void)text;
  memset(&noted, 0, sizeof noted);
  noted.tls = facts;
  noted.exported = cmta_session_tls_export(session, "EXPORTER-Channel-Binding", noted.key, 32);
  if (!facts)
    return CMTA_ACCEPT;
  snprintf(noted.version, sizeof noted.version, "%s", facts->version);
  snprintf(noted.cipher, sizeof noted.cipher, "%s", facts->cipher);
  snprintf(noted.suite, sizeof noted.suite, "%s", facts->cipher_suite);
  snprintf(noted.server_name, sizeof noted.server_name, "%s", facts->server_name);
  snprintf(noted.alpn, sizeof noted.alpn, "%s", facts->alpn);
  snprintf(noted.subject, sizeof noted.subject, "%s", facts->peer_subject);
  snprintf(noted.fingerprint, sizeof noted.fingerprint, "%s", facts->peer_fingerprint);
  noted.verified = facts->peer_verified;
  return CMTA_ACCEPT;
}

void secure_note(struct world *world) { world->hooks.noop = on_noop; }

void secure_run_empty(struct world *world) {
  ev_run(world->loop, EVRUN_NOWAIT);
  while (cmta_server_connections(world->server))
    ev_run(world->loop, EVRUN_ONCE);
}

/* ---- Bytes ---- */

/* Sends some; how many. Runs the loop while the socket is full; -1 when the server is gone. */
static ssize_t put(struct client *client, const char *bytes, size_t length) {
  struct iovec part = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  ssize_t count;
  while ((count = sendmsg(client->fd, &message, MSG_NOSIGNAL)) < 0 && errno == EAGAIN)
    client_wait_for(client, EV_WRITE);
  return count;
}

static bool is_at_end(const struct secure *secure) {
  return secure->until && secure->sent >= secure->until;
}

void secure_flush(struct secure *secure) {
  char *bytes;
  size_t length = (size_t)BIO_get_mem_data(secure->out, &bytes);
  if (secure->until && length > secure->until - secure->sent)
    length = secure->until - secure->sent;
  while (length > 0) {
    ssize_t count =
        put(secure->client, bytes, secure->most && secure->most < length ? secure->most : length);
    if (count < 0)
      break;
    bytes += count;
    length -= (size_t)count;
    secure->sent += (size_t)count;
    if (secure->most)
      ev_run(secure->client->world->loop, EVRUN_NOWAIT);
  }
  (void)BIO_reset(secure->out);
}

/* Takes what is there: as read(2). The end is shown to OpenSSL as well. */
static ssize_t take(struct secure *secure) {
  char bytes[16384];
  ssize_t count = read(secure->client->fd, bytes, sizeof bytes);
  if (count > 0)
    BIO_write(secure->in, bytes, (int)count);
  else if (count == 0)
    BIO_set_mem_eof_return(secure->in, 0);
  return count;
}

static bool must_read(const struct secure *secure, int returned) {
  return SSL_get_error(secure->ssl, returned) == SSL_ERROR_WANT_READ;
}

static ssize_t secure_read(struct client *client, void *buffer, size_t size) {
  struct secure *secure = client->layer;
  int count;
  ERR_clear_error();
  while ((count = SSL_read(secure->ssl, buffer, (int)size)) <= 0 && must_read(secure, count))
    if (take(secure) < 0)
      return -1;
  secure_flush(secure);
  if (count > 0 || SSL_get_error(secure->ssl, count) == SSL_ERROR_ZERO_RETURN)
    return count > 0 ? count : 0;
  secure->error = ERR_peek_last_error();
  ERR_clear_error();
  errno = ECONNRESET;
  return -1;
}

static ssize_t secure_write(struct client *client, const void *bytes, size_t size) {
  struct secure *secure = client->layer;
  int count = SSL_write(secure->ssl, bytes, (int)size);
  cr_assert_gt(count, 0);
  secure_flush(secure);
  return count;
}

/* ---- Handshakes ---- */

void secure_init(struct secure *secure, struct client *client) {
  *secure = (struct secure){.client = client, .context = SSL_CTX_new(TLS_client_method())};
  SSL_CTX_set_security_level(secure->context, 0);
}

SSL *secure_ssl(struct secure *secure) {
  if (secure->ssl)
    return secure->ssl;
  secure->ssl = SSL_new(secure->context);
  secure->in = BIO_new(BIO_s_mem());
  secure->out = BIO_new(BIO_s_mem());
  BIO_set_mem_eof_return(secure->in, -1);
  SSL_set_bio(secure->ssl, secure->in, secure->out);
  SSL_set_connect_state(secure->ssl);
  return secure->ssl;
}

bool secure_connect(struct secure *secure) {
  SSL *ssl = secure_ssl(secure);
  struct client *client = secure->client;
  int returned;
  ERR_clear_error();
  while ((returned = SSL_do_handshake(ssl)) != 1 && must_read(secure, returned)) {
    secure_flush(secure);
    if (is_at_end(secure))
      return false;
    while (take(secure) < 0) {
      if (errno != EAGAIN)
        return false;
      client_wait_for(client, EV_READ);
    }
  }
  if (returned == 1 && secure->first)
    cr_assert_gt(SSL_write(ssl, secure->first, (int)strlen(secure->first)), 0);
  secure_flush(secure);
  secure->error = ERR_peek_last_error();
  client->layer = secure;
  client->read = secure_read;
  client->write = secure_write;
  return returned == 1 && !is_at_end(secure);
}

void secure_starttls(struct secure *secure) {
  client_expect(secure->client, "220 ");
  client_say(secure->client, "EHLO client.example", "250");
  client_say(secure->client, "STARTTLS", "220 ");
  cr_assert(secure_connect(secure), "the handshake failed");
}

void secure_notify(struct secure *secure) {
  (void)SSL_shutdown(secure->ssl);
  secure_flush(secure);
}

void secure_free(struct secure *secure) {
  SSL_free(secure->ssl);
  SSL_CTX_free(secure->context);
  secure->ssl = NULL;
  secure->context = NULL;
}

void secure_close(struct secure *secure, bool reset) {
  client_close(secure->client, reset);
  secure_free(secure);
}
