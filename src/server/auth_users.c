/* SPDX-License-Identifier: MIT */

/* The authenticator that knows a fixed list of users, for tests. */

#include "server/block.h"
#include "server/password.h"
#include "server/server.h"

#include <string.h>

/* The list: "name:password" each, with a NUL, one behind the other. */
struct users {
  struct cmta_allocator allocator;
  size_t size;  /* of this block */
  bool may_act; /* each as anybody */
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
    if (strcspn(entry, ":") == length && memcmp(entry, name, length) == 0)
      return entry + length + 1;
  return NULL;
}

/* What is compared in place of the password of a name that is not in the list. */
static const char *password_of_first(const struct users *users) {
  return users->text + strcspn(users->text, ":") + 1;
}

/* Whether a password or a token is that of the list; no preparation (RFC 4013) changes a token. */
static bool is_password(const char *password, struct cmta_slice said) {
  const struct cmta_secret secret = {.password = {password, strlen(password)}};
  return said.length > 0 && password_matches(&secret, said);
}

/* The last common name of a subject as RFC 4514 writes it, which is its first part. */
static bool is_common_name(const char *subject, const char *entry) {
  size_t length = strcspn(entry, ":");
  return strncmp(subject, "CN=", 3) == 0 && strncmp(subject + 3, entry, length) == 0 &&
         (subject[3 + length] == '\0' || subject[3 + length] == ',');
}

/* A claim that does not say whose it is by a name of the list: it is that of an entry, who acts as
 * another or, with NULL, as himself. */
static enum cmta_auth_result take(struct cmta_session *session, const char *entry,
                                  const char *other) {
  char name[1025];
  size_t length = strcspn(entry, ":");
  if (length >= sizeof name)
    return CMTA_AUTH_WRONG;
  memcpy(name, entry, length);
  name[length] = '\0';
  return cmta_session_set_identity(session, name, other) == 0 ? CMTA_AUTH_OK
                                                              : CMTA_AUTH_UNAVAILABLE;
}

/* Whoever shows a certificate may name himself as the list does. */
static enum cmta_auth_result verify_certificate(struct cmta_session *session,
                                                const struct users *users,
                                                const struct cmta_credentials *credentials) {
  const char *entry = NULL, *other = credentials->authorization;
  while ((entry = next_entry(users, entry))) {
    size_t length = strcspn(entry, ":");
    bool himself = !*other || (strlen(other) == length && strncmp(other, entry, length) == 0);
    if (is_common_name(credentials->user, entry))
      return himself || users->may_act ? take(session, entry, himself ? NULL : other)
                                       : CMTA_AUTH_WRONG;
  }
  return CMTA_AUTH_UNKNOWN;
}

/* A token is anybody's whose password it is, if it comes without a name. */
static enum cmta_auth_result verify_token(struct cmta_session *session, const struct users *users,
                                          struct cmta_slice token) {
  const char *entry = NULL;
  while ((entry = next_entry(users, entry)))
    if (is_password(entry + strcspn(entry, ":") + 1, token))
      return take(session, entry, NULL);
  return CMTA_AUTH_UNKNOWN;
}

static enum cmta_auth_result verify(struct cmta_session *session, void *user,
                                    const struct cmta_credentials *credentials) {
  const struct users *users = user;
  if (credentials->kind == CMTA_CREDENTIAL_CERTIFICATE)
    return verify_certificate(session, user, credentials);
  if (!*credentials->user)
    return verify_token(session, user, credentials->secret);
  const char *password = password_of(users, credentials->user);
  const char *compared = password ? password : password_of_first(users);
  bool same = is_password(compared, credentials->secret);
  bool may = !*credentials->authorization || users->may_act;
  if (!password)
    return CMTA_AUTH_UNKNOWN;
  return same && may ? CMTA_AUTH_OK : CMTA_AUTH_WRONG;
}

static enum cmta_auth_result look_up(struct cmta_session *session, void *user,
                                     const struct cmta_credentials *claim,
                                     struct cmta_secret *secret) {
  const struct users *users = user;
  const char *password = password_of(users, claim->user);
  (void)session;
  if (!password)
    return CMTA_AUTH_UNKNOWN;
  secret->password = (struct cmta_slice){password, strlen(password)};
  secret->may_act = users->may_act;
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

int cmta_server_add_users(struct cmta_server *server, const char *const *users, bool may_act) {
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
  made->may_act = may_act;
  char *room = made->text;
  for (; *users; users++)
    room = stpcpy(room, *users) + 1;
  int number = cmta_server_add_authenticator(server, &face, made);
  if (number < 0)
    release(made);
  return number;
}
