/* SPDX-License-Identifier: MIT */

/* Opens and closes listening sockets. */

#include "server/endpoint.h"

#include <cmta/error.h>

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

static const char unix_prefix[] = "unix:";

static int bind_any(struct endpoint *endpoint, const char *address) {
  size_t prefix = sizeof unix_prefix - 1;
  if (strncmp(address, unix_prefix, prefix) == 0)
    return socket_file_bind(endpoint, address + prefix);
  if (address[0] == '/')
    return socket_file_bind(endpoint, address);
  return internet_bind(endpoint, address);
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
