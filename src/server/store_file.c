/* SPDX-License-Identifier: MIT */

/*
 * Unnamed temporary files: nobody else can open them, and nothing is left of them when the process
 * dies. A file remembers the allocator it came from, so that it outlives the server.
 */

#include "server/store_file.h"

#include "server/block.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* One file. */
struct file {
  struct cmta_allocator allocator;
  int fd;
  uint64_t length; /* octets that were appended */
  void *map;       /* all of them, or NULL */
};

/* For file systems that know no files without a name. */
static int open_and_unlink(const struct spool *spool) {
  static const char pattern[] = "/cmta-XXXXXX";
  size_t folder = strlen(spool->folder), size = folder + sizeof pattern;
  char *name = block_take(&spool->allocator, size);
  if (!name) {
    errno = ENOMEM;
    return -1;
  }
  memcpy(name, spool->folder, folder);
  memcpy(name + folder, pattern, sizeof pattern);
  int fd = mkostemp(name, O_CLOEXEC);
  if (fd >= 0)
    (void)unlink(name);
  int error = errno;
  block_give(&spool->allocator, name, size);
  errno = error;
  return fd;
}

static int open_unnamed(const struct spool *spool) {
  int fd = open(spool->folder, O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
  bool unknown = errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL;
  return fd < 0 && unknown ? open_and_unlink(spool) : fd;
}

static void *file_begin(void *context) {
  const struct spool *spool = context;
  struct file *file = block_take(&spool->allocator, sizeof *file);
  if (!file) {
    errno = ENOMEM;
    return NULL;
  }
  file->allocator = spool->allocator;
  file->fd = open_unnamed(spool);
  if (file->fd >= 0)
    return file;
  int error = errno;
  block_give(&spool->allocator, file, sizeof *file);
  errno = error;
  return NULL;
}

static int file_append(void *context, void *opened, const void *bytes, size_t length) {
  struct file *file = opened;
  const char *at = bytes;
  (void)context;
  while (length > 0) {
    ssize_t count = pwrite(file->fd, at, length, (off_t)file->length);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return -1;
    at += count;
    length -= (size_t)count;
    file->length += (size_t)count;
  }
  return 0;
}

static int file_read(void *context, void *opened, uint64_t offset, void *buffer, size_t length) {
  const struct file *file = opened;
  char *at = buffer;
  (void)context;
  while (length > 0) {
    ssize_t count = pread(file->fd, at, length, (off_t)offset);
    if (count < 0 && errno == EINTR)
      continue;
    if (count == 0)
      errno = EIO; /* the file is shorter than what was written to it */
    if (count <= 0)
      return -1;
    at += count;
    length -= (size_t)count;
    offset += (size_t)count;
  }
  return 0;
}

static const char *file_map(void *context, void *opened, size_t length) {
  struct file *file = opened;
  (void)context;
  if (file->map)
    return file->map;
  if (length == 0 || length != file->length) {
    errno = EINVAL;
    return NULL;
  }
  void *map = mmap(NULL, length, PROT_READ, MAP_PRIVATE, file->fd, 0);
  file->map = map != MAP_FAILED ? map : NULL;
  return file->map;
}

static void file_end(void *context, void *opened) {
  struct file *file = opened;
  (void)context;
  if (file->map)
    (void)munmap(file->map, (size_t)file->length);
  (void)close(file->fd);
  struct cmta_allocator allocator = file->allocator;
  block_give(&allocator, file, sizeof *file);
}

static const char *usual_folder(void) {
  const char *folder = getenv("TMPDIR");
  return folder && *folder ? folder : "/tmp";
}

int spool_open(struct spool *spool, const char *folder, const struct cmta_allocator *allocator,
               struct cmta_store *store) {
  if (!folder)
    folder = usual_folder();
  spool->allocator = *allocator;
  spool->size = strlen(folder) + 1;
  spool->folder = block_take(allocator, spool->size);
  if (!spool->folder)
    return CMTA_E_MEMORY;
  memcpy(spool->folder, folder, spool->size);
  *store = (struct cmta_store){file_begin, file_append, file_read, file_map, file_end, spool};
  void *trial = file_begin(spool);
  if (!trial)
    return errno == ENOMEM ? CMTA_E_MEMORY : CMTA_E_SYSTEM;
  file_end(spool, trial);
  return 0;
}

void spool_close(struct spool *spool) {
  block_give(&spool->allocator, spool->folder, spool->size);
  spool->folder = NULL;
}
