/* SPDX-License-Identifier: MIT */

/* Proofs are made here once more, by OpenSSL, from RFC 5802 section 3 and RFC 2195. */

#include "fuzz/auth_client.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

/* Adds octets to what is said, as far as there is room. */
static void add(struct client *client, const void *octets, size_t length) {
  size_t room = sizeof client->said - client->said_length;
  if (length > room)
    length = room;
  if (length > 0)
    memcpy(client->said + client->said_length, octets, length);
  client->said_length += length;
}

static void add_nonce(struct client *client) {
  if (client->challenge_length < 2)
    return;
  const char *at = client->challenge + 2, *end = client->challenge + client->challenge_length;
  const char *comma = memchr(at, ',', (size_t)(end - at));
  add(client, at, (size_t)((comma ? comma : end) - at));
}

/* ---- SCRAM ---- */

/* client-first-message-bare: what is behind the second comma. */
static struct cmta_slice bare(const struct client *client) {
  const char *at = client->before, *end = at + client->before_length;
  for (int i = 0; i < 2 && at; i++) {
    at = memchr(at, ',', (size_t)(end - at));
    at = at ? at + 1 : NULL;
  }
  return at ? (struct cmta_slice){at, (size_t)(end - at)} : (struct cmta_slice){0};
}

/* AuthMessage; its length. */
static size_t make_message(const struct client *client, char *message) {
  struct cmta_slice first = bare(client);
  size_t final = client->said_length, length = 0;
  const struct cmta_slice parts[] = {first,
                                     {",", 1},
                                     {client->challenge, client->challenge_length},
                                     {",", 1},
                                     {client->said, final}};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    if (parts[i].length > 0)
      memcpy(message + length, parts[i].at, parts[i].length);
    length += parts[i].length;
  }
  return length;
}

static unsigned sign(const EVP_MD *hash, const void *key, size_t key_length, struct cmta_slice text,
                     unsigned char *signature) {
  unsigned length = 0;
  HMAC(hash, key, (int)key_length, (const unsigned char *)text.at, text.length, signature, &length);
  return length;
}

static void add_base64(struct client *client, const unsigned char *octets, size_t length) {
  char text[2 * EVP_MAX_MD_SIZE];
  int written = EVP_EncodeBlock((unsigned char *)text, octets, (int)length);
  add(client, text, (size_t)written);
}

static const EVP_MD *hash_of(const char *name) {
  return strcmp(name, "SHA-1") == 0 ? EVP_sha1() : EVP_sha256();
}

/* SaltedPassword; its length. */
static size_t salt(const EVP_MD *hash, unsigned char *salted) {
  static const char octets[] = CLIENT_SALT;
  size_t size = (size_t)EVP_MD_get_size(hash);
  PKCS5_PBKDF2_HMAC(CLIENT_PASSWORD, -1, (const unsigned char *)octets, sizeof octets - 1,
                    CLIENT_ITERATIONS, hash, (int)size, salted);
  return size;
}

/* What stands in front of ",p=" is signed. */
static void add_proof(struct client *client) {
  static const char front[] = ",p=";
  const EVP_MD *hash = hash_of(client->hash);
  unsigned char salted[EVP_MAX_MD_SIZE], key[EVP_MAX_MD_SIZE], stored[EVP_MAX_MD_SIZE];
  unsigned char signature[EVP_MAX_MD_SIZE];
  char message[3 * CLIENT_SAID + 2];
  size_t size = salt(hash, salted);
  sign(hash, salted, size, (struct cmta_slice){"Client Key", 10}, key);
  EVP_Digest(key, size, stored, NULL, hash, NULL);
  struct cmta_slice text = {message, make_message(client, message)};
  sign(hash, stored, size, text, signature);
  for (size_t i = 0; i < size; i++)
    key[i] ^= signature[i];
  add(client, front, sizeof front - 1);
  add_base64(client, key, size);
}

struct cmta_secret client_secret(const char *name, struct client_keys *keys) {
  static const char octets[] = CLIENT_SALT;
  const EVP_MD *hash = hash_of(name);
  unsigned char salted[EVP_MAX_MD_SIZE], key[EVP_MAX_MD_SIZE];
  size_t size = salt(hash, salted);
  sign(hash, salted, size, (struct cmta_slice){"Client Key", 10}, key);
  sign(hash, salted, size, (struct cmta_slice){"Server Key", 10}, (unsigned char *)keys->server);
  EVP_Digest(key, size, (unsigned char *)keys->stored, NULL, hash, NULL);
  return (struct cmta_secret){.hash = name,
                              .iterations = CLIENT_ITERATIONS,
                              .salt = {octets, sizeof octets - 1},
                              .stored_key = {keys->stored, size},
                              .server_key = {keys->server, size}};
}

/* ---- CRAM-MD5 ---- */

static void add_digest(struct client *client) {
  static const char digits[] = "0123456789abcdef";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = sign(EVP_md5(), CLIENT_PASSWORD, strlen(CLIENT_PASSWORD),
                         (struct cmta_slice){client->challenge, client->challenge_length}, digest);
  for (unsigned i = 0; i < length; i++) {
    add(client, &digits[digest[i] >> 4], 1);
    add(client, &digits[digest[i] & 15], 1);
  }
}

/* ---- What is said ---- */

static void add_octet(struct client *client, unsigned char octet) {
  if (octet == CLIENT_NONCE)
    add_nonce(client);
  else if (octet == CLIENT_PROOF)
    add_proof(client);
  else if (octet == CLIENT_DIGEST)
    add_digest(client);
  else
    add(client, &octet, 1);
  client->knows |= octet == CLIENT_PROOF || octet == CLIENT_DIGEST;
}

struct cmta_slice client_say(struct client *client, struct cmta_slice *input) {
  const char *end = input->length ? memchr(input->at, CLIENT_NEXT, input->length) : NULL;
  struct cmta_slice text = {input->at, end ? (size_t)(end - input->at) : input->length};
  size_t taken = text.length + (end != NULL);
  *input = (struct cmta_slice){taken ? input->at + taken : input->at, input->length - taken};
  memcpy(client->before, client->said, client->said_length);
  client->before_length = client->said_length;
  client->said_length = 0;
  if (text.length == 1 && (unsigned char)*text.at == CLIENT_SILENT)
    return (struct cmta_slice){0};
  for (size_t i = 0; i < text.length; i++)
    add_octet(client, (unsigned char)text.at[i]);
  return (struct cmta_slice){client->said, client->said_length};
}

void client_hear(struct client *client, struct cmta_slice challenge) {
  size_t length = challenge.length < CLIENT_SAID ? challenge.length : CLIENT_SAID;
  if (length > 0)
    memcpy(client->challenge, challenge.at, length);
  client->challenge_length = length;
}
