/* SPDX-License-Identifier: MIT */

#include "server/secret.h"

#include "server/block.h"

#include <string.h>

/* Octets that are there: none at NULL. */
static size_t length_of(struct cmta_slice slice) { return slice.at ? slice.length : 0; }

static size_t text_size(const char *text) { return text ? strlen(text) + 1 : 0; }

static const char *keep_text(const char *text, char **room) {
  char *kept = *room;
  if (!text)
    return NULL;
  *room = stpcpy(kept, text) + 1;
  return kept;
}

static struct cmta_slice keep(struct cmta_slice slice, char **room) {
  if (!slice.at)
    return (struct cmta_slice){0};
  struct cmta_slice kept = {*room, slice.length};
  memcpy(*room, slice.at, slice.length);
  *room += slice.length;
  return kept;
}

/* The hashes by their names, with the octets of their keys. */
static const struct hash {
  const char *name;
  size_t length;
} hashes[] = {{"SHA-1", 20}, {"SHA-256", 32}};

/* NULL for one that is not known, and for none. */
static const struct hash *hash_of(const char *name) {
  for (size_t i = 0; i < sizeof hashes / sizeof *hashes && name; i++)
    if (strcmp(hashes[i].name, name) == 0)
      return &hashes[i];
  return NULL;
}

size_t secret_key_length(const char *hash) {
  const struct hash *known = hash_of(hash);
  return known ? known->length : 0;
}

bool secret_keep(struct secret *secret, const struct cmta_allocator *allocator,
                 const struct cmta_secret *value) {
  secret_forget(secret, allocator);
  size_t size = length_of(value->password) + length_of(value->salt) + length_of(value->stored_key) +
                length_of(value->server_key) + text_size(value->user) +
                text_size(value->authorization) + 1;
  char *room = block_take(allocator, size);
  if (!room)
    return false;
  const struct hash *hash = hash_of(value->hash);
  *secret = (struct secret){.value = *value, .block = room, .size = size};
  secret->value.hash = hash ? hash->name : NULL;
  secret->value.password = keep(value->password, &room);
  secret->value.salt = keep(value->salt, &room);
  secret->value.stored_key = keep(value->stored_key, &room);
  secret->value.server_key = keep(value->server_key, &room);
  secret->value.user = keep_text(value->user, &room);
  secret->value.authorization = keep_text(value->authorization, &room);
  return true;
}

void secret_forget(struct secret *secret, const struct cmta_allocator *allocator) {
  if (secret->block)
    explicit_bzero(secret->block, secret->size);
  block_give(allocator, secret->block, secret->size);
  *secret = (struct secret){.block = NULL};
}

bool secret_is_there(const struct cmta_secret *value) { return value->password.at || value->hash; }

static bool is_key(struct cmta_slice key, const struct hash *hash) {
  return key.at && key.length == hash->length;
}

/* A password has no NUL (RFC 4616 section 2), which would be taken for its end. */
static bool is_password(struct cmta_slice password) {
  return length_of(password) == 0 || !memchr(password.at, '\0', password.length);
}

bool secret_is_sound(const struct cmta_secret *value) {
  if ((value->user && !cmta_is_identity(value->user)) ||
      (value->authorization && *value->authorization && !cmta_is_identity(value->authorization)) ||
      !is_password(value->password))
    return false;
  if (!value->hash)
    return true;
  const struct hash *hash = hash_of(value->hash);
  return hash && value->iterations && value->salt.at && value->salt.length &&
         is_key(value->stored_key, hash) && is_key(value->server_key, hash);
}

/* "SHA-1" begins no name of a mechanism with SHA-256. */
bool secret_suits(const struct cmta_secret *value, const char *mechanism) {
  static const char scram[] = "SCRAM-";
  size_t length = sizeof scram - 1;
  if (value->password.at)
    return true;
  if (!value->hash)
    return false;
  if (strncmp(mechanism, scram, length) != 0)
    return strcmp(mechanism, "CRAM-MD5") != 0;
  return strncmp(mechanism + length, value->hash, strlen(value->hash)) == 0;
}
