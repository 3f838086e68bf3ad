/* SPDX-License-Identifier: MIT */

/* Writes pieces whole or not at all, straight to the descriptor. */

#include "testkit/append.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How many LF are missing in the last octets of a file. */
static unsigned lacking(int fd, off_t size, unsigned ends) {
  unsigned found = 0;
  char last = '\0';
  while (found < ends && found < size && pread(fd, &last, 1, size - 1 - found) == 1 && last == '\n')
    found++;
  return ends - found;
}

/* Likewise of one that is appended to: it may end in the middle of a piece. */
static unsigned lacking_at(const char *path, int fd, unsigned ends) {
  struct stat file;
  if (fstat(fd, &file) < 0 || !S_ISREG(file.st_mode) || file.st_size == 0)
    return 0;
  int reading = open(path, O_RDONLY | O_CLOEXEC);
  if (reading < 0)
    return 0;
  unsigned lacks = lacking(reading, file.st_size, ends);
  close(reading);
  return lacks;
}

int append_open(struct append *append, const char *path, unsigned ends) {
  const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC;
  *append = (struct append){.standard = strcmp(path, "-") == 0, .ends = ends};
  append->fd = append->standard ? STDOUT_FILENO : open(path, flags, 0666);
  if (append->fd < 0)
    return errno;
  append->lacks = append->standard ? 0 : lacking_at(path, append->fd, ends);
  append->terminal = isatty(append->fd) == 1;
  return 0;
}

/* True when the write that has failed may be tried again; waits for room where the descriptor does
 * not. */
static bool may_retry(int fd) {
  if (errno == EAGAIN || errno == EWOULDBLOCK)
    poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
  else if (errno != EINTR)
    return false;
  return true;
}

/* Returns how much was written: all, or errno says why not. */
static size_t write_all(int fd, const char *text, size_t length) {
  size_t done = 0;
  while (done < length) {
    ssize_t written = write(fd, text + done, length - done);
    if (written >= 0)
      done += (size_t)written;
    else if (!may_retry(fd))
      break;
  }
  return done;
}

/* Writes what is missing before the next piece. */
static bool mend(struct append *append) {
  static const char ends[] = "\n\n";
  append->lacks -= (unsigned)write_all(append->fd, ends, append->lacks);
  return append->lacks == 0;
}

int append_write(struct append *append, const char *text, size_t length) {
  if (!mend(append))
    return errno;
  off_t end = lseek(append->fd, 0, SEEK_END); /* -1 on a pipe */
  size_t done = write_all(append->fd, text, length);
  if (done == length)
    return 0;
  int error = errno;
  if (done > 0 && (end < 0 || ftruncate(append->fd, end) < 0))
    append->lacks = append->ends;
  return error;
}

void append_close(struct append *append) {
  if (append->fd >= 0 && !append->standard)
    close(append->fd);
}
