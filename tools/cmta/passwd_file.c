/* SPDX-License-Identifier: MIT */
/* Changes password files. The old file is locked until the new one is in its place, so that two
 * changes at one time both count. */

#include "passwd_file.h"

#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Octets of a file at most, as the server reads it. */
enum { MAX_FILE = 1 << 26 };

/* A change in hand. */
struct job {
  const struct passwd_change *change;
  char path[PATH_MAX]; /* without symbolic links */
  char made[PATH_MAX]; /* the new file; empty while there is none */
  struct stat status;  /* of the old file */
  char *text;          /* what is in it */
  size_t length;
};

static bool complain_of(const struct job *job, const char *what) {
  complain("passwd", "%s: %s", job->change->path, what);
  return false;
}

static bool complain_of_system(const struct job *job) { return complain_of(job, strerror(errno)); }

/* ---- The old file ---- */

/* Finds out where the file really is, or will be. */
static bool find(struct job *job) {
  const char *path = job->change->path;
  if (realpath(path, job->path))
    return true;
  if (errno != ENOENT || job->change->entry == NULL || strlen(path) >= sizeof job->path)
    return complain_of_system(job);
  strcpy(job->path, path);
  return true;
}

/* Opens and locks the file; -1 when another has taken its place meanwhile, -2 when that cannot
 * be. */
static int open_locked(struct job *job) {
  struct stat now;
  int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW;
  if (job->change->entry)
    flags |= O_CREAT;
  int fd = open(job->path, flags, S_IRUSR | S_IWUSR);
  if (fd < 0)
    return -2;
  if (flock(fd, LOCK_EX) == 0 && fstat(fd, &job->status) == 0) {
    if (stat(job->path, &now) == 0 && now.st_dev == job->status.st_dev &&
        now.st_ino == job->status.st_ino)
      return fd;
    close(fd);
    return -1;
  }
  close(fd);
  return -2;
}

static bool read_text(struct job *job, int fd) {
  size_t size = (size_t)job->status.st_size;
  if (!S_ISREG(job->status.st_mode))
    return complain_of(job, "not a regular file");
  if (job->status.st_size > MAX_FILE)
    return complain_of(job, "too large");
  job->text = malloc(size + 1);
  if (!job->text)
    return complain_of_system(job);
  while (job->length < size) {
    ssize_t count = read(fd, job->text + job->length, size - job->length);
    if (count < 0 && errno != EINTR)
      return complain_of_system(job);
    if (count == 0)
      break;
    job->length += count > 0 ? (size_t)count : 0;
  }
  return true;
}

/* ---- The new file ---- */

static bool is_of(const char *line, size_t length, const char *name) {
  size_t octets = strlen(name);
  return length > octets && memcmp(line, name, octets) == 0 && line[octets] == ':';
}

/* Octets of the line with its LF, if it has one. */
static size_t line_length(const char *line, size_t left) {
  const char *end = memchr(line, '\n', left);
  return end ? (size_t)(end - line) + 1 : left;
}

static void put_line(FILE *file, const char *line, size_t length) {
  fwrite(line, 1, length, file);
  if (length == 0 || line[length - 1] != '\n')
    putc('\n', file);
}

/* Writes all lines, with the change; whether there was one of the name. */
static bool put_lines(const struct job *job, FILE *file) {
  const struct passwd_change *change = job->change;
  bool found = false;
  size_t length;
  for (const char *line = job->text, *end = line + job->length; line < end; line += length) {
    length = line_length(line, (size_t)(end - line));
    bool is_own = is_of(line, length, change->name);
    if (!is_own)
      put_line(file, line, length);
    else if (change->entry && !found)
      put_line(file, change->entry, strlen(change->entry));
    found |= is_own;
  }
  if (change->entry && !found)
    put_line(file, change->entry, strlen(change->entry));
  return found;
}

/* All that may fail once the lines are written. */
static bool finish(const struct job *job, FILE *file) {
  int fd = fileno(file);
  bool mine = job->status.st_uid == geteuid() && job->status.st_gid == getegid();
  return fflush(file) == 0 && !ferror(file) &&
         (mine || fchown(fd, job->status.st_uid, job->status.st_gid) == 0) &&
         fchmod(fd, job->status.st_mode & 07777) == 0 && fsync(fd) == 0;
}

static bool write_file(const struct job *job, int fd) {
  FILE *file = fdopen(fd, "w");
  if (!file) {
    close(fd);
    return complain_of_system(job);
  }
  bool found = put_lines(job, file);
  bool good = finish(job, file);
  if (fclose(file) != 0 || !good)
    return complain_of_system(job);
  return found || job->change->entry || complain_of(job, "no such user in it");
}

/* What is in the folder is to last as well. */
static void sync_folder(const char *path) {
  char copy[PATH_MAX];
  strcpy(copy, path);
  int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return;
  (void)fsync(fd);
  close(fd);
}

static bool replace(struct job *job) {
  char name[sizeof job->made];
  int length = snprintf(name, sizeof name, "%s.XXXXXX", job->path);
  if (length < 0 || (size_t)length >= sizeof name) {
    errno = ENAMETOOLONG;
    return complain_of_system(job);
  }
  int fd = mkostemp(name, O_CLOEXEC);
  if (fd < 0)
    return complain_of_system(job);
  strcpy(job->made, name);
  if (!write_file(job, fd))
    return false;
  if (rename(name, job->path) != 0)
    return complain_of_system(job);
  job->made[0] = '\0';
  sync_folder(job->path);
  return true;
}

static void job_clear(struct job *job) {
  if (job->made[0])
    (void)unlink(job->made);
  if (job->text)
    explicit_bzero(job->text, job->length);
  free(job->text);
}

bool passwd_change(const struct passwd_change *change) {
  struct job job = {.change = change};
  int fd = -1;
  if (!find(&job))
    return false;
  while (fd == -1)
    fd = open_locked(&job);
  if (fd < 0)
    return complain_of_system(&job);
  bool good = read_text(&job, fd) && replace(&job);
  job_clear(&job);
  close(fd);
  return good;
}
