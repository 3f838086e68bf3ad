/* SPDX-License-Identifier: MIT */

/*
 * A password file: it is checked on the descriptor that it is read from. A symbolic link is
 * followed, as whoever may change the link could put another file there as well. All of the file
 * is kept in one block, in which names and secrets lie; the entries are sorted by name, and a list
 * of them by what it costs to compare a password with them.
 */

#include "server/password.h"

#include "server/block.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Octets of a file at most. */
enum { MAX_FILE = 1 << 26 };

/* Entries that there is room for at first; then it doubles. */
enum { FIRST_ENTRIES = 64 };

/* One try to read a file. */
struct reading {
  struct password_file *file;
  const char *path;
  const struct cmta_allocator *allocator;
  char *why;
  size_t why_size;
};

/* ---- Complaints ---- */

static void make_visible(char *text) {
  for (; *text; text++)
    if ((unsigned char)*text < ' ' || *text == 0x7f)
      *text = '?';
}

/* Says what is wrong with the file, or a line of it that is not 0; gives the error back. */
static int complain(const struct reading *reading, int error, size_t line, const char *what) {
  int kept = errno;
  if (reading->why && reading->why_size) {
    if (line)
      snprintf(reading->why, reading->why_size, "%s:%zu: %s", reading->path, line, what);
    else
      snprintf(reading->why, reading->why_size, "%s: %s", reading->path, what);
    make_visible(reading->why);
  }
  errno = kept;
  return error;
}

/* ---- The file ---- */

/* What is wrong with the file that is open, or NULL. */
static const char *flaw_of(const struct stat *status) {
  if (!S_ISREG(status->st_mode))
    return "not a regular file";
  if (status->st_uid != geteuid() && status->st_uid != 0)
    return "belongs to somebody else";
  if (status->st_mode & S_IRWXO)
    return "others may read or write it";
  if (status->st_mode & S_IWGRP)
    return "its group may write it";
  if (status->st_size > MAX_FILE)
    return "too large";
  return NULL;
}

/* Reads until the end of the file, or until the block is full but for the last octet. */
static ssize_t read_text(int fd, char *text, size_t size) {
  size_t length = 0;
  while (length < size) {
    ssize_t count = read(fd, text + length, size - length);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return -1;
    if (count == 0)
      break;
    length += (size_t)count;
  }
  return (ssize_t)length;
}

/* One octet more than there should be is asked for: nobody may write meanwhile. */
static int take_text(const struct reading *reading, int fd) {
  struct password_file *file = reading->file;
  size_t length = (size_t)file->version.st_size;
  file->text = block_take(reading->allocator, length + 1);
  if (!file->text)
    return complain(reading, CMTA_E_MEMORY, 0, "no memory");
  file->size = length + 1;
  ssize_t count = read_text(fd, file->text, length + 1);
  if (count < 0)
    return complain(reading, CMTA_E_SYSTEM, 0, strerror(errno));
  errno = EAGAIN;
  if ((size_t)count != length)
    return complain(reading, CMTA_E_SYSTEM, 0, "has changed while it was read");
  return 0;
}

static int take_file(const struct reading *reading, int fd) {
  struct stat *version = &reading->file->version;
  if (fstat(fd, version) != 0)
    return complain(reading, CMTA_E_SYSTEM, 0, strerror(errno));
  const char *flaw = flaw_of(version);
  return flaw ? complain(reading, CMTA_E_PASSWORDS, 0, flaw) : take_text(reading, fd);
}

/* A FIFO or a terminal is opened without waiting, and refused then. */
static int open_and_take(const struct reading *reading) {
  int fd = open(reading->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    return complain(reading, CMTA_E_SYSTEM, 0, strerror(errno));
  int error = take_file(reading, fd);
  int kept = errno;
  close(fd);
  errno = kept;
  return error;
}

/* ---- Its lines ---- */

static bool has_room(const struct reading *reading) {
  struct password_file *file = reading->file;
  size_t capacity = file->capacity ? file->capacity * 2 : FIRST_ENTRIES;
  if (file->count < file->capacity)
    return true;
  struct password_entry *grown = block_resize(
      reading->allocator, file->entries, file->capacity * sizeof *grown, capacity * sizeof *grown);
  if (!grown)
    return false;
  file->entries = grown;
  file->capacity = capacity;
  return true;
}

static int take_line(const struct reading *reading, char *line, size_t number) {
  struct password_file *file = reading->file;
  if (*line == '\0' || *line == '#')
    return 0;
  if (!has_room(reading))
    return complain(reading, CMTA_E_MEMORY, 0, "no memory");
  struct password_entry *entry = &file->entries[file->count];
  const char *wrong = password_line_read(line, entry);
  if (wrong)
    return complain(reading, CMTA_E_PASSWORDS, number, wrong);
  file->count++;
  return 0;
}

static int take_lines(const struct reading *reading) {
  char *line = reading->file->text, *end = line + reading->file->size - 1;
  for (size_t number = 1; line < end; number++) {
    char *line_end = memchr(line, '\n', (size_t)(end - line));
    if (!line_end)
      line_end = end;
    *line_end = '\0';
    if (strlen(line) != (size_t)(line_end - line))
      return complain(reading, CMTA_E_PASSWORDS, number, "a NUL");
    int error = take_line(reading, line, number);
    if (error)
      return error;
    line = line_end + 1;
  }
  return 0;
}

/* By name, and by line where two have one. */
static int compare(const void *one, const void *other) {
  const struct password_entry *first = one, *second = other;
  int order = strcmp(first->name, second->name);
  return order ? order : first->name < second->name ? -1 : 1;
}

static void sort(struct password_file *file) {
  size_t kept = 0;
  if (file->count == 0)
    return;
  qsort(file->entries, file->count, sizeof *file->entries, compare);
  for (size_t i = 1; i < file->count; i++)
    if (strcmp(file->entries[kept].name, file->entries[i].name) != 0)
      file->entries[++kept] = file->entries[i];
  file->count = kept + 1;
}

/* ---- Kinds of entries ---- */

/* The hash that tells how much work an entry is; passwords in clear have none. */
static const char *hash_of(const struct password_entry *entry) {
  return entry->secret.hash ? entry->secret.hash : "";
}

/* By kind. Hashes of crypt(3) begin with the method and its cost, and so are in an order of that.
 */
static int compare_kind(const void *one, const void *other, void *entries) {
  const struct password_entry *all = entries;
  const struct password_entry *first = &all[*(const uint32_t *)one];
  const struct password_entry *second = &all[*(const uint32_t *)other];
  if (first->crypt || second->crypt)
    return !first->crypt ? -1 : !second->crypt ? 1 : strcmp(first->crypt, second->crypt);
  int order = strcmp(hash_of(first), hash_of(second));
  unsigned left = first->secret.iterations, right = second->secret.iterations;
  return order ? order : (left > right) - (left < right);
}

static int list_kinds(const struct reading *reading) {
  struct password_file *file = reading->file;
  size_t count = file->count;
  file->by_kind = count ? block_take(reading->allocator, count * sizeof *file->by_kind) : NULL;
  if (count && !file->by_kind)
    return complain(reading, CMTA_E_MEMORY, 0, "no memory");
  for (size_t i = 0; i < count; i++) {
    file->by_kind[i] = (uint32_t)i;
    file->scram_count += !file->entries[i].crypt;
  }
  if (count)
    qsort_r(file->by_kind, count, sizeof *file->by_kind, compare_kind, file->entries);
  return 0;
}

/* ---- For others ---- */

int password_file_read(struct password_file *file, const char *path,
                       const struct cmta_allocator *allocator, char *why, size_t size) {
  struct reading reading = {file, path, allocator, why, size};
  int error = open_and_take(&reading);
  if (error == 0)
    error = take_lines(&reading);
  if (error == 0) {
    sort(file);
    error = list_kinds(&reading);
  }
  if (error == 0)
    return 0;
  int kept = errno;
  struct stat version = file->version;
  password_file_forget(file, allocator);
  file->version = version;
  errno = kept;
  return error;
}

static bool is_same_time(struct timespec one, struct timespec other) {
  return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

/* The time of the last change of the inode tells of mode and owner. */
bool password_file_is_current(const struct password_file *file, const char *path) {
  const struct stat *read = &file->version;
  struct stat now;
  return stat(path, &now) == 0 && now.st_dev == read->st_dev && now.st_ino == read->st_ino &&
         now.st_size == read->st_size && is_same_time(now.st_mtim, read->st_mtim) &&
         is_same_time(now.st_ctim, read->st_ctim);
}

static int compare_name(const void *name, const void *entry) {
  return strcmp(name, ((const struct password_entry *)entry)->name);
}

const struct password_entry *password_file_find(const struct password_file *file,
                                                const char *name) {
  if (file->count == 0)
    return NULL;
  return bsearch(name, file->entries, file->count, sizeof *file->entries, compare_name);
}

/* A part of the list is chosen for the part of all numbers that is as large. */
static const struct password_entry *choose(const struct password_file *file, size_t count,
                                           uint32_t number) {
  return count ? &file->entries[file->by_kind[(uint64_t)number * count >> 32]] : NULL;
}

const struct password_entry *password_file_decoy(const struct password_file *file,
                                                 uint32_t number) {
  return choose(file, file->count, number);
}

const struct password_entry *password_file_scram_decoy(const struct password_file *file,
                                                       uint32_t number) {
  return choose(file, file->scram_count, number);
}

void password_file_forget(struct password_file *file, const struct cmta_allocator *allocator) {
  if (file->text)
    explicit_bzero(file->text, file->size);
  block_give(allocator, file->text, file->size);
  block_give(allocator, file->by_kind, file->count * sizeof *file->by_kind);
  block_give(allocator, file->entries, file->capacity * sizeof *file->entries);
  *file = (struct password_file){.text = NULL};
}
