/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_SINK_PORTS_H
#define CMTA_TOOLS_SINK_PORTS_H

/* The file of --port-file, which tells scripts where `cmta sink` listens while it does. */

#include <cmta/server.h>

/* Begins as a path, or NULL, and nothing else. */
struct sink_ports {
  const char *path;
  bool written; /* the file is this sink's */
  int fd;       /* it, open: no other one is taken for it as long as that is so */
};

/* Removes what an earlier sink has left there, so that nobody takes an old port for a new one.
   False when there is something else than a file: one line on standard error has said so. */
bool sink_ports_begin(const struct sink_ports *ports);

/* Writes the port of each listener, of so many, one line a listener. False as above. */
bool sink_ports_write(struct sink_ports *ports, const struct cmta_server *server, size_t count);

/* Removes the file, unless it is another sink's by now. */
void sink_ports_end(struct sink_ports *ports);

#endif
