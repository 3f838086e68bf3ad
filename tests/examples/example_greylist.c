/* SPDX-License-Identifier: MIT */
/* Greylisting (RFC 6647): whoever writes for the first time is asked to come back. Each answer is
 * put off by a timer that keeps nobody else waiting: example_greylist ADDR:PORT SECONDS */
#include <cmta/server.h>
#include <ev.h>
#include <stdio.h>
#include <stdlib.h>

/* Remembers hashes of client, sender and recipient. One that is displaced by another only has to
 * come back once more, and no number of strangers takes more memory than this. */
static void answer(struct ev_loop *loop, ev_timer *timer, int events) {
  static uint64_t seen[8192];
  struct cmta_slice from = cmta_session_envelope(timer->data)->reverse_path.address;
  struct cmta_slice to = cmta_session_candidate(timer->data)->address;
  char triplet[1024];
  snprintf(triplet, sizeof triplet, "%s %.*s %.*s", cmta_session_peer(timer->data)->address,
           (int)from.length, from.length ? from.at : "", (int)to.length, to.at);
  uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */
  for (const char *at = triplet; *at; at++)
    hash = (hash ^ (unsigned char)*at) * 0x100000001b3;
  bool known = seen[hash % 8192] == hash;
  seen[hash % 8192] = hash;
  if (!known)
    cmta_reply(timer->data, 451, "4.7.1", "Greylisted, please come back");
  cmta_session_decide(timer->data, known ? CMTA_ACCEPT : CMTA_TEMPFAIL);
}

static enum cmta_verdict rcpt(struct cmta_session *session, void *seconds,
                              const struct cmta_path *to) {
  ev_timer *timer = malloc(sizeof *timer);
  if (!timer || cmta_session_set_data(session, timer, free) < 0)
    return CMTA_TEMPFAIL;
  ev_timer_init(timer, answer, *(double *)seconds, 0);
  timer->data = session;
  ev_timer_start(EV_DEFAULT, timer);
  return CMTA_LATER;
}

/* The client did not wait for the answer. */
static void cancelled(struct cmta_session *session, void *seconds, const char *question) {
  ev_timer_stop(EV_DEFAULT, cmta_session_data(session));
}

int main(int argc, char **argv) {
  const struct cmta_hooks hooks = {.size = sizeof hooks, .rcpt = rcpt, .cancelled = cancelled};
  double seconds = argc > 2 ? atof(argv[2]) : 10;
  struct cmta_server *server;
  uint16_t port;
  if (cmta_server_new(&server, EV_DEFAULT, NULL, &hooks, &seconds) < 0)
    return 1;
  int result = cmta_server_listen(server, argv[1]);
  if (cmta_server_listener(server, result, NULL, &port) == 0) {
    fprintf(stderr, "listening on port %u\n", port);
    result = cmta_server_run(server, true);
  }
  cmta_server_free(server);
  return result < 0;
}
