/* SPDX-License-Identifier: MIT */

/* Dates of the Internet message format (RFC 5322 section 3.3). The days were looked up, not
 * computed. */

#include "engine/date.h"

#include <criterion/criterion.h>

static const struct {
  int64_t seconds;
  const char *text;
} dates[] = {
    {0, "Thu, 1 Jan 1970 00:00:00 +0000"},
    {59, "Thu, 1 Jan 1970 00:00:59 +0000"},
    {86399, "Thu, 1 Jan 1970 23:59:59 +0000"},
    {86400, "Fri, 2 Jan 1970 00:00:00 +0000"},
    {68169600, "Tue, 29 Feb 1972 00:00:00 +0000"},
    {68256000, "Wed, 1 Mar 1972 00:00:00 +0000"},
    {94694399, "Sun, 31 Dec 1972 23:59:59 +0000"},
    {94694400, "Mon, 1 Jan 1973 00:00:00 +0000"},
    {951782400, "Tue, 29 Feb 2000 00:00:00 +0000"},
    {1000000000, "Sun, 9 Sep 2001 01:46:40 +0000"},
    {1795384037, "Sun, 22 Nov 2026 21:47:17 +0000"},
    {2147483647, "Tue, 19 Jan 2038 03:14:07 +0000"},
    {2147483648, "Tue, 19 Jan 2038 03:14:08 +0000"},
    {4107542399, "Sun, 28 Feb 2100 23:59:59 +0000"},
    {4107542400, "Mon, 1 Mar 2100 00:00:00 +0000"},
    {4294967296, "Sun, 7 Feb 2106 06:28:16 +0000"},
    {13574563200, "Tue, 29 Feb 2400 00:00:00 +0000"},
    {253402300799, "Fri, 31 Dec 9999 23:59:59 +0000"},
};

Test(date, is_written_in_utc_with_its_weekday) {
  for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
    char text[DATE_SIZE];
    cr_expect(date_write(dates[i].seconds, text));
    cr_expect_str_eq(text, dates[i].text);
  }
}

Test(date, is_of_the_years_1970_to_9999_alone) {
  static const int64_t none[] = {-1, INT64_MIN, 253402300800, INT64_MAX};
  char text[DATE_SIZE];
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
    cr_expect(!date_write(none[i], text));
}
