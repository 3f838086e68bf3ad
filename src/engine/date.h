/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_DATE_H
#define CMTA_ENGINE_DATE_H

/* Dates of the Internet message format (RFC 5322 section 3.3), in UTC. */

#include <stdbool.h>
#include <stdint.h>

/* The longest date-time, "Sun, 22 Nov 2026 21:47:17 +0000", and its NUL. */
enum { DATE_SIZE = 32 };

/* Writes the date-time of seconds since 1970-01-01T00:00:00Z. False for a year outside 1970 to
 * 9999. */
bool date_write(int64_t seconds, char text[DATE_SIZE]);

/* The same as RFC 3339 section 5.6 writes it: "2026-11-22T21:47:17Z". */
bool date_write_internet(int64_t seconds, char text[DATE_SIZE]);

#endif
