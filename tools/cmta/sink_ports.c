/* SPDX-License-Identifier: MIT */
/* The file of --port-file (sink_ports.h). */

#include "sink_ports.h"

#include "options.h"
#include "whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char command[] = "sink";

bool sink_ports_begin(const struct sink_ports *ports) {
  struct stat there;
  if (!ports->path || lstat(ports->path, &there) < 0)
    return true;
  if (!S_ISREG(there.st_mode)) {
    complain(command, "cannot write to %s: it is no regular file", ports->path);
    return false;
  }
  unlink(ports->path);
  return true;
}

/* A line for each port, to be freed; NULL without memory. */
static char *new_lines(const struct cmta_server *server, size_t count) {
  enum { LINE_SIZE = sizeof "65535\n" };
  char *text = calloc(count + 1, LINE_SIZE), *at = text;
  for (size_t i = 0; text && i < count; i++) {
    uint16_t port = 0;
    cmta_server_listener(server, (int)i, NULL, &port);
    at += snprintf(at, LINE_SIZE, "%u\n", (unsigned)port);
  }
  return text;
}

bool sink_ports_write(struct sink_ports *ports, const struct cmta_server *server, size_t count) {
  if (!ports->path)
    return true;
  char *text = new_lines(server, count);
  int error = text ? whole_file_write(ports->path, text, strlen(text)) : ENOMEM;
  free(text);
  if (!error)
    ports->fd = open(ports->path, O_RDONLY | O_CLOEXEC);
  ports->written = !error && ports->fd >= 0;
  if (!ports->written)
    complain(command, "cannot write to %s: %s", ports->path, strerror(error ? error : errno));
  return ports->written;
}

void sink_ports_end(struct sink_ports *ports) {
  struct stat written, there;
  if (!ports->written)
    return;
  if (fstat(ports->fd, &written) == 0 && lstat(ports->path, &there) == 0 &&
      there.st_dev == written.st_dev && there.st_ino == written.st_ino)
    unlink(ports->path);
  close(ports->fd);
}
