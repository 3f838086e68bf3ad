/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_SINK_COUNT_H
#define CMTA_TOOLS_SINK_COUNT_H

/* A sink that ends by itself: --count and --wait. */

#include <cmta/server.h>

/* What the options say, and how far it has come; must stay where it is while the server runs. */
struct sink_count {
  uint64_t wanted; /* messages; 0: as many as come */
  double wait;     /* seconds; 0: for ever */

  uint64_t messages; /* that have come */
  bool expired;      /* the time was up first */
  bool over;         /* they came so long ago that nobody has more to say than QUIT */
};

/* The server is about to run. 0, CMTA_E_MEMORY. */
int sink_count_begin(struct sink_count *count, struct cmta_server *server);

/* Whether all have come: no more are wanted. */
bool sink_count_is_full(const struct sink_count *count);

/* One has come. */
void sink_count_message(struct sink_count *count, struct cmta_server *server);

/* The server has ended: what the program exits with, an exit_status. Says what is missing. */
int sink_count_end(const struct sink_count *count);

#endif
