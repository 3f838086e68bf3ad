/* SPDX-License-Identifier: MIT */

/* Opens and closes listening sockets. */

#include "server/endpoint.h"

#include <cmta/error.h>

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* The TCP port of SMTP. */
enum { SMTP_PORT = 25 };

/* The path that an address is, or NULL. */
static const char *path_of(const char *address) {
  static const char prefix[] = "unix:";
  if (strncmp(address, prefix, sizeof prefix - 1) == 0)
    return address + sizeof prefix - 1;
  return address[0] == '/' ? address : NULL;
}

bool endpoint_is_smtp(const char *address) {
  return !path_of(address) && internet_port(address) == SMTP_PORT;
}

static int bind_any(struct endpoint *endpoint, const char *address) {
  const char *path = path_of(address);
  return path ? socket_file_bind(endpoint, path) : internet_bind(endpoint, address);
}

int endpoint_open(struct endpoint *endpoint, const char *address, unsigned backlog) {
  memset(endpoint, 0, sizeof *endpoint);
  endpoint->fd = -1;
  int error = bind_any(endpoint, address);
  if (error)
    return error;
  if (listen(endpoint->fd, backlog < INT_MAX ? (int)backlog : INT_MAX) != 0) {
    endpoint_close(endpoint);
    return CMTA_E_SYSTEM;
  }
  return 0;
}

void endpoint_close(struct endpoint *endpoint) {
  int kept = errno;
  if (endpoint->fd >= 0) {
    if (endpoint->is_file)
      socket_file_remove(endpoint);
    close(endpoint->fd);
    endpoint->fd = -1;
  }
  errno = kept;
}
