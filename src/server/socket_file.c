/* SPDX-License-Identifier: MIT */

/* Binds Unix sockets, and looks after their files. */

#include "server/endpoint.h"

#include <cmta/error.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int new_socket(void) {
  return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* True for a socket file that refuses connections: the process that made it is gone. A server that
   has bound the path but does not listen yet looks the same for that moment. */
static bool is_stale(const struct sockaddr_un *address) {
  struct stat file;
  if (lstat(address->sun_path, &file) != 0 || !S_ISSOCK(file.st_mode))
    return false;
  int fd = new_socket();
  if (fd < 0)
    return false;
  bool refused =
      connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 && errno == ECONNREFUSED;
  close(fd);
  return refused;
}

static bool bind_path(int fd, const struct sockaddr_un *address) {
  const struct sockaddr *at = (const struct sockaddr *)address;
  if (bind(fd, at, sizeof *address) == 0)
    return true;
  if (errno != EADDRINUSE)
    return false;
  bool replaced = is_stale(address) && unlink(address->sun_path) == 0;
  if (replaced && bind(fd, at, sizeof *address) == 0)
    return true;
  errno = EADDRINUSE;
  return false;
}

static void remember(struct endpoint *endpoint, int fd, const char *path) {
  struct stat file;
  endpoint->fd = fd;
  endpoint->is_file = true;
  strcpy(endpoint->name, path);
  if (lstat(path, &file) == 0) {
    endpoint->device = file.st_dev;
    endpoint->inode = file.st_ino;
  }
}

int socket_file_bind(struct endpoint *endpoint, const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(path);
  if (length == 0 || length >= sizeof address.sun_path)
    return CMTA_E_ADDRESS;
  memcpy(address.sun_path, path, length);
  int fd = new_socket();
  if (fd < 0)
    return CMTA_E_SYSTEM;
  if (bind_path(fd, &address)) {
    remember(endpoint, fd, path);
    return 0;
  }
  int kept = errno;
  close(fd);
  errno = kept;
  return CMTA_E_SYSTEM;
}

void socket_file_remove(const struct endpoint *endpoint) {
  struct stat file;
  if (lstat(endpoint->name, &file) == 0 && file.st_dev == endpoint->device &&
      file.st_ino == endpoint->inode)
    unlink(endpoint->name);
}
