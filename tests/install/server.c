/* SPDX-License-Identifier: MIT */
/* A program of somebody else's that links the server: it listens on a free port of the loopback
 * address and stops again; it ends well if both can be done and the loop comes to its end. */

#include <cmta/server.h>

#include <ev.h>

static void stopped(struct cmta_server *server, void *context) {
  *(int *)context = cmta_server_connections(server) == 0;
}

int main(void) {
  struct ev_loop *loop = ev_default_loop(0);
  struct cmta_server *server;
  uint16_t port = 0;
  int is_stopped = 0;
  if (cmta_server_new(&server, loop, NULL, NULL, NULL) != 0)
    return 1;
  if (cmta_server_listen(server, "127.0.0.1:0") != 0 ||
      cmta_server_listener(server, 0, NULL, &port) != 0 || port == 0)
    return 1;
  cmta_server_stop(server, stopped, &is_stopped);
  ev_run(loop, 0);
  cmta_server_free(server);
  ev_loop_destroy(loop);
  return is_stopped ? 0 : 1;
}
