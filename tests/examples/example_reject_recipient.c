/* SPDX-License-Identifier: MIT */

/* Takes mail for the local parts it is given and refuses all others, so that senders hear at once
 * that nobody lives there: example_reject_recipient ADDR:PORT NAME... */

#include <cmta/server.h>

#include <stdio.h>

/* Whether names know case is up to us, who own them (RFC 5321 section 2.4): they do not. */
static enum cmta_verdict rcpt(struct cmta_session *session, void *user,
                              const struct cmta_path *to) {
  for (char **name = user; *name; name++)
    if (cmta_slice_is_word(to->local_part, *name))
      return CMTA_ACCEPT;
  /* Without this the client gets the standard 550. */
  cmta_reply(session, 550, "5.1.1", "Nobody of that name");
  return CMTA_REJECT;
}

/* The 250 is a promise to deliver: it is given when the message is printed, and not before. */
static enum cmta_verdict message(struct cmta_session *session, void *user,
                                 const struct cmta_message *message) {
  struct cmta_slice data;
  if (cmta_message_data(message, &data) < 0)
    return CMTA_TEMPFAIL;
  size_t written = fwrite(data.at, 1, data.length, stdout);
  return written == data.length && fflush(stdout) == 0 ? CMTA_ACCEPT : CMTA_TEMPFAIL;
}

int main(int argc, char **argv) {
  const struct cmta_hooks hooks = {.size = sizeof hooks, .rcpt = rcpt, .message = message};
  struct cmta_server *server = NULL;
  uint16_t port;
  int result = cmta_server_new(&server, NULL, NULL, &hooks, argv + 2);
  if (result == 0)
    result = cmta_server_listen(server, argv[1]);
  if (result >= 0 && cmta_server_listener(server, result, NULL, &port) == 0) {
    fprintf(stderr, "listening on port %u\n", port);
    result = cmta_server_run(server, true);
  }
  cmta_server_free(server);
  if (result < 0)
    fprintf(stderr, "%s: %s\n", argv[0], cmta_strerror(result));
  return result < 0;
}
