/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TLS_H
#define CMTA_TLS_H

/*
 * TLS for listeners (RFC 3207, RFC 8314): certificates and rules, made once, shared by listeners:
 *
 *     struct cmta_certificate certificate = {.certificate = "mail.pem", .key = "mail.key"};
 *     struct cmta_tls_config config;
 *     cmta_tls_config_init(&config);
 *     config.certificates = &certificate;
 *     config.certificate_count = 1;
 *     cmta_tls_new(&tls, &config, why, sizeof why);
 *
 *     struct cmta_listen submission;
 *     cmta_listen_init(&submission);
 *     submission.address = ":587";
 *     submission.tls = tls;
 *     submission.tls_mode = CMTA_TLS_REQUIRED;
 *     cmta_server_listen_with(server, &submission);
 *
 * What a connection has is shown by cmta_session_tls(). The library negotiates no compression and
 * no renegotiation. A ticket of one struct cmta_tls is worth nothing at another. The mechanisms
 * -PLUS are bound by RFC 9266, which needs TLS 1.3: a `maximum` below it is the end of them.
 *
 * Threads: a struct cmta_tls belongs to the thread of its servers.
 *
 * A library that was built without TLS has these functions too; cmta_tls_new() is then
 * CMTA_E_UNSUPPORTED.
 */

#include <cmta/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cmta_session;

/* ---- Rules ---- */

enum cmta_tls_version { CMTA_TLS_1_0 = 0, CMTA_TLS_1_1 = 1, CMTA_TLS_1_2 = 2, CMTA_TLS_1_3 = 3 };

/* Whether a client is to show a certificate. */
enum cmta_client_certificate {
  CMTA_CLIENT_CERTIFICATE_NONE = 0,
  /* It is asked for one; cmta_session_tls() says whether it has one, and whether it leads to an
     authority: nobody is refused for lack of it. */
  CMTA_CLIENT_CERTIFICATE_ASKED = 1,
  /* Without one that leads to an authority there is no TLS; there must be `client_authorities`. */
  CMTA_CLIENT_CERTIFICATE_REQUIRED = 2
};

/* A certificate with its key: files in the form PEM. Regular files, as all that are named here:
   they are read again by cmta_tls_reload(), and a pipe could not be. */
struct cmta_certificate {
  const char *certificate; /* the certificate, then those between it and its authority */
  const char *key;         /* its private key, without a passphrase; NULL: in the same file */
  const char *staple; /* an OCSP response in DER about it, which goes with it (RFC 6066 section 8);
                         NULL: none. Whether it is out of date nobody looks */
};

struct cmta_tls;

/* What TLS is like. Fill it with cmta_tls_config_init(), then change what should differ; each
   comment ends with the default. Strings and tables are copied. */
struct cmta_tls_config {
  /* sizeof(struct cmta_tls_config), set by cmta_tls_config_init(). */
  size_t size;
  /* The first is the one for clients that ask for no name, or for one that no certificate has. To
     others goes the first whose names include theirs (RFC 6066 section 3, RFC 9525); a dot at the
     end of theirs does not count, and `choose` is not shown it. One and the same name may have
     certificates of several kinds of keys. None */
  const struct cmta_certificate *certificates;
  size_t certificate_count;
  /* In place of certificates: makes a key and a certificate for these names, blanks between them,
     that nobody has signed: host names and addresses. For tests. NULL */
  const char *self_signed;
  /* What is spoken at least and at most. Below 1.2 OpenSSL wants "@SECLEVEL=0" among the ciphers.
     1.2, 1.3 */
  enum cmta_tls_version minimum, maximum;
  /* Cipher suites up to TLS 1.2, and those of TLS 1.3, in OpenSSL's words, each of which it must
     know; only those behind '!', '-' and '+' need not be. NULL: OpenSSL's default */
  const char *ciphers;
  const char *suites;
  /* Groups for the key exchange, "X25519:P-256". NULL: OpenSSL's default */
  const char *groups;
  /* NONE */
  enum cmta_client_certificate client_certificate;
  /* The authorities that clients' certificates must lead to, a file in the form PEM; NULL: none, so
     that no certificate that was ASKED for is verified, and hooks see its fingerprint. NULL */
  const char *client_authorities;
  /* Protocols that are agreed to (ALPN, RFC 7301), blanks between them, the best first. A client
     that names only others is refused, as section 3.2 says; one that names none is not. NULL: ALPN
     is ignored. */
  const char *alpn;
  /* Give clients tickets to come back with (RFC 8446 section 4.6.1). On */
  bool tickets;
  /* Asked for each client that names a host before the certificates here are looked through: whose
     certificates and rules for clients' certificates it gets, and no ticket leads it back there.
     NULL: those here. It must live as long as the listeners. Not from inside it: anything that
     frees or reloads. NULL */
  struct cmta_tls *(*choose)(void *user, const char *server_name);
  /* For `choose`. */
  void *user;
};

/* Fills config with the defaults named above. */
CMTA_API void cmta_tls_config_init(struct cmta_tls_config *config);

/* ---- Life ---- */

/* Reads the files, and checks that each key fits. 0; CMTA_E_ARGUMENT when the rules contradict each
   other; CMTA_E_TLS when a file cannot be read or used, or OpenSSL does not know a name;
   CMTA_E_MEMORY; CMTA_E_UNSUPPORTED. On each error one line in `why`, of size octets, says what is
   wrong, and with which file or field (it may be NULL). The caller frees it. */
CMTA_API int cmta_tls_new(struct cmta_tls **tls, const struct cmta_tls_config *config, char *why,
                          size_t size);

/* Reads all files again; a self-signed certificate stays. From now on handshakes use what they
   hold; those before stay as they are. When something is wrong, all of it stays as it was. Errors
   as of cmta_tls_new(). Inside no hook. */
CMTA_API int cmta_tls_reload(struct cmta_tls *tls, char *why, size_t size);

/* The first certificate, PEM. Lives until the next reload; NULL without memory. */
CMTA_API const char *cmta_tls_certificate(const struct cmta_tls *tls);

/* When the certificate of this number, as in `certificates` or 0 for one that was made, begins and
   ceases to be good: seconds since 1970. Nothing here judges it: clients are shown one that has
   expired, too. Either may be NULL. 0; CMTA_E_ARGUMENT when there is no such certificate. */
CMTA_API int cmta_tls_validity(const struct cmta_tls *tls, size_t certificate, int64_t *from,
                               int64_t *until);

/* Frees it; no listener may take connections with it any more. Those that are there may go on. NULL
   is ignored. */
CMTA_API void cmta_tls_free(struct cmta_tls *tls);

/* ---- Of a connection ---- */

/* Keying material of a session's TLS connection (RFC 8446 section 7.5, RFC 5705), without a
   context: length octets into key, for a label, which for channel binding is
   "EXPORTER-Channel-Binding" with 32 octets (RFC 9266). 0; CMTA_E_STATE when it has none;
   CMTA_E_ARGUMENT; CMTA_E_TLS. */
CMTA_API int cmta_session_tls_export(const struct cmta_session *session, const char *label,
                                     void *key, size_t length);

#ifdef __cplusplus
}
#endif

#endif
