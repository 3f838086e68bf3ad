/* SPDX-License-Identifier: MIT */

/* The authenticator that knows the users of a password file. */

#include "server/block.h"
#include "server/password.h"
#include "server/sasl.h"
#include "server/worker.h"

#include <string.h>

struct auth_file {
  struct cmta_allocator allocator;
  const struct cmta_server *server;
  struct worker *worker;
  struct password_file file;
  void (*troubled)(void *data, const char *why);
  void *data;
  bool usable;  /* what is in the file counts */
  bool settled; /* it was read as it is now: it need not be read again before it changes */
  size_t size;  /* of this block */
  char path[];
};

/* Reads the file; what was in it before is forgotten first, so that it cannot count any more. */
static int read_again(struct auth_file *auth, char *why, size_t size) {
  password_file_forget(&auth->file, &auth->allocator);
  int error = password_file_read(&auth->file, auth->path, &auth->allocator, why, size);
  auth->usable = error == 0;
  auth->settled = error == 0 || error == CMTA_E_PASSWORDS;
  return error;
}

/* The same, and tells whom it may concern when that makes it good or bad. */
static void read_and_tell(struct auth_file *auth) {
  bool was_usable = auth->usable;
  char why[512] = "";
  (void)read_again(auth, why, sizeof why);
  if (auth->troubled && auth->usable != was_usable)
    auth->troubled(auth->data, auth->usable ? NULL : why);
}

/* Whether users can be looked for, in what the file is now. */
static bool is_usable(struct auth_file *auth) {
  if (!auth->settled || !password_file_is_current(&auth->file, auth->path))
    read_and_tell(auth);
  return auth->usable;
}

static bool takes_work(const struct password_entry *entry) { return !entry->secret.password.at; }

/* The number by which a name that is not in the file gets somebody to stand for it. */
static uint32_t number_of(const struct auth_file *auth, const char *name) {
  return mechanism_number(auth->server->sasl->context, name);
}

/* Who is not in the file costs the work of somebody who is. Nobody acts as another. */
static enum cmta_auth_result verify(struct cmta_session *session, void *user,
                                    const struct cmta_credentials *credentials) {
  struct auth_file *auth = user;
  if (!is_usable(auth))
    return CMTA_AUTH_UNAVAILABLE;
  const struct password_entry *entry = password_file_find(&auth->file, credentials->user);
  const struct password_entry *decoy =
      password_file_decoy(&auth->file, number_of(auth, credentials->user));
  struct worker_question question = {.session = session,
                                     .entry = entry ? entry : decoy,
                                     .password = credentials->secret,
                                     .right = CMTA_AUTH_OK,
                                     .wrong = CMTA_AUTH_WRONG};
  if (!entry)
    question.right = question.wrong = CMTA_AUTH_UNKNOWN;
  else if (*credentials->authorization)
    question.right = CMTA_AUTH_WRONG;
  if (!question.entry)
    return CMTA_AUTH_UNKNOWN;
  if (takes_work(question.entry))
    return worker_ask(auth->worker, &question) ? CMTA_AUTH_LATER : CMTA_AUTH_UNAVAILABLE;
  return password_fits(question.entry, credentials->secret) ? question.right : question.wrong;
}

/* The iterations that SCRAM shows of a name it has nothing of: those that it shows of somebody. */
static unsigned iterations_for(const struct auth_file *auth, const char *name) {
  const struct password_entry *decoy =
      password_file_scram_decoy(&auth->file, number_of(auth, name));
  return decoy && decoy->secret.hash ? decoy->secret.iterations : SCRAM_ITERATIONS;
}

/* A hash of crypt(3) is of no use here, but its user is known. */
static enum cmta_auth_result look_up(struct cmta_session *session, void *user,
                                     const struct cmta_credentials *claim,
                                     struct cmta_secret *secret) {
  struct auth_file *auth = user;
  (void)session;
  if (!is_usable(auth))
    return CMTA_AUTH_UNAVAILABLE;
  const struct password_entry *entry = password_file_find(&auth->file, claim->user);
  secret->iterations = iterations_for(auth, claim->user);
  if (!entry)
    return CMTA_AUTH_UNKNOWN;
  if (entry->crypt)
    return CMTA_AUTH_WRONG;
  *secret = entry->secret;
  return CMTA_AUTH_OK;
}

static void cancelled(struct cmta_session *session, void *user) {
  worker_forget(((struct auth_file *)user)->worker, session);
}

static void release(void *user) {
  struct auth_file *auth = user;
  struct cmta_allocator allocator = auth->allocator;
  if (auth->worker)
    worker_free(auth->worker);
  password_file_forget(&auth->file, &allocator);
  block_give(&allocator, auth, auth->size);
}

static struct auth_file *auth_file_new(struct cmta_server *server, const char *path) {
  size_t size = sizeof(struct auth_file) + strlen(path) + 1;
  struct auth_file *auth = block_take(&server->allocator, size);
  if (!auth)
    return NULL;
  auth->allocator = server->allocator;
  auth->server = server;
  auth->size = size;
  memcpy(auth->path, path, strlen(path) + 1);
  auth->worker = worker_new(server);
  if (auth->worker)
    return auth;
  release(auth);
  return NULL;
}

/* Takes what an application knows of the settings; false for what cannot be. */
static bool take_settings(struct cmta_password_file *taken,
                          const struct cmta_password_file *settings) {
  *taken = (struct cmta_password_file){0};
  if (!settings || settings->size < sizeof settings->size || settings->size > sizeof *taken ||
      settings->size % sizeof(void (*)(void)) != 0)
    return false;
  memcpy(taken, settings, settings->size);
  return taken->path;
}

int cmta_server_add_password_file_with(struct cmta_server *server,
                                       const struct cmta_password_file *file, char *why,
                                       size_t size) {
  static const struct cmta_authenticator face = {.size = sizeof face,
                                                 .name = "password file",
                                                 .kinds = CMTA_CREDENTIAL_PASSWORD,
                                                 .verify = verify,
                                                 .look_up = look_up,
                                                 .cancelled = cancelled,
                                                 .release = release};
  struct cmta_password_file settings;
  if (why && size)
    *why = '\0';
  if (!server || !take_settings(&settings, file))
    return CMTA_E_ARGUMENT;
  struct auth_file *auth = auth_file_new(server, settings.path);
  if (!auth)
    return CMTA_E_MEMORY;
  auth->troubled = settings.troubled, auth->data = settings.data;
  int result = read_again(auth, why, size);
  if (result == 0)
    result = cmta_server_add_authenticator(server, &face, auth);
  if (result < 0)
    release(auth);
  return result;
}

int cmta_server_add_password_file(struct cmta_server *server, const char *path, char *why,
                                  size_t size) {
  const struct cmta_password_file file = {.size = sizeof file, .path = path};
  return cmta_server_add_password_file_with(server, &file, why, size);
}
