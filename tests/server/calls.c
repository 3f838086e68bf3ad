/* SPDX-License-Identifier: MIT */

/* The system calls that the linker hands to us. */

#include "calls.h"

#include <errno.h>
#include <sys/socket.h>

struct calls calls;

int __real_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
ssize_t __real_send(int fd, const void *bytes, size_t size, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t size, int flags);
ssize_t __real_recv(int fd, void *buffer, size_t size, int flags);
ssize_t __wrap_recv(int fd, void *buffer, size_t size, int flags);
int __real_getsockname(int fd, struct sockaddr *address, socklen_t *length);
int __wrap_getsockname(int fd, struct sockaddr *address, socklen_t *length);

int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags) {
  calls.accepts++;
  return __real_accept4(fd, address, length, flags);
}

ssize_t __wrap_send(int fd, const void *bytes, size_t size, int flags) {
  calls.sends++;
  if (calls.most_sent && calls.sends % 2) {
    errno = EAGAIN;
    return -1;
  }
  if (calls.most_sent && size > calls.most_sent)
    size = calls.most_sent;
  return __real_send(fd, bytes, size, flags);
}

ssize_t __wrap_recv(int fd, void *buffer, size_t size, int flags) {
  calls.receives++;
  return __real_recv(fd, buffer, size, flags);
}

int __wrap_getsockname(int fd, struct sockaddr *address, socklen_t *length) {
  calls.names++;
  return __real_getsockname(fd, address, length);
}
