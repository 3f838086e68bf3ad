/* SPDX-License-Identifier: MIT */
/* Reads spec/event.h; see events.h. */
#include "events.h"

#include <stdio.h>
#include <string.h>

static bool take_line(struct events *events, const char *line) {
  struct event_row row;
  if (strchr(line, '=') == NULL)
    return true;
  if (events->count == MAX_EVENTS || sscanf(line, " %31[A-Z_0-9] = %d", row.name, &row.number) != 2)
    return false;
  events->rows[events->count++] = row;
  return true;
}

bool events_read(struct events *events, const char *path) {
  char line[512];
  FILE *file = fopen(path, "r");
  bool good = file != NULL;
  events->count = 0;
  while (good && fgets(line, sizeof line, file) != NULL)
    good = take_line(events, line);
  if (file != NULL)
    fclose(file);
  return good && events->count > 0;
}

int event_number(const struct events *events, const char *name) {
  for (size_t i = 0; i < events->count; i++)
    if (strcmp(events->rows[i].name, name) == 0)
      return events->rows[i].number;
  return 0;
}
