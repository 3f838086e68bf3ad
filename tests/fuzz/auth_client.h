/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_AUTH_CLIENT_H
#define FUZZ_AUTH_CLIENT_H

/*
 * The client of fuzz/auth: what it says is in the input, but for what depends on the server's
 * challenges. Octets that UTF-8 has not stand for that.
 */

#include <cmta/auth.h>

/* What stands between responses, and what stands for something else in one. */
enum {
  CLIENT_NONCE = 0xf8,  /* the nonce of the last challenge (RFC 5802 section 5.1) */
  CLIENT_PROOF = 0xf9,  /* the proof of SCRAM, by the right password */
  CLIENT_DIGEST = 0xfa, /* that of CRAM-MD5 (RFC 2195), likewise */
  CLIENT_SILENT = 0xfc, /* alone: no response at all */
  CLIENT_NEXT = 0xfe
};

/* The right password, and how SCRAM keeps it. */
#define CLIENT_PASSWORD "secret"
#define CLIENT_SALT "0123456789abcdef"
enum { CLIENT_ITERATIONS = 2, CLIENT_SAID = 1024, CLIENT_KEY = 32 };

/* What SCRAM keeps of the right password. */
struct client_keys {
  char stored[CLIENT_KEY], server[CLIENT_KEY];
};

/* The secret with the keys for a hash, "SHA-1" or "SHA-256"; they are put into *keys. */
struct cmta_secret client_secret(const char *hash, struct client_keys *keys);

/* A client, all zero before its first response. */
struct client {
  const char *hash; /* of its mechanism: "SHA-1" or "SHA-256" */
  char said[CLIENT_SAID], before[CLIENT_SAID], challenge[CLIENT_SAID];
  size_t said_length, before_length, challenge_length;
  bool knows; /* it has used the right password */
};

/* Says the next response of the input and takes it off; said is its text, cut where there is no
   more room. `at` is NULL for no response. */
struct cmta_slice client_say(struct client *client, struct cmta_slice *input);

/* Hears a challenge. */
void client_hear(struct client *client, struct cmta_slice challenge);

#endif
