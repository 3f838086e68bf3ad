/* SPDX-License-Identifier: MIT */

/* Timers in real time and in virtual time, and how the latter passes. */

#include "server/alarm.h"

#include "server/connection.h"

#include <time.h>

/* What sums of seconds may be wrong by. */
static const double TOLERANCE = 1e-6;

/* Turns of the loop that one moment of virtual time has at most: watchers of an application may be
 * ready without end. */
enum { MOST_TURNS = 10000 };

double alarm_now(const struct cmta_server *server) {
  struct timespec now = {0};
  if (server->time.on)
    return server->time.now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void alarm_begin(struct cmta_server *server, bool is_virtual) {
  struct virtual_time *virtual = &server->time;
  *virtual = (struct virtual_time){.on = is_virtual, .began = time(NULL), .first = &virtual->end};
}

void alarm_init(struct alarm *alarm, void (*rings)(struct ev_loop *, ev_timer *, int), void *data) {
  ev_timer_init(&alarm->timer, rings, 0., 0.);
  alarm->timer.data = data;
}

/* ---- In virtual time ---- */

/* Behind those of the same time. */
static void enter(struct cmta_server *server, struct alarm *alarm, double seconds) {
  struct alarm **place = &server->time.first;
  alarm->timer.repeat = server->time.now + seconds;
  while (*place != &server->time.end && (*place)->timer.repeat <= alarm->timer.repeat)
    place = &(*place)->next;
  alarm->next = *place;
  *place = alarm;
  ev_ref(server->loop);
}

static void leave(struct cmta_server *server, struct alarm *alarm) {
  struct alarm **place = &server->time.first;
  while (*place != alarm)
    place = &(*place)->next;
  *place = alarm->next;
  alarm->next = NULL;
  ev_unref(server->loop);
}

/* ---- In both ---- */

/* It may have been fed as an event, too: that is forgotten. */
void alarm_stop(struct cmta_server *server, struct alarm *alarm) {
  if (alarm->next)
    leave(server, alarm);
  ev_timer_stop(server->loop, &alarm->timer);
}

void alarm_set(struct cmta_server *server, struct alarm *alarm, double seconds) {
  alarm_stop(server, alarm);
  if (server->time.on) {
    enter(server, alarm, seconds);
    return;
  }
  ev_now_update(server->loop); /* a callback may have taken its time */
  ev_timer_set(&alarm->timer, seconds, 0.);
  ev_timer_start(server->loop, &alarm->timer);
}

bool alarm_is_set(const struct alarm *alarm) { return alarm->next || ev_is_active(&alarm->timer); }

double alarm_left(struct cmta_server *server, struct alarm *alarm) {
  return server->time.on ? alarm->timer.repeat - server->time.now
                         : ev_timer_remaining(server->loop, &alarm->timer);
}

/* ---- Time passes ---- */

/* Runs before all other callbacks of a turn: whether there are any. */
static void on_check(struct ev_loop *loop, ev_check *check, int revents) {
  bool *busy = check->data;
  (void)revents;
  *busy = ev_pending_count(loop) > 0;
}

/* Has the loop do what it can without waiting. */
static void run_ready(struct ev_loop *loop, const bool *gone) {
  bool busy = true;
  ev_check check;
  ev_check_init(&check, on_check);
  ev_set_priority(&check, EV_MAXPRI);
  check.data = &busy;
  ev_check_start(loop, &check);
  for (int turns = 0; busy && !*gone && turns < MOST_TURNS; turns++)
    ev_run(loop, EVRUN_NOWAIT);
  ev_check_stop(loop, &check);
}

static void ring(struct cmta_server *server, struct alarm *alarm) {
  if (alarm->timer.repeat > server->time.now)
    server->time.now = alarm->timer.repeat;
  leave(server, alarm);
  ev_invoke(server->loop, &alarm->timer, EV_TIMER);
}

static bool is_due(const struct virtual_time *time, double until) {
  return time->first != &time->end && time->first->timer.repeat <= until + TOLERANCE;
}

/* A callback may free the server. */
static void pass(struct cmta_server *server, double until, const bool *gone) {
  struct ev_loop *loop = server->loop;
  run_ready(loop, gone);
  while (!*gone && is_due(&server->time, until)) {
    ring(server, server->time.first);
    run_ready(loop, gone);
  }
  if (!*gone && server->time.now < until)
    server->time.now = until;
}

/* Some thirty years; beyond that a double cannot tell moments apart. */
static const double LONGEST_ADVANCE = 1e9;

int cmta_server_advance(struct cmta_server *server, double seconds) {
  bool gone = false;
  if (!server || !(seconds >= 0. && seconds <= LONGEST_ADVANCE))
    return CMTA_E_ARGUMENT;
  if (!server->time.on || server->time.gone)
    return CMTA_E_STATE;
  server->time.gone = &gone;
  connections_look(server);
  pass(server, server->time.now + seconds, &gone);
  if (gone)
    return 0;
  server->time.gone = NULL;
  if (server->stop_state == STOP_DONE && server->runs_loop)
    ev_break(server->loop, EVBREAK_ALL); /* what was said in there went no further */
  return 0;
}
