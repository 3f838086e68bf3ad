/* SPDX-License-Identifier: MIT */
/* Feeds the octets of all messages to a program, which sets the pace: while its pipe is full, a
 * client that sends more waits, and no other: example_pipe ADDR:PORT 'pv -L 1m >/dev/null' */
#include <cmta/server.h>
#include <ev.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct load {
  ev_io room;
  struct cmta_slice rest; /* of the slice in question, which stays while that is open */
};

static void on_room(struct ev_loop *loop, ev_io *room, int events) {
  struct load *load = (struct load *)room;
  ssize_t count = write(room->fd, load->rest.at, load->rest.length); /* or SIGPIPE */
  size_t sent = count > 0 ? (size_t)count : 0;
  load->rest = (struct cmta_slice){load->rest.at + sent, load->rest.length - sent};
  if (load->rest.length)
    return;
  ev_io_stop(loop, room);
  cmta_session_decide(room->data, CMTA_ACCEPT);
}

static enum cmta_verdict chunk(struct cmta_session *session, void *program,
                               struct cmta_slice bytes) {
  struct load *load = malloc(sizeof *load);
  if (!load || cmta_session_set_data(session, load, free) < 0 ||
      cmta_session_keep(session, &load->rest) < 0)
    return CMTA_TEMPFAIL;
  ev_io_init(&load->room, on_room, fileno(program), EV_WRITE);
  load->room.data = session;
  ev_io_start(EV_DEFAULT, &load->room);
  return CMTA_LATER;
}

static void cancelled(struct cmta_session *session, void *program, const char *question) {
  ev_io_stop(EV_DEFAULT, cmta_session_data(session));
}

int main(int argc, char **argv) {
  const struct cmta_hooks hooks = {.size = sizeof hooks, .chunk = chunk, .cancelled = cancelled};
  FILE *program = argc > 2 ? popen(argv[2], "we") : NULL;
  struct cmta_server *server;
  uint16_t port;
  if (!program || fcntl(fileno(program), F_SETFL, O_NONBLOCK) < 0 ||
      cmta_server_new(&server, EV_DEFAULT, NULL, &hooks, program) < 0)
    return 1;
  int result = cmta_server_listen(server, argv[1]);
  if (cmta_server_listener(server, result, NULL, &port) == 0) {
    fprintf(stderr, "listening on port %u\n", port);
    result = cmta_server_run(server, true);
  }
  cmta_server_free(server);
  return pclose(program) != 0 || result < 0;
}
