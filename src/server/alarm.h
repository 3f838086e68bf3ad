/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_ALARM_H
#define CMTA_SERVER_ALARM_H

/*
 * The timers of a server. In real time each is a timer of libev's and nothing more; in virtual time
 * they wait in a list for cmta_server_advance(), and keep the loop alive just the same.
 */

#include <ev.h>
#include <stdbool.h>

struct cmta_server;

/* One timer; `timer.data` is its owner's. Each connection has some: so they are small. */
struct alarm {
  ev_timer timer; /* in virtual time never active, but called all the same; when it is due is in
                     `repeat` */
  struct alarm
      *next; /* in virtual time, while it is set, the next one that is, or the list's end */
};

/* Virtual time. */
struct virtual_time {
  bool on;
  double now;          /* seconds since the server was made */
  long long began;     /* when that was, as time(2) has it */
  struct alarm *first; /* the next one that is due, or the end */
  struct alarm end;    /* stands behind the last one */
  bool *gone;          /* what to set when the server is freed while time passes; or NULL */
};

/* Seconds from any beginning, never going back. */
double alarm_now(const struct cmta_server *server);

/* Prepares virtual time, or real time. */
void alarm_begin(struct cmta_server *server, bool is_virtual);

/* Prepares an alarm that calls back as timers of libev do. */
void alarm_init(struct alarm *alarm, void (*rings)(struct ev_loop *, ev_timer *, int), void *data);

/* Sets it to ring once, so many seconds from now, whether it was set or not. */
void alarm_set(struct cmta_server *server, struct alarm *alarm, double seconds);

/* It will not ring. */
void alarm_stop(struct cmta_server *server, struct alarm *alarm);

/* Whether it will. */
bool alarm_is_set(const struct alarm *alarm);

/* Seconds until then, of one that is set. */
double alarm_left(struct cmta_server *server, struct alarm *alarm);

#endif
