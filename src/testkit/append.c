/* SPDX-License-Identifier: MIT */

/* Writes pieces whole or not at all, straight to the descriptor. */

#include "testkit/append.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* True when a file that is appended to ends in the middle of a line: a line of its own begins
 * there. */
static bool ends_torn(int fd, const char *path) {
  struct stat file;
  char last = '\n';
  if (fstat(fd, &file) < 0 || !S_ISREG(file.st_mode) || file.st_size == 0)
    return false;
  int reading = open(path, O_RDONLY | O_CLOEXEC);
  if (reading < 0)
    return false;
  bool torn = pread(reading, &last, 1, file.st_size - 1) == 1 && last != '\n';
  close(reading);
  return torn;
}

int append_open(struct append *append, const char *path) {
  bool standard = strcmp(path, "-") == 0;
  *append = (struct append){0};
  append->fd =
      standard ? STDOUT_FILENO : open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (append->fd < 0)
    return errno;
  append->torn = !standard && ends_torn(append->fd, path);
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

int append_write(struct append *append, const char *text, size_t length) {
  if (append->torn && write_all(append->fd, "\n", 1) < 1)
    return errno;
  append->torn = false;
  off_t end = lseek(append->fd, 0, SEEK_END); /* -1 on a pipe */
  size_t done = write_all(append->fd, text, length);
  if (done == length)
    return 0;
  int error = errno;
  if (done > 0)
    append->torn = end < 0 || ftruncate(append->fd, end) < 0;
  return error;
}

void append_close(struct append *append) {
  if (append->fd > STDERR_FILENO)
    close(append->fd);
}
