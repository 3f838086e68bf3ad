/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_SERVER_SECURE_H
#define CMTA_TESTS_SERVER_SECURE_H

/*
 * Keys and certificates, made by the test in a folder of its own, and clients of the harness that
 * speak TLS. OpenSSL's bytes go through memory, so that a test can do with them what it likes.
 */

#include "harness.h"

#include <openssl/ssl.h>

/* ---- Certificates ---- */

/* A key and its certificate; they live until secure_end(). */
struct identity {
  EVP_PKEY *key;
  X509 *certificate;
  const char *file; /* the certificate, then the key */
};

/* Kinds of keys. */
enum key_kind { EC, RSA_2048 };

/* Makes the folder. */
void secure_begin(void);

/* Removes the folder and all that was made. */
void secure_end(void);

/* The path of a file in the folder. Lives until secure_end(). */
const char *secure_path(const char *name);

/* Writes a file in the folder; its path. */
const char *secure_file(const char *name, const char *text);

/* What is in an identity's file. Until the next call. */
const char *secure_text_of(const struct identity *identity);

/* Makes a key and a certificate for names, blanks between them, which are its subject's common name
   (the first) and its alternative names, signed by `by`, or by itself for NULL. */
const struct identity *secure_issue(const char *names, enum key_kind kind,
                                    const struct identity *by);

/* Writes an OCSP response of this status (0: successful, with a word on the certificate of the
   identity, signed by its key) into the folder, in DER; its path. */
const char *secure_staple(const struct identity *of, int status);

/* ---- Servers ---- */

/* Rules with one certificate, that of the identity. Live until secure_end(). */
struct cmta_tls *secure_rules(const struct identity *identity);

/* Rules of a config, likewise. */
struct cmta_tls *secure_rules_of(const struct cmta_tls_config *config);

/* A config with the certificates of count identities; it lives until secure_end(). */
struct cmta_tls_config secure_config(const struct identity *const identities[], size_t count);

/* Listens at 127.0.0.1:0. The listener's number. */
int secure_listen(struct world *world, struct cmta_tls *tls, enum cmta_tls_mode mode);

/* Runs the loop until no connection is left; unlike world_run_empty() it waits for nobody. */
void secure_run_empty(struct world *world);

/* What the hook `noop` of secure_note() found last. */
struct noted {
  bool tls; /* the session has it */
  char version[16], cipher[64], suite[64], server_name[300], alpn[300], subject[1100],
      fingerprint[80];
  bool verified;
  int exported; /* what cmta_session_tls_export() said */
  unsigned char key[32];
};

extern struct noted noted;

/* The hook `noop` notes the facts of the session from now on; before the world listens. */
void secure_note(struct world *world);

/* ---- Clients ---- */

/* The TLS of a client. */
struct secure {
  struct client *client;
  SSL_CTX *context;    /* to be changed before secure_connect(); it verifies nobody */
  SSL *ssl;            /* NULL before */
  BIO *in, *out;       /* what came from the server, what is to go there */
  size_t most;         /* octets that go to the server at a time; 0: any number */
  size_t until;        /* octets that go to the server at all; 0: any number */
  size_t sent;         /* that went there */
  const char *first;   /* what goes in one piece with the end of the handshake; NULL: nothing */
  unsigned long error; /* of OpenSSL, that ended the handshake or a read; 0: none */
};

/* A client that can begin with TLS. */
void secure_init(struct secure *secure, struct client *client);

/* Its context is from now on ssl's; for tests that set options of it. */
SSL *secure_ssl(struct secure *secure);

/* The handshake. True when it is done as far as the client sees it, which from now on speaks
   through TLS; else the connection is over, or the end has come that `until` sets. */
bool secure_connect(struct secure *secure);

/* Takes the 220, says EHLO and STARTTLS, and asserts that the handshake succeeds. */
void secure_starttls(struct secure *secure);

/* Sends what OpenSSL has to say. */
void secure_flush(struct secure *secure);

/* Sends a close_notify. */
void secure_notify(struct secure *secure);

/* Frees it; the socket stays as it is. */
void secure_free(struct secure *secure);

/* The client closes its socket and forgets its TLS. */
void secure_close(struct secure *secure, bool reset);

#endif
