/* SPDX-License-Identifier: MIT */

/*
 * The transport that encrypts. After an error of TLS nothing more goes either way, and after the
 * client's close_notify nothing more is read: never again is a byte taken that did not come through
 * here (CVE-2026-45185).
 */

#include "server/openssl_set.h"
#include "server/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* recv() calls of one operation, at most: enough to fill RECEIVE_SIZE with whole records. Each may
 * bring some 600 key updates. */
enum { MOST_RECEIVES = 5 };

/* What a channel's `state` is. */
static SSL *ssl_of(const struct channel *channel) {
  return ((struct tls_state *)channel->state)->ssl;
}

/* ---- Sockets for OpenSSL ---- */

/* The same for both ways: what has to wait is tried again. */
static int outcome(BIO *bio, ssize_t count, int retry_flags) {
  BIO_clear_retry_flags(bio);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
    BIO_set_flags(bio, retry_flags | BIO_FLAGS_SHOULD_RETRY);
  return (int)count;
}

/* An operation that has had its share waits for the next turn: for the socket there is no
 * difference, as its readiness is a level. */
static int socket_read(BIO *bio, char *buffer, int size) {
  struct tls_state *state = BIO_get_data(bio);
  ssize_t count = -1;
  errno = EAGAIN;
  if (state->receives) {
    state->receives--;
    count = recv(state->fd, buffer, (size_t)size, 0);
  }
  state->full = count == size;
  return outcome(bio, count, BIO_FLAGS_READ);
}

static int socket_write(BIO *bio, const char *bytes, int size) {
  const struct tls_state *state = BIO_get_data(bio);
  return outcome(bio, send(state->fd, bytes, (size_t)size, MSG_NOSIGNAL), BIO_FLAGS_WRITE);
}

static long socket_control(BIO *bio, int command, long number, void *pointer) {
  (void)bio, (void)number, (void)pointer;
  return command == BIO_CTRL_FLUSH;
}

BIO_METHOD *socket_method_new(void) {
  BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "socket");
  if (!method)
    return NULL;
  BIO_meth_set_read(method, socket_read);
  BIO_meth_set_write(method, socket_write);
  BIO_meth_set_ctrl(method, socket_control);
  return method;
}

/* ---- The table ---- */

/* Whether an operation that may read has to wait for a write that waits. OpenSSL answers a client's
 * request for a new key inside a read, and where a record is half written already that is an error
 * for it that ends the connection. */
static bool must_write_first(struct channel *channel) {
  const struct tls_state *state = channel->state;
  if (state->writing)
    channel->read_waits = channel->write_waits;
  return state->writing;
}

/* Begins an operation that may read. A client can say things to TLS alone without end (a new key,
 * RFC 8446 section 4.6.3), none of which OpenSSL returns for: with a share of each turn it holds up
 * nobody. */
static void begin_turn(struct channel *channel) {
  struct tls_state *state = channel->state;
  channel->read_waits = READY_TO_READ;
  state->receives = MOST_RECEIVES;
  ERR_clear_error();
}

/* What came of an operation that did not succeed. What the socket must be ready for goes to *waits.
 * An end that no close_notify announces is an error. */
static ssize_t result(struct channel *channel, int returned, unsigned *waits) {
  struct tls_state *state = channel->state;
  int why = SSL_get_error(state->ssl, returned);
  if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) {
    *waits = why == SSL_ERROR_WANT_READ ? READY_TO_READ : READY_TO_WRITE;
    return TRANSPORT_WAIT;
  }
  if (why == SSL_ERROR_ZERO_RETURN)
    return 0;
  state->broken = true;
  ERR_clear_error();
  return TRANSPORT_GONE;
}

/* After a read: part of a record, for which OpenSSL waits, is nothing that could be read; an end
 * that was met behind octets is. */
static void note_ahead(struct tls_state *state, int returned) {
  state->ahead = returned == 1 ? SSL_has_pending(state->ssl) : SSL_want(state->ssl) == SSL_NOTHING;
}

static ssize_t tls_handshake(struct channel *channel) {
  struct tls_state *state = channel->state;
  begin_turn(channel);
  int returned = state->broken ? -1 : SSL_accept(state->ssl);
  if (returned == 1) {
    note_ahead(state, returned);
    return 0;
  }
  ssize_t failed = state->broken ? TRANSPORT_GONE : result(channel, returned, &channel->read_waits);
  return failed == 0 ? TRANSPORT_GONE : failed;
}

/* One record after the other, as long as there is room and OpenSSL has any, or the last recv() got
 * all that it asked for: it needs no further one to see that the socket is empty. What ends the
 * first stays for the next call. */
static ssize_t tls_read(struct channel *channel, void *buffer, size_t size) {
  struct tls_state *state = channel->state;
  size_t length = 0, count = 0;
  int returned;
  if (state->broken)
    return TRANSPORT_GONE;
  if (must_write_first(channel))
    return TRANSPORT_WAIT;
  begin_turn(channel);
  do {
    returned = SSL_read_ex(state->ssl, (char *)buffer + length, size - length, &count);
    length += returned == 1 ? count : 0;
  } while (returned == 1 && length < size && (state->full || SSL_has_pending(state->ssl)));
  note_ahead(state, returned);
  if (length && returned != 1 && SSL_want_write(state->ssl))
    channel->read_waits = READY_TO_WRITE; /* records may be here already, behind an answer */
  if (length)
    return (ssize_t)length;
  return result(channel, returned, &channel->read_waits);
}

static ssize_t tls_peek(struct channel *channel) {
  struct tls_state *state = channel->state;
  char octet;
  size_t count;
  if (state->broken)
    return TRANSPORT_GONE;
  if (must_write_first(channel))
    return TRANSPORT_WAIT;
  begin_turn(channel);
  int returned = SSL_peek_ex(state->ssl, &octet, 1, &count);
  note_ahead(state, returned);
  return returned == 1 ? 1 : result(channel, returned, &channel->read_waits);
}

static bool tls_has_pending(const struct channel *channel) {
  const struct tls_state *state = channel->state;
  return !state->broken && !state->writing && state->ahead;
}

static ssize_t tls_write(struct channel *channel, const void *bytes, size_t size) {
  struct tls_state *state = channel->state;
  size_t count = 0;
  if (state->broken)
    return TRANSPORT_GONE;
  channel->write_waits = READY_TO_WRITE;
  ERR_clear_error();
  int returned = SSL_write_ex(state->ssl, bytes, size, &count);
  state->writing = returned != 1;
  if (returned == 1)
    return (ssize_t)count;
  ssize_t failed = result(channel, returned, &channel->write_waits);
  return failed == 0 ? TRANSPORT_GONE : failed;
}

/* One try: who does not take a close_notify is not waited for. */
static void tls_finish(struct channel *channel) {
  const struct tls_state *state = channel->state;
  ERR_clear_error();
  if (!state->broken && SSL_is_init_finished(state->ssl))
    (void)SSL_shutdown(state->ssl);
  ERR_clear_error();
  shutdown(channel->fd, SHUT_WR);
}

static void state_free(struct tls_state *state) {
  if (!state)
    return;
  SSL_free(state->ssl);
  set_release(state->set);
  set_release(state->chosen);
  free(state);
}

/* A socket that is closed while bytes wait in it answers with a reset, which may destroy the alert
 * that says why (RFC 1122 section 4.2.2.13): what is there already is dropped. */
static void drop_input(int fd) {
  char dropped[4096];
  int blocks = 16;
  while (blocks-- && recv(fd, dropped, sizeof dropped, 0) > 0)
    continue;
}

static void tls_close(struct channel *channel) {
  struct tls_state *state = channel->state;
  ERR_clear_error();
  if (state->broken)
    drop_input(channel->fd);
  else if (SSL_is_init_finished(state->ssl))
    (void)SSL_shutdown(state->ssl);
  ERR_clear_error();
  state_free(state);
  close(channel->fd);
}

static void tls_reset(struct channel *channel) {
  state_free(channel->state);
  ERR_clear_error();
  transport_reset(channel->fd);
  close(channel->fd);
}

static const struct transport transport_tls = {.handshake = tls_handshake,
                                               .read = tls_read,
                                               .peek = tls_peek,
                                               .has_pending = tls_has_pending,
                                               .write = tls_write,
                                               .finish = tls_finish,
                                               .close = tls_close,
                                               .reset = tls_reset};

/* ---- Beginning ---- */

static bool connect_socket(struct tls_state *state) {
  BIO *bio = BIO_new(state->set->method);
  if (!bio)
    return false;
  BIO_set_data(bio, state);
  BIO_set_init(bio, 1);
  SSL_set_bio(state->ssl, bio, bio);
  return true;
}

bool tls_begin(struct cmta_tls *tls, struct channel *channel) {
  struct tls_state *state = calloc(1, sizeof *state);
  if (!state)
    return false;
  state->set = tls->set;
  set_hold(state->set);
  state->fd = channel->fd;
  state->ssl = SSL_new(state->set->entries[0].context);
  if (!state->ssl || !SSL_set_app_data(state->ssl, state) || !connect_socket(state)) {
    state_free(state);
    ERR_clear_error();
    return false;
  }
  SSL_set_accept_state(state->ssl);
  channel->state = state;
  channel->transport = &transport_tls;
  return true;
}

/* ---- Facts ---- */

/* Copies text of length octets, those that are not printable as "\\xNN"; cut where room ends. */
static void show(const unsigned char *text, size_t length, char *room, size_t size) {
  static const char digits[] = "0123456789abcdef";
  char *end = room + size - 1;
  for (size_t i = 0; i < length && end - room >= 4; i++)
    if (text[i] >= ' ' && text[i] < 0x7f) {
      *room++ = (char)text[i];
    } else {
      *room++ = '\\';
      *room++ = 'x';
      *room++ = digits[text[i] >> 4];
      *room++ = digits[text[i] & 15];
    }
  *room = '\0';
}

static void show_subject(X509 *certificate, char *room, size_t size) {
  BIO *bio = BIO_new(BIO_s_mem());
  unsigned long form = XN_FLAG_RFC2253;
  char *text;
  *room = '\0';
  if (bio && X509_NAME_print_ex(bio, X509_get_subject_name(certificate), 0, form) >= 0) {
    long length = BIO_get_mem_data(bio, &text);
    show((const unsigned char *)text, length > 0 ? (size_t)length : 0, room, size);
  }
  BIO_free(bio);
}

static void show_fingerprint(X509 *certificate, char room[TLS_FINGERPRINT_SIZE]) {
  static const char digits[] = "0123456789abcdef";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (!X509_digest(certificate, EVP_sha256(), digest, &length))
    length = 0;
  for (unsigned i = 0; i < length && i < (TLS_FINGERPRINT_SIZE - 1) / 2; i++) {
    *room++ = digits[digest[i] >> 4];
    *room++ = digits[digest[i] & 15];
  }
  *room = '\0';
}

/* Verified means that there was something to verify it by. */
static bool is_verified(SSL *ssl) {
  bool asks = SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER;
  return asks && SSL_get0_peer_certificate(ssl) && SSL_get_verify_result(ssl) == X509_V_OK;
}

/* As IANA registers it, or "". */
static const char *suite_name(SSL *ssl) {
  const SSL_CIPHER *cipher = SSL_get_current_cipher(ssl);
  const char *name = cipher ? SSL_CIPHER_standard_name(cipher) : NULL;
  return name ? name : "";
}

struct cmta_tls_facts tls_facts(const struct channel *channel, struct tls_texts *texts) {
  SSL *ssl = ssl_of(channel);
  const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  const unsigned char *alpn;
  unsigned alpn_length;
  X509 *peer = SSL_get0_peer_certificate(ssl);
  *texts = (struct tls_texts){.alpn = ""};
  if (name)
    show((const unsigned char *)name, strlen(name), texts->server_name, TLS_NAME_SIZE);
  SSL_get0_alpn_selected(ssl, &alpn, &alpn_length);
  show(alpn, alpn_length, texts->alpn, TLS_NAME_SIZE);
  if (peer) {
    show_subject(peer, texts->peer_subject, TLS_SUBJECT_SIZE);
    show_fingerprint(peer, texts->peer_fingerprint);
  }
  ERR_clear_error();
  return (struct cmta_tls_facts){
      .version = SSL_get_version(ssl),
      .cipher = SSL_get_cipher_name(ssl),
      .server_name = texts->server_name,
      .alpn = texts->alpn,
      .peer_subject = texts->peer_subject,
      .peer_fingerprint = texts->peer_fingerprint,
      .peer_verified = is_verified(ssl),
      .cipher_suite = suite_name(ssl),
  };
}

int tls_export(const struct channel *channel, const char *label, void *key, size_t length) {
  ERR_clear_error();
  int done =
      SSL_export_keying_material(ssl_of(channel), key, length, label, strlen(label), NULL, 0, 0);
  ERR_clear_error();
  return done == 1 ? 0 : CMTA_E_TLS;
}
