/* SPDX-License-Identifier: MIT */

/* Writes pieces whole or not at all, straight to the descriptor. All waits are such that a signal
 * ends them, so that a program whose standard output nobody reads can be ended. */

#include "testkit/append.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
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

static bool is_regular(int fd) {
  struct stat file;
  return fstat(fd, &file) == 0 && S_ISREG(file.st_mode);
}

/* Opens what is at the path. 0 or an errno. */
static int open_path(struct append *append) {
  int fd = open(append->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0)
    return errno;
  if (append->fd >= 0)
    close(append->fd);
  append->fd = fd;
  append->lacks = lacking_at(append->path, fd, append->ends);
  append->regular = is_regular(fd);
  return 0;
}

int append_open(struct append *append, const char *path, unsigned ends) {
  bool standard = strcmp(path, "-") == 0;
  *append = (struct append){.fd = -1, .path = standard ? NULL : path, .ends = ends};
  if (standard) {
    append->fd = STDOUT_FILENO;
    append->regular = is_regular(append->fd);
  }
  int error = standard ? 0 : open_path(append);
  append->terminal = isatty(append->fd) == 1;
  return error;
}

/* ---- The lock ---- */

/* Locks a file, or unlocks it, at once, as other programs do that use an mbox. Where a lock can
 * belong to who has opened the file, threads are kept apart, too. 0 or an errno. */
static int set_lock(int fd, short type) {
#ifdef F_OFD_SETLK
  const int command = F_OFD_SETLK;
#else
  const int command = F_SETLK;
#endif
  struct flock whole = {.l_type = type, .l_whence = SEEK_SET};
  return fcntl(fd, command, &whole) < 0 ? errno : 0;
}

static bool is_taken(int error) { return error == EAGAIN || error == EACCES; }

/* Where files have no locks, nobody has one. */
static bool has_no_locks(int error) {
  return error == ENOLCK || error == EINVAL || error == ENOSYS;
}

/* Tries until nobody else has the lock: the wait that fcntl() offers begins anew behind a handler
 * with SA_RESTART. Signals are heard between two tries alone, where none is missed. 0 or an errno.
 */
static int await_lock(int fd) {
  const struct timespec between = {.tv_nsec = 10000000};
  sigset_t all, before;
  int error;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (is_taken(error = set_lock(fd, F_WRLCK)))
    if (pselect(0, NULL, NULL, NULL, &between, &before) < 0) {
      error = errno;
      break;
    }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return error;
}

/* Whether a file is still at its path. */
static bool is_at_path(const struct append *append) {
  struct stat file, there;
  return fstat(append->fd, &file) == 0 && stat(append->path, &there) == 0 &&
         file.st_dev == there.st_dev && file.st_ino == there.st_ino;
}

/* What is no file has no lock. */
static int lock_it(const struct append *append) {
  int error = append->regular ? set_lock(append->fd, F_WRLCK) : 0;
  if (is_taken(error))
    error = await_lock(append->fd);
  return has_no_locks(error) ? 0 : error;
}

static void unlock(const struct append *append) {
  if (append->regular)
    set_lock(append->fd, F_UNLCK);
}

/* Locks the file at the path: who had the lock may have put another there. */
static int lock(struct append *append) {
  int error = lock_it(append);
  while (!error && append->regular && append->path && !is_at_path(append)) {
    unlock(append);
    error = open_path(append);
    if (!error)
      error = lock_it(append);
  }
  return error;
}

/* ---- Writing ---- */

/* What is no file is written to when it has room, and no more than it has room for then, as
 * write(2) would wait whatever signals come. */
static ssize_t write_some(const struct append *append, const char *text, size_t length) {
  if (append->regular)
    return write(append->fd, text, length);
  if (poll(&(struct pollfd){.fd = append->fd, .events = POLLOUT}, 1, -1) < 0)
    return -1;
  return write(append->fd, text, length < PIPE_BUF ? length : PIPE_BUF);
}

/* True when the write that has failed may be tried again: others have taken the room, or a file is
 * written to, which takes no time. */
static bool may_retry(const struct append *append) {
  return errno == EAGAIN || errno == EWOULDBLOCK || (errno == EINTR && append->regular);
}

/* Returns how much was written: all, or errno says why not. */
static size_t write_all(const struct append *append, const char *text, size_t length) {
  size_t done = 0;
  while (done < length) {
    ssize_t written = write_some(append, text + done, length - done);
    if (written >= 0)
      done += (size_t)written;
    else if (!may_retry(append))
      break;
  }
  return done;
}

/* Writes what is missing before the next piece. */
static bool mend(struct append *append) {
  static const char ends[] = "\n\n";
  append->lacks -= (unsigned)write_all(append, ends, append->lacks);
  return append->lacks == 0;
}

static int write_piece(struct append *append, const char *text, size_t length) {
  if (!mend(append))
    return errno;
  off_t end = lseek(append->fd, 0, SEEK_END); /* -1 on a pipe */
  size_t done = write_all(append, text, length);
  if (done == length)
    return 0;
  int error = errno;
  if (done > 0 && (end < 0 || ftruncate(append->fd, end) < 0))
    append->lacks = append->ends;
  return error;
}

/* Under the lock nobody is cut off when what was written is taken back. */
int append_write(struct append *append, const char *text, size_t length) {
  int error = lock(append);
  if (error)
    return error;
  error = write_piece(append, text, length);
  unlock(append);
  return error;
}

void append_close(struct append *append) {
  if (append->fd >= 0 && append->path)
    close(append->fd);
}
