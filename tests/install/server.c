/* SPDX-License-Identifier: MIT */
/* A program of somebody else's that links the server: it listens on a free port of the loopback
 * address, stops, and ends well if the server's own loop comes to its end. */

#include <cmta/server.h>

static int listens_and_stops(struct cmta_server *server) {
  uint16_t port = 0;
  if (cmta_server_listen(server, "127.0.0.1:0") != 0 ||
      cmta_server_listener(server, 0, NULL, &port) != 0 || port == 0)
    return 0;
  cmta_server_stop(server, NULL, NULL);
  return cmta_server_run(server, false) == 0;
}

int main(void) {
  struct cmta_server *server;
  int well;
  if (cmta_server_new(&server, NULL, NULL, NULL, NULL) != 0)
    return 1;
  well = listens_and_stops(server);
  cmta_server_free(server);
  return well ? 0 : 1;
}
