/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_TLS_H
#define CMTA_SERVER_TLS_H

/*
 * TLS for channels, without a type of whoever does it: OpenSSL in openssl_*.c, nobody in no_tls.c.
 */

#include "server/transport.h"

#include <cmta/facts.h>
#include <cmta/tls.h>

/* Octets of the texts of struct cmta_tls_facts, NULs counted; longer ones are cut. */
enum { TLS_NAME_SIZE = 256, TLS_SUBJECT_SIZE = 1024, TLS_FINGERPRINT_SIZE = 65 };

/* Where the texts of facts lie that are not static. */
struct tls_texts {
  char server_name[TLS_NAME_SIZE];
  char alpn[TLS_NAME_SIZE];
  char peer_subject[TLS_SUBJECT_SIZE];
  char peer_fingerprint[TLS_FINGERPRINT_SIZE];
};

/* From now on the channel, a plain one, speaks TLS as a server does; the handshake is next. False
   without memory: then it is as it was. */
bool tls_begin(struct cmta_tls *tls, struct channel *channel);

/* What a channel whose handshake is done has; the texts live in *texts. */
struct cmta_tls_facts tls_facts(const struct channel *channel, struct tls_texts *texts);

/* Keying material of it, as cmta_session_tls_export(). */
int tls_export(const struct channel *channel, const char *label, void *key, size_t length);

#endif
