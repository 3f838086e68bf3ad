/* SPDX-License-Identifier: MIT */

/* The calendar by hand: the engine asks the system for nothing, and a date of the Internet message
 * format is English whatever the locale. */

#include "engine/date.h"

#include <stdio.h>

enum { FIRST_YEAR = 1970, LAST_YEAR = 9999, DAY_SECONDS = 86400 };

static bool is_leap_year(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

static int days_of_year(int year) { return is_leap_year(year) ? 366 : 365; }

static int days_of_month(int month, int year) {
  static const char days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return days[month] + (month == 1 && is_leap_year(year));
}

/* Takes the whole years off days, which are counted from the beginning of FIRST_YEAR. */
static int take_years(int64_t *days) {
  int year = FIRST_YEAR;
  while (year <= LAST_YEAR && *days >= days_of_year(year))
    *days -= days_of_year(year++);
  return year;
}

/* Takes the whole months of the year off; the number of the month, from 0. */
static int take_months(int64_t *days, int year) {
  int month = 0;
  while (*days >= days_of_month(month, year))
    *days -= days_of_month(month++, year);
  return month;
}

bool date_write(int64_t seconds, char text[DATE_SIZE]) {
  /* 1970 began on a Thursday. */
  static const char *const weekdays[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  int64_t days = seconds / DAY_SECONDS;
  int second = (int)(seconds % DAY_SECONDS);
  if (seconds < 0)
    return false;
  const char *weekday = weekdays[days % 7];
  int year = take_years(&days);
  if (year > LAST_YEAR)
    return false;
  int month = take_months(&days, year);
  int length =
      snprintf(text, DATE_SIZE, "%s, %d %s %04d %02d:%02d:%02d +0000", weekday, (int)days + 1,
               months[month], year, second / 3600, second / 60 % 60, second % 60);
  return length < DATE_SIZE;
}

bool date_write_internet(int64_t seconds, char text[DATE_SIZE]) {
  int64_t days = seconds / DAY_SECONDS;
  int second = (int)(seconds % DAY_SECONDS);
  if (seconds < 0)
    return false;
  int year = take_years(&days);
  if (year > LAST_YEAR)
    return false;
  int month = take_months(&days, year);
  int length = snprintf(text, DATE_SIZE, "%04d-%02d-%02dT%02d:%02d:%02dZ", year, month + 1,
                        (int)days + 1, second / 3600, second / 60 % 60, second % 60);
  return length < DATE_SIZE;
}
