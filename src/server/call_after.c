/* SPDX-License-Identifier: MIT */

/* Functions that are called when some time has passed. */

#include "server/call_after.h"

#include "server/block.h"
#include "server/server.h"

#include <math.h>

/* One function to be called. */
struct appointment {
  struct alarm alarm;
  struct cmta_server *server;
  struct appointment *next, **place; /* in the server's list, and what points to this one there */
  void (*function)(struct cmta_server *server, void *context);
  void *context;
};

static void forget(struct appointment *appointment) {
  struct cmta_server *server = appointment->server;
  alarm_stop(server, &appointment->alarm);
  *appointment->place = appointment->next;
  if (appointment->next)
    appointment->next->place = appointment->place;
  block_give(&server->allocator, appointment, sizeof *appointment);
}

static void on_time(struct ev_loop *loop, ev_timer *timer, int revents) {
  const struct appointment due = *(struct appointment *)timer->data;
  (void)loop, (void)revents;
  forget(timer->data);
  due.function(due.server, due.context);
}

void appointments_forget(struct cmta_server *server) {
  while (server->appointments)
    forget(server->appointments);
}

static void enter(struct cmta_server *server, struct appointment *appointment) {
  appointment->next = server->appointments;
  appointment->place = &server->appointments;
  if (appointment->next)
    appointment->next->place = &appointment->next;
  server->appointments = appointment;
}

int cmta_server_call_after(struct cmta_server *server, double seconds,
                           void (*function)(struct cmta_server *server, void *context),
                           void *context) {
  if (!server || !function || !isfinite(seconds) || seconds < 0)
    return CMTA_E_ARGUMENT;
  if (server->stop_state == STOP_DONE)
    return CMTA_E_STATE;
  struct appointment *appointment = block_take(&server->allocator, sizeof *appointment);
  if (!appointment)
    return CMTA_E_MEMORY;
  *appointment = (struct appointment){.server = server, .function = function, .context = context};
  enter(server, appointment);
  alarm_init(&appointment->alarm, on_time, appointment);
  alarm_set(server, &appointment->alarm, seconds);
  return 0;
}
