/* SPDX-License-Identifier: MIT */

/* Stores that are folders: a maildir, whose readers look into `new`; and one file a mail, with what
 * is known of it beside. */

#include "testkit/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether files can be made in the folder. 0 or an errno. */
static int try_folder(const char *path) {
  char *file = NULL;
  if (asprintf(&file, "%s/.XXXXXX", path) < 0)
    return ENOMEM;
  int fd = mkostemp(file, O_CLOEXEC), error = fd < 0 ? errno : 0;
  if (fd >= 0) {
    unlink(file);
    close(fd);
  }
  free(file);
  return error;
}

int store_make_folder(const char *path) {
  return mkdir(path, 0777) == 0 || errno == EEXIST ? try_folder(path) : errno;
}

/* A path in the store's folder; NULL without memory. */
static char *path_of(const struct cmta_store *store, const char *name) {
  char *path = NULL;
  return asprintf(&path, "%s/%s", store->path, name) < 0 ? NULL : path;
}

/* ---- Files ---- */

/* Writes it, whatever was there. 0 or an errno. */
static int fill_file(const char *path, bool (*fill)(FILE *file, const struct cmta_mail *mail),
                     const struct cmta_mail *mail) {
  FILE *file = fopen(path, "we");
  if (!file)
    return errno;
  errno = 0;
  bool read = fill(file, mail);
  int error = ferror(file) ? errno : read ? 0 : errno ? errno : ENOMEM;
  if (fclose(file) != 0 && !error)
    error = errno;
  return error;
}

int store_write_file(const struct cmta_store *store, const char *temporary, const char *name,
                     bool (*fill)(FILE *file, const struct cmta_mail *mail),
                     const struct cmta_mail *mail) {
  char *from = path_of(store, temporary), *to = path_of(store, name);
  int error = from && to ? fill_file(from, fill, mail) : ENOMEM;
  if (!error && rename(from, to) < 0)
    error = errno;
  if (error && from)
    unlink(from);
  free(from);
  free(to);
  return error;
}

static void remove_file(const struct cmta_store *store, const char *name) {
  char *path = path_of(store, name);
  if (path)
    unlink(path);
  free(path);
}

/* ---- Maildir ---- */

static int make_folder_in(const struct cmta_store *store, const char *name) {
  char *path = path_of(store, name);
  int error = path ? store_make_folder(path) : ENOMEM;
  free(path);
  return error;
}

static int maildir_open(struct cmta_store *store) {
  static const char *const folders[] = {"tmp", "new", "cur"};
  int error = store_make_folder(store->path);
  for (size_t i = 0; !error && i < sizeof folders / sizeof *folders; i++)
    error = make_folder_in(store, folders[i]);
  return error;
}

static bool print_mail(FILE *file, const struct cmta_mail *mail) {
  return store_print_mail(file, mail, false);
}

/* The name has neither '/' nor ':', as it must. */
static int maildir_put(struct cmta_store *store, const struct cmta_mail *mail) {
  char temporary[64], name[64];
  snprintf(temporary, sizeof temporary, "tmp/%s", cmta_mail_id(mail));
  snprintf(name, sizeof name, "new/%s", cmta_mail_id(mail));
  return store_write_file(store, temporary, name, print_mail, mail);
}

const struct store_form store_maildir = {maildir_open, maildir_put};

/* ---- One file a mail ---- */

static int folder_open(struct cmta_store *store) { return store_make_folder(store->path); }

static bool print_json(FILE *file, const struct cmta_mail *mail) {
  char *line = cmta_mail_json(mail, false, false);
  if (line)
    fprintf(file, "%s\n", line);
  free(line);
  return line;
}

static int folder_put(struct cmta_store *store, const struct cmta_mail *mail) {
  char temporary[64], message[64], facts[64];
  const char *id = cmta_mail_id(mail);
  snprintf(temporary, sizeof temporary, "%s.tmp", id);
  snprintf(message, sizeof message, "%s.eml", id);
  snprintf(facts, sizeof facts, "%s.json", id);
  int error = store_write_file(store, temporary, facts, print_json, mail);
  if (error)
    return error;
  error = store_write_file(store, temporary, message, store_print_raw, mail);
  if (error)
    remove_file(store, facts);
  return error;
}

const struct store_form store_folder = {folder_open, folder_put};
