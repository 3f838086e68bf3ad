/* SPDX-License-Identifier: MIT */
/* The end of a sink that counts (sink_count.h). */

#include "sink_count.h"

#include "command.h"
#include "options.h"

#include <inttypes.h>

/* Seconds that a client may be silent before its QUIT when all messages have come, and that it may
 * say something else before it. */
enum { LEAVE_SECONDS = 5 };

static void expire(struct cmta_server *server, void *user) {
  struct sink_count *count = user;
  if (sink_count_is_full(count))
    return;
  count->expired = true;
  cmta_server_stop(server, NULL, NULL);
}

int sink_count_begin(struct sink_count *count, struct cmta_server *server) {
  return count->wait > 0 ? cmta_server_call_after(server, count->wait, expire, count) : 0;
}

bool sink_count_is_full(const struct sink_count *count) {
  return count->wanted && count->messages >= count->wanted;
}

static void end_talk(struct cmta_server *server, void *user) {
  struct sink_count *count = user;
  (void)server;
  count->over = true;
}

/* Who is connected may hear the last replies, however late they come, and leave in good order; for
 * more there is no time where there is no memory to measure it. */
void sink_count_message(struct sink_count *count, struct cmta_server *server) {
  count->messages++;
  if (count->messages != count->wanted)
    return;
  cmta_server_drain(server, LEAVE_SECONDS);
  count->over = cmta_server_call_after(server, LEAVE_SECONDS, end_talk, count) != 0;
}

int sink_count_end(const struct sink_count *count) {
  if (!count->wanted || sink_count_is_full(count))
    return EXIT_DONE;
  if (count->expired)
    complain("sink", "%" PRIu64 " of %" PRIu64 " messages came within %g seconds", count->messages,
             count->wanted, count->wait);
  else
    complain("sink", "%" PRIu64 " of %" PRIu64 " messages came", count->messages, count->wanted);
  return EXIT_MISSING;
}
