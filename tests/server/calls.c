/* SPDX-License-Identifier: MIT */

/* The system calls that the linker hands to us. */

#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

struct calls calls;

int __real_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
ssize_t __real_send(int fd, const void *bytes, size_t size, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t size, int flags);
ssize_t __real_recv(int fd, void *buffer, size_t size, int flags);
ssize_t __wrap_recv(int fd, void *buffer, size_t size, int flags);
int __real_getsockname(int fd, struct sockaddr *address, socklen_t *length);
int __wrap_getsockname(int fd, struct sockaddr *address, socklen_t *length);

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
ssize_t __real_pwrite(int fd, const void *bytes, size_t size, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *bytes, size_t size, off_t offset);
ssize_t __real_pread(int fd, void *buffer, size_t size, off_t offset);
ssize_t __wrap_pread(int fd, void *buffer, size_t size, off_t offset);

int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags) {
  calls.accepts++;
  return __real_accept4(fd, address, length, flags);
}

/* False when the call that is due fails instead. */
static bool carry(size_t *size) {
  calls.carried++;
  bool fails = calls.fail_from && calls.carried >= calls.fail_from;
  bool waits = calls.wait_every && calls.carried % calls.wait_every == 0;
  errno = fails ? ECONNRESET : EAGAIN;
  if (calls.most_carried && *size > calls.most_carried)
    *size = calls.most_carried;
  return !fails && !waits;
}

ssize_t __wrap_send(int fd, const void *bytes, size_t size, int flags) {
  calls.sends++;
  if (calls.most_sent && calls.sends % 2) {
    errno = EAGAIN;
    return -1;
  }
  if (calls.most_sent && size > calls.most_sent)
    size = calls.most_sent;
  return carry(&size) ? __real_send(fd, bytes, size, flags) : -1;
}

ssize_t __wrap_recv(int fd, void *buffer, size_t size, int flags) {
  calls.receives++;
  return carry(&size) ? __real_recv(fd, buffer, size, flags) : -1;
}

int __wrap_open(const char *path, int flags, ...) {
  bool unnamed = (flags & O_TMPFILE) == O_TMPFILE;
  if (unnamed && calls.named_files) {
    errno = EOPNOTSUPP;
    return -1;
  }
  va_list more;
  va_start(more, flags);
  int mode = unnamed || (flags & O_CREAT) ? va_arg(more, int) : 0;
  va_end(more);
  return __real_open(path, flags, mode);
}

/* Makes a move short; false when it is to be interrupted instead. */
static bool shorten(size_t *size) {
  calls.moves++;
  if (calls.most_moved && *size > calls.most_moved)
    *size = calls.most_moved;
  errno = EINTR;
  return calls.most_moved == 0 || calls.moves % 2 == 0;
}

ssize_t __wrap_pwrite(int fd, const void *bytes, size_t size, off_t offset) {
  if (!shorten(&size))
    return -1;
  if (calls.disk_room == 0)
    return __real_pwrite(fd, bytes, size, offset);
  if (calls.disk_room == 1) {
    errno = ENOSPC;
    return -1;
  }
  if (size >= calls.disk_room)
    size = calls.disk_room - 1;
  calls.disk_room -= size;
  return __real_pwrite(fd, bytes, size, offset);
}

ssize_t __wrap_pread(int fd, void *buffer, size_t size, off_t offset) {
  return shorten(&size) ? __real_pread(fd, buffer, size, offset) : -1;
}

int __wrap_getsockname(int fd, struct sockaddr *address, socklen_t *length) {
  calls.names++;
  return __real_getsockname(fd, address, length);
}
