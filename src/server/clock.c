/* SPDX-License-Identifier: MIT */

/* Time, as clock_gettime(2) tells it, or cmta_server_advance(). */

#include "server/clock.h"

#include "server/connection.h"
#include "server/server.h"

#include <time.h>

static uint64_t monotonic(void *context) {
  struct timespec now = {0};
  (void)context;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int64_t calendar(void *context) {
  struct timespec now = {0};
  (void)context;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec;
}

static uint64_t virtual_monotonic(void *context) {
  const struct virtual_time *time = context;
  return (uint64_t)(time->now * 1e9);
}

static int64_t virtual_calendar(void *context) {
  const struct virtual_time *time = context;
  return time->began + (int64_t)time->now;
}

int64_t cmta_connection_time(const struct cmta_session *session) {
  const struct connection *connection = cmta_session_runtime(session);
  const struct virtual_time *time = connection ? &connection->server->time : NULL;
  if (time && time->on)
    return time->began * 1000 + (int64_t)(time->now * 1000);
  struct timespec now = {0};
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void clock_lend(struct cmta_settings *settings, struct cmta_server *server) {
  struct cmta_clock *clock = &settings->clock;
  if (clock->monotonic || clock->calendar)
    return;
  *clock = (struct cmta_clock){.monotonic = monotonic, .calendar = calendar};
  if (server->time.on)
    *clock = (struct cmta_clock){virtual_monotonic, virtual_calendar, &server->time};
}
