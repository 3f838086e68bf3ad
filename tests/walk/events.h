/* SPDX-License-Identifier: MIT */
#ifndef WALK_EVENTS_H
#define WALK_EVENTS_H

/* The alphabet as spec/event.h lists it, read from that file, so that there is no second list. */

#include <stdbool.h>
#include <stddef.h>

enum { MAX_EVENTS = 64 };

struct event_row {
  char name[32];
  int number;
};

struct events {
  struct event_row rows[MAX_EVENTS];
  size_t count;
};

/* Reads the enumerators of the file at path, in its order: one a line, "NAME = NUMBER". False when
   it cannot be read, holds none, or holds one line with '=' that is not of that form. */
bool events_read(struct events *events, const char *path);

/* The number of an event by its name; 0 when there is none such. */
int event_number(const struct events *events, const char *name);

#endif
