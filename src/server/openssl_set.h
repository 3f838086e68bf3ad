/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_OPENSSL_SET_H
#define CMTA_SERVER_OPENSSL_SET_H

/*
 * What OpenSSL needs for a struct cmta_tls, made of its rules and files in one go: a set. A reload
 * makes another; each connection keeps the one that it began with.
 */

#include <cmta/tls.h>

#include <openssl/ssl.h>

/* A certificate, read. */
struct entry {
  X509 *certificate;
  EVP_PKEY *key;
  STACK_OF(X509) * chain; /* those behind it in its file */
  unsigned char *staple;  /* from OPENSSL_malloc(), or NULL */
  long staple_length;
  SSL_CTX *context; /* for clients to whom this certificate goes */
};

/* What a handshake is done with. */
struct set {
  unsigned references;
  unsigned char id[16];                                            /* as in struct cmta_tls */
  BIO_METHOD *method;                                              /* how bytes reach sockets */
  struct cmta_tls *(*choose)(void *user, const char *server_name); /* or NULL */
  void *user;
  unsigned char *alpn; /* as on the wire, each with its length in front; or NULL */
  unsigned alpn_length;
  STACK_OF(X509) * authorities; /* of clients; or NULL */
  size_t count;
  struct entry entries[];
};

/* TLS for listeners. */
struct cmta_tls {
  struct cmta_tls_config config; /* strings and tables are copies */
  unsigned char id[16];          /* of its sessions, so that tickets of others are not taken */
  EVP_PKEY *own_key;             /* of the self-signed certificate, or NULL */
  X509 *own_certificate;
  struct set *set;
  char *pem; /* of the first certificate */
};

/* A connection. */
struct tls_state {
  SSL *ssl; /* its application data is this */
  int fd;
  unsigned receives;  /* that this operation may still do */
  bool broken;        /* TLS has failed: nothing more goes either way */
  bool writing;       /* the last write waits, perhaps with a part of a record gone */
  bool full;          /* the last recv() got all that it asked for: there may be more */
  bool ahead;         /* reading gives something though the socket may have nothing */
  struct set *set;    /* that it began with */
  struct set *chosen; /* that `choose` gave it, or NULL */
};

/* Where a mistake is told: one line, without control bytes. */
struct complaint {
  char *text; /* or NULL */
  size_t size;
};

/* Writes what is wrong, control bytes as '?'. Returns the error. */
int complain_of(const struct complaint *complaint, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What OpenSSL said last of what it did not like; a static string. */
const char *openssl_reason(void);

/* Whether the rules can be at all, whatever is in the files: 0 or CMTA_E_ARGUMENT. */
int rules_check(const struct cmta_tls_config *config, const struct complaint *complaint);

/* Gives a context the rules; authorities may be NULL. 0, or an error as of set_new(). */
int rules_set(SSL_CTX *context, const struct cmta_tls_config *config,
              const STACK_OF(X509) * authorities, const struct complaint *complaint);

/* Makes the set of tls. 0; CMTA_E_TLS and CMTA_E_ARGUMENT, which are told; CMTA_E_MEMORY. */
int set_new(const struct cmta_tls *tls, struct set **set, const struct complaint *complaint);

/* One more holds the set; one less does, and the last one frees it. NULL is ignored. */
void set_hold(struct set *set);
void set_release(struct set *set);

/* Reads the files of an entry. 0, or an error as of set_new(). */
int entry_read(struct entry *entry, const struct cmta_certificate *files,
               const struct complaint *complaint);

/* Reads the certificates of a file. 0, or an error as of set_new(); whatever is in *authorities is
   the caller's. */
int authorities_read(const char *path, STACK_OF(X509) * *authorities,
                     const struct complaint *complaint);

/* Whether a certificate is for a name or an address. */
bool certificate_is_for(X509 *certificate, const char *name);

/* Makes a key and a certificate for names, blanks between them, signed by itself. False when
   OpenSSL cannot. */
bool self_signed_new(const char *names, EVP_PKEY **key, X509 **certificate);

/* How bytes reach the socket of the struct tls_state that BIO_get_data() is, without SIGPIPE; NULL
   without memory. */
BIO_METHOD *socket_method_new(void);

#endif
