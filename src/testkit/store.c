/* SPDX-License-Identifier: MIT */

/* Stores of mails: what all forms have in common, and JSON lines, which have little else. */

#include "testkit/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct store_form *const forms[] = {[CMTA_STORE_JSONL] = &store_jsonl,
                                                 [CMTA_STORE_MAILDIR] = &store_maildir,
                                                 [CMTA_STORE_MBOX] = &store_mbox,
                                                 [CMTA_STORE_FOLDER] = &store_folder};

/* 0, or the error that an errno stands for. */
static int error_of(int number) {
  errno = number;
  return number == 0 ? 0 : number == ENOMEM ? CMTA_E_MEMORY : CMTA_E_SYSTEM;
}

static struct cmta_store *store_new(enum cmta_store_form form, const char *path) {
  struct cmta_store *store = calloc(1, sizeof *store);
  char *copy = strdup(path);
  if (!store || !copy) {
    free(store);
    free(copy);
    return NULL;
  }
  *store = (struct cmta_store){.form = forms[form], .path = copy, .append.fd = -1};
  return store;
}

int cmta_store_new(struct cmta_store **store, enum cmta_store_form form, const char *path) {
  if (!store || !path || !*path || (size_t)form >= sizeof forms / sizeof *forms)
    return CMTA_E_ARGUMENT;
  struct cmta_store *made = store_new(form, path);
  if (!made)
    return CMTA_E_MEMORY;
  int number = made->form->open(made);
  if (number) {
    cmta_store_free(made);
    return error_of(number);
  }
  *store = made;
  return 0;
}

void cmta_store_free(struct cmta_store *store) {
  if (!store)
    return;
  append_close(&store->append);
  free(store->path);
  free(store);
}

int cmta_store_put(struct cmta_store *store, const struct cmta_mail *mail) {
  return store && mail ? error_of(store->form->put(store, mail)) : CMTA_E_ARGUMENT;
}

int cmta_store_append(struct cmta_store *store, const void *bytes, size_t length) {
  if (!store || !bytes || store->append.fd < 0)
    return CMTA_E_ARGUMENT;
  return error_of(append_write(&store->append, bytes, length));
}

/* ---- JSON lines ---- */

/* The line's LF takes the place of its NUL. */
static int put_line(struct cmta_store *store, const struct cmta_mail *mail) {
  char *line = cmta_mail_json(mail, true, store->append.terminal);
  if (!line)
    return ENOMEM;
  size_t length = strlen(line);
  line[length] = '\n';
  int error = append_write(&store->append, line, length + 1);
  free(line);
  return error;
}

static int open_lines(struct cmta_store *store) {
  return append_open(&store->append, store->path, 1);
}

const struct store_form store_jsonl = {open_lines, put_line};
