/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_JSON_TEXT_H
#define CMTA_TESTKIT_JSON_TEXT_H

/* Strings of JSON out of what the library shows; each is NULL without memory, and the caller's. */

#include <cmta/envelope.h>

#include <jansson.h>

/* Text that should be UTF-8 but need not be (the path of a Unix socket); other bytes are made
 * visible. */
json_t *json_text(struct cmta_slice text);
json_t *json_text_of(const char *text);

/* Seconds since 1970-01-01T00:00:00Z, in the years 0 to 9999, as RFC 3339 writes them in UTC. */
json_t *json_time(int64_t seconds);

#endif
