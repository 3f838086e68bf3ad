/* SPDX-License-Identifier: MIT */

/* The authenticator that knows a fixed list of users, for tests. */

#include "server/block.h"
#include "server/server.h"

#include <string.h>

/* The list: "name:password" each, with a NUL, one behind the other. */
struct users {
  struct cmta_allocator allocator;
  size_t size; /* of this block */
  char text[];
};

/* The next entry behind one, or the first for NULL; NULL behind the last. */
static const char *next_entry(const struct users *users, const char *entry) {
  const char *next = entry ? entry + strlen(entry) + 1 : users->text;
  return next < (const char *)users + users->size ? next : NULL;
}

/* The password of a user, or NULL. */
static const char *password_of(const struct users *users, const char *name) {
  size_t length = strlen(name);
  const char *entry = NULL;
  while ((entry = next_entry(users, entry)))
    if (strncmp(entry, name, length) == 0 && entry[length] == ':')
      return entry + length + 1;
  return NULL;
}

/* Whether both are the same, in a time that tells of their lengths alone. */
static bool is_same(const char *password, struct cmta_slice secret) {
  volatile unsigned char differs = strlen(password) != secret.length;
  for (size_t i = 0; !differs && i < secret.length; i++)
    differs |= (unsigned char)(password[i] ^ secret.at[i]);
  return differs == 0;
}

/* The last common name of a subject as RFC 4514 writes it, which is its first part. */
static bool is_common_name(const char *subject, const char *entry) {
  size_t length = strcspn(entry, ":");
  return strncmp(subject, "CN=", 3) == 0 && strncmp(subject + 3, entry, length) == 0 &&
         (subject[3 + length] == '\0' || subject[3 + length] == ',');
}

static enum cmta_auth_result verify_certificate(const struct users *users, const char *subject) {
  const char *entry = NULL;
  while ((entry = next_entry(users, entry)))
    if (is_common_name(subject, entry))
      return CMTA_AUTH_OK;
  return CMTA_AUTH_UNKNOWN;
}

/* A token is anybody's whose password it is, if it comes without a name. */
static enum cmta_auth_result verify_token(const struct users *users, struct cmta_slice token) {
  const char *entry = NULL;
  while ((entry = next_entry(users, entry)))
    if (is_same(entry + strcspn(entry, ":") + 1, token))
      return CMTA_AUTH_OK;
  return CMTA_AUTH_UNKNOWN;
}

/* Nobody acts as another here, but whoever shows a certificate. */
static enum cmta_auth_result verify(struct cmta_session *session, void *user,
                                    const struct cmta_credentials *credentials) {
  (void)session;
  if (credentials->kind == CMTA_CREDENTIAL_CERTIFICATE)
    return verify_certificate(user, credentials->user);
  if (!*credentials->user)
    return verify_token(user, credentials->secret);
  const char *password = password_of(user, credentials->user);
  if (!password)
    return CMTA_AUTH_UNKNOWN;
  return is_same(password, credentials->secret) && !*credentials->authorization ? CMTA_AUTH_OK
                                                                                : CMTA_AUTH_WRONG;
}

static enum cmta_auth_result look_up(struct cmta_session *session, void *user,
                                     const struct cmta_credentials *claim,
                                     struct cmta_secret *secret) {
  const char *password = password_of(user, claim->user);
  (void)session;
  if (!password)
    return CMTA_AUTH_UNKNOWN;
  secret->password = (struct cmta_slice){password, strlen(password)};
  return CMTA_AUTH_OK;
}

static void release(void *user) {
  struct users *users = user;
  struct cmta_allocator allocator = users->allocator;
  explicit_bzero(users->text, users->size - sizeof *users);
  block_give(&allocator, users, users->size);
}

/* Octets of a list, or 0 where an entry of it has no name. */
static size_t size_of(const char *const *list) {
  size_t size = 0;
  for (; *list; list++) {
    if (**list == ':' || !strchr(*list, ':'))
      return 0;
    size += strlen(*list) + 1;
  }
  return size;
}

int cmta_server_add_users(struct cmta_server *server, const char *const *users) {
  static const struct cmta_authenticator face = {
      .size = sizeof face,
      .name = "users",
      .kinds = CMTA_CREDENTIAL_PASSWORD | CMTA_CREDENTIAL_TOKEN | CMTA_CREDENTIAL_CERTIFICATE,
      .verify = verify,
      .look_up = look_up,
      .release = release};
  size_t size = server && users ? size_of(users) : 0;
  if (size == 0)
    return CMTA_E_ARGUMENT;
  struct users *made = block_take(&server->allocator, sizeof *made + size);
  if (!made)
    return CMTA_E_MEMORY;
  made->allocator = server->allocator;
  made->size = sizeof *made + size;
  char *room = made->text;
  for (; *users; users++)
    room = stpcpy(room, *users) + 1;
  int number = cmta_server_add_authenticator(server, &face, made);
  if (number < 0)
    release(made);
  return number;
}
