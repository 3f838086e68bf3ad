/* SPDX-License-Identifier: MIT */

/* The authenticator that asks a checkpassword program, one process for each claim. */

#include "server/block.h"
#include "server/child.h"
#include "server/server.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct checkpassword {
  struct cmta_allocator allocator;
  struct ev_loop *loop;
  struct run *runs;        /* those that run now */
  size_t size;             /* of this block */
  const char *arguments[]; /* NULL behind the last; then what they name */
};

/* A program that runs. */
struct run {
  struct child child; /* first: it is what `ended` is told */
  struct checkpassword *checkpassword;
  struct run *next, **link;
  struct cmta_session *session; /* NULL: nobody wants to know any more */
};

/* ---- Runs ---- */

static void run_give(struct run *run) {
  *run->link = run->next;
  if (run->next)
    run->next->link = run->link;
  block_give(&run->checkpassword->allocator, run, sizeof *run);
}

static void run_put(struct checkpassword *checkpassword, struct run *run) {
  run->next = checkpassword->runs;
  run->link = &checkpassword->runs;
  if (run->next)
    run->next->link = &run->next;
  checkpassword->runs = run;
}

/* What a program means by its end. */
static enum cmta_auth_result result_of(int status) {
  if (status == -1 || !WIFEXITED(status))
    return CMTA_AUTH_UNAVAILABLE;
  switch (WEXITSTATUS(status)) {
  case 0:
    return CMTA_AUTH_OK;
  case 1:
    return CMTA_AUTH_WRONG;
  default:
    return CMTA_AUTH_UNAVAILABLE;
  }
}

static void ended(struct child *child, int status) {
  struct run *run = (struct run *)child;
  if (run->session)
    (void)cmta_auth_answer(run->session, result_of(status), NULL);
  run_give(run);
}

static enum cmta_auth_result run_new(struct checkpassword *checkpassword,
                                     struct cmta_session *session, const char *input,
                                     size_t length) {
  struct run *run = block_take(&checkpassword->allocator, sizeof *run);
  if (!run)
    return CMTA_AUTH_UNAVAILABLE;
  run->child = (struct child){.loop = checkpassword->loop, .ended = ended};
  run->checkpassword = checkpassword;
  run->session = session;
  run_put(checkpassword, run);
  if (child_start(&run->child, checkpassword->arguments, input, length))
    return CMTA_AUTH_LATER;
  run_give(run);
  return CMTA_AUTH_UNAVAILABLE;
}

/* ---- What it is asked ---- */

/* Name, password and time, a NUL behind each. 0 when they cannot be said. */
static size_t compose(char input[CHILD_INPUT], const struct cmta_credentials *credentials) {
  struct cmta_slice password = credentials->secret;
  size_t name = strlen(credentials->user) + 1;
  char stamp[32];
  size_t stamp_size = (size_t)snprintf(stamp, sizeof stamp, "%lld", (long long)time(NULL)) + 1;
  bool has_nul = password.length && memchr(password.at, '\0', password.length);
  if (has_nul || name + stamp_size + 1 > CHILD_INPUT ||
      password.length > CHILD_INPUT - name - stamp_size - 1)
    return 0;
  memcpy(input, credentials->user, name);
  if (password.length)
    memcpy(input + name, password.at, password.length);
  input[name + password.length] = '\0';
  memcpy(input + name + password.length + 1, stamp, stamp_size);
  return name + password.length + 1 + stamp_size;
}

/* It cannot be asked whether a user may act as another, so nobody may. */
static enum cmta_auth_result verify(struct cmta_session *session, void *user,
                                    const struct cmta_credentials *credentials) {
  char input[CHILD_INPUT];
  size_t length = *credentials->authorization ? 0 : compose(input, credentials);
  if (length == 0)
    return CMTA_AUTH_WRONG;
  enum cmta_auth_result result = run_new(user, session, input, length);
  explicit_bzero(input, sizeof input);
  return result;
}

static void cancelled(struct cmta_session *session, void *user) {
  struct checkpassword *checkpassword = user;
  for (struct run *run = checkpassword->runs; run; run = run->next)
    if (run->session == session) {
      run->session = NULL;
      child_kill(&run->child);
    }
}

static void release(void *user) {
  struct checkpassword *checkpassword = user;
  struct cmta_allocator allocator = checkpassword->allocator;
  while (checkpassword->runs) {
    child_end(&checkpassword->runs->child);
    run_give(checkpassword->runs);
  }
  block_give(&allocator, checkpassword, checkpassword->size);
}

static size_t count_of(const char *const *arguments, size_t *octets) {
  size_t count = 0;
  for (*octets = 0; arguments[count]; count++)
    *octets += strlen(arguments[count]) + 1;
  return count;
}

static struct checkpassword *checkpassword_new(struct cmta_server *server,
                                               const char *const *arguments) {
  size_t octets, count = count_of(arguments, &octets);
  size_t size = sizeof(struct checkpassword) + (count + 1) * sizeof *arguments + octets;
  struct checkpassword *made = block_take(&server->allocator, size);
  if (!made)
    return NULL;
  made->allocator = server->allocator;
  made->loop = server->loop;
  made->size = size;
  char *room = (char *)&made->arguments[count + 1];
  for (size_t i = 0; i < count; i++) {
    made->arguments[i] = room;
    room = stpcpy(room, arguments[i]) + 1;
  }
  return made;
}

/* A folder may be "executed", too. errno says what is wrong. */
static bool is_program(const char *path) {
  struct stat status;
  if (access(path, X_OK) != 0 || stat(path, &status) != 0)
    return false;
  errno = S_ISDIR(status.st_mode) ? EISDIR : EACCES;
  return S_ISREG(status.st_mode);
}

int cmta_server_add_checkpassword(struct cmta_server *server, const char *const *arguments) {
  static const struct cmta_authenticator face = {.size = sizeof face,
                                                 .name = "checkpassword",
                                                 .kinds = CMTA_CREDENTIAL_PASSWORD,
                                                 .verify = verify,
                                                 .cancelled = cancelled,
                                                 .release = release};
  if (!server || !arguments || !arguments[0])
    return CMTA_E_ARGUMENT;
  if (!is_program(arguments[0]))
    return CMTA_E_SYSTEM;
  struct checkpassword *made = checkpassword_new(server, arguments);
  if (!made)
    return CMTA_E_MEMORY;
  int number = cmta_server_add_authenticator(server, &face, made);
  if (number < 0)
    release(made);
  return number;
}
