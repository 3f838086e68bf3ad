/* SPDX-License-Identifier: MIT */
/* Two policies that know nothing of each other in a chain: a blocklist, and behind it who takes the
 * mail. What is refused tells by whom: example_chain ADDR:PORT BLOCKED_DOMAIN... */
#include <cmta/server.h>
#include <stdio.h>

static enum cmta_verdict blocklist_mail(struct cmta_session *session, void *domains,
                                        const struct cmta_path *from) {
  for (char **blocked = domains; *blocked; blocked++)
    if (cmta_slice_is_word(from->domain, *blocked))
      return CMTA_REJECT;
  return CMTA_ACCEPT;
}

static enum cmta_verdict delivery_message(struct cmta_session *session, void *user,
                                          const struct cmta_message *message) {
  struct cmta_slice data;
  if (cmta_message_data(message, &data) < 0 ||
      fwrite(data.at, 1, data.length, stdout) != data.length || fflush(stdout) != 0)
    return CMTA_TEMPFAIL;
  return CMTA_ACCEPT;
}

/* News, of all answers of all sets. */
static void decided(struct cmta_session *session, void *user,
                    const struct cmta_decision *decision) {
  printf("%s: %s by %s\n", decision->question, cmta_verdict_name(decision->verdict),
         decision->hook_set_name);
}

int main(int argc, char **argv) {
  const struct cmta_hooks blocklist = {
      .size = sizeof blocklist, .name = "blocklist", .mail = blocklist_mail};
  const struct cmta_hooks delivery = {
      .size = sizeof delivery, .name = "delivery", .message = delivery_message, .decided = decided};
  struct cmta_server *server;
  uint16_t port;
  if (cmta_server_new(&server, NULL, NULL, &blocklist, argv + 2) < 0)
    return 1;
  int result = cmta_server_add(server, &delivery, NULL);
  if (result >= 0)
    result = cmta_server_listen(server, argv[1]);
  if (cmta_server_listener(server, result, NULL, &port) == 0) {
    fprintf(stderr, "listening on port %u\n", port);
    result = cmta_server_run(server, true);
  }
  cmta_server_free(server);
  return result < 0;
}
