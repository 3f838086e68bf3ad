/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_SINK_TLS_H
#define CMTA_TOOLS_SINK_TLS_H

/* What the options of `cmta sink` say of TLS, and the TLS that they come to. */

#include "sink_listen.h"

/* What the options say. Strings are borrowed from the command line. */
struct tls_options {
  struct cmta_certificate *certificates; /* in the order given */
  size_t certificate_count;
  const char *self_signed;        /* the file that gets the certificate made at start; NULL: none */
  const char *client_authorities; /* a file; NULL: no client is asked for a certificate */
  enum cmta_tls_mode mode;        /* of the listeners that begin in clear */
  bool mode_given;
};

/* Each takes the argument of an option. NULL, or what is wrong with it: the end of a sentence, a
   static string. A key belongs to the certificate before it. */
const char *tls_options_certificate(struct tls_options *options, const char *argument);
const char *tls_options_key(struct tls_options *options, const char *argument);
const char *tls_options_mode(struct tls_options *options, const char *argument);
const char *tls_options_self_signed(struct tls_options *options, const char *argument);
const char *tls_options_client_authorities(struct tls_options *options, const char *argument);

/* Settles the mode that follows from the rest. NULL, or how the options contradict each other: a
   sentence, a static string. clear: some listener begins in clear; implicit: some has TLS from its
   first byte. */
const char *tls_options_finish(struct tls_options *options, bool clear, bool implicit);

/* Frees what options holds. */
void tls_options_free(struct tls_options *options);

/* Makes the TLS of the options, NULL where they ask for none, and writes the certificate of one
   that is made at start. Its names are localhost, 127.0.0.1, ::1, hostname and those of the
   addresses. False when it cannot be: one line in why, of size octets, says so. The caller frees
   it. */
bool sink_tls_new(struct cmta_tls **tls, const struct tls_options *options, const char *hostname,
                  const struct sink_addresses *addresses, char *why, size_t size);

/* Puts another certificate behind the one that was made at start, so that clients trust it and
   nothing but its name is wrong. False when that cannot be: one line on standard error says why. */
bool sink_tls_trust_too(const struct tls_options *options, const struct cmta_tls *other);

/* Whether the certificate of this number is out of its time at `now`, seconds since 1970: then one
   line in why, of size octets, says so. */
bool sink_tls_is_out_of_time(const struct cmta_tls *tls, const struct tls_options *options,
                             size_t certificate, int64_t now, char *why, size_t size);

#endif
