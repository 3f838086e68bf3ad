/* SPDX-License-Identifier: MIT */
/* Strings of JSON (json_text.h). */

#include "testkit/json_text.h"

#include "testkit/visible.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

json_t *json_text(struct cmta_slice text) {
  json_t *value = json_stringn(text.length ? text.at : "", text.length);
  if (value)
    return value;
  char *escaped = malloc(VISIBLE_MOST * text.length + 1);
  if (escaped) {
    visible(text, true, escaped);
    value = json_string(escaped);
  }
  free(escaped);
  return value;
}

json_t *json_text_of(const char *text) {
  return json_text((struct cmta_slice){text, strlen(text)});
}

json_t *json_time(int64_t seconds) {
  time_t time = (time_t)seconds;
  struct tm utc;
  if (!gmtime_r(&time, &utc))
    return NULL;
  return json_sprintf("%04d-%02d-%02dT%02d:%02d:%02dZ", utc.tm_year + 1900, utc.tm_mon + 1,
                      utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}
