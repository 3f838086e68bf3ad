/* SPDX-License-Identifier: MIT */

/*
 * The parameters of MAIL and RCPT (RFC 5321 section 4.1.2), one at a time, and the values that have a type of their
 * own. Which keywords are offered, which may come twice and what they mean is not known here: the engine's
 * parameters.c decides that.
 */

#include "engine/command.h"

#include "engine/ascii.h"
#include "cursor.h"

#include <string.h>

/*!re2c
  !include "core.re";

  esmtp_keyword         = ( ALPHA | DIGIT ) ( ALPHA | DIGIT | "-" )*;
  ASCII_value           = [!-<>-~];                // %d33-60 / %d62-126: no control, no blank, no "="
*/

/* Fills parameter from the cursors that its grammar left; equals is NULL where there is no "=". Returns 1, as its
 * caller does. */
static int found(struct cmta_parameter *parameter, const unsigned char *keyword,
                 const unsigned char *equals, const unsigned char *end) {
  *parameter = (struct cmta_parameter){.keyword = cursor_slice(keyword, equals ? equals : end),
                                       .has_value = equals};
  if (equals)
    parameter->value = cursor_slice(equals + 1, end);
  return 1;
}

/* The parameter that comes next: 1, 0 at the end of the line, -1 where neither stands. */
static int scan(const unsigned char *cursor, struct cmta_parameter *parameter) {
  const unsigned char *marker, *keyword, *equals, *end;
  /*!stags:re2c:scan format = "const unsigned char *@@ = NULL;\n  "; */
  /*!local:re2c:scan

  esmtp_value           = ASCII_value+;
  esmtp_param           = @keyword esmtp_keyword ( @equals "=" esmtp_value )? @end;

  SP+ esmtp_param ( SP | CRLF )   { return found(parameter, keyword, equals, end); }
  SP* CRLF                        { return 0; }
  *                               { return -1; }

  */
}

/* The same where RFC 6531 section 3.3 is spoken: a value may have characters beyond ASCII. */
static int scan_utf8(const unsigned char *cursor, struct cmta_parameter *parameter) {
  const unsigned char *marker, *keyword, *equals, *end;
  /*!stags:re2c:scan_utf8 format = "const unsigned char *@@ = NULL;\n  "; */
  /*!local:re2c:scan_utf8

  esmtp_value           = ( ASCII_value | UTF8_non_ascii )+;
  esmtp_param           = @keyword esmtp_keyword ( @equals "=" esmtp_value )? @end;

  SP+ esmtp_param ( SP | CRLF )   { return found(parameter, keyword, equals, end); }
  SP* CRLF                        { return 0; }
  *                               { return -1; }

  */
}

int parameter_next(struct cmta_slice *rest, unsigned manner, struct cmta_parameter *parameter) {
  if (rest->length == 0)
    return 0;
  const unsigned char *cursor = cursor_at(rest->at);
  int result = manner & COMMAND_UTF8 ? scan_utf8(cursor, parameter) : scan(cursor, parameter);
  if (result > 0) {
    const struct cmta_slice *last = parameter->has_value ? &parameter->value : &parameter->keyword;
    size_t taken = (size_t)(last->at + last->length - rest->at);
    rest->at += taken;
    rest->length -= taken;
  }
  return result;
}

/* The number that length digits make, or UINT64_MAX where it is too great for one. */
static uint64_t number(const char *digits, size_t length) {
  uint64_t sum = 0;
  for (size_t i = 0; i < length; i++) {
    unsigned digit = (unsigned)(digits[i] - '0');
    if (sum > (UINT64_MAX - digit) / 10)
      return UINT64_MAX;
    sum = sum * 10 + digit;
  }
  return sum;
}

bool parameter_size(struct cmta_slice value, uint64_t *octets) {
  if (value.length == 0)
    return false;
  const unsigned char *cursor = cursor_at(value.at), *end = cursor + value.length, *marker;
  /*!local:re2c

  size_value            = DIGIT{1,20};

  size_value [ \r]      { *octets = number(value.at, value.length); return cursor == end + 1; }
  *                     { return false; }

  */
}

bool parameter_body(struct cmta_slice value, enum cmta_body_type *body) {
  if (value.length == 0)
    return false;
  const unsigned char *cursor = cursor_at(value.at), *end = cursor + value.length, *marker;
  /*!local:re2c

  '7BIT'       [ \r]    { *body = CMTA_BODY_7BIT;       return cursor == end + 1; }
  '8BITMIME'   [ \r]    { *body = CMTA_BODY_8BITMIME;   return cursor == end + 1; }
  'BINARYMIME' [ \r]    { *body = CMTA_BODY_BINARYMIME; return cursor == end + 1; }
  *                     { return false; }

  */
}

bool parameter_integer(struct cmta_slice value, int64_t *integer) {
  if (value.length == 0)
    return false;
  const unsigned char *cursor = cursor_at(value.at), *end = cursor + value.length, *marker;
  bool negative = *value.at == '-';
  uint64_t size = number(value.at + negative, value.length - negative);
  if (size > (uint64_t)INT64_MAX + negative)
    return false;
  *integer = negative && size > 0 ? -(int64_t)(size - 1) - 1 : (int64_t)size;
  /*!local:re2c

  integer               = "-"? DIGIT+;

  integer [ \r]         { return cursor == end + 1; }
  *                     { return false; }

  */
}

/* What one hexadecimal digit of xtext stands for. */
static unsigned nibble(char digit) {
  return (unsigned)(digit <= '9' ? digit - '0' : digit - 'A' + 10);
}

/* Writes what valid xtext says; how many octets that is. */
static size_t decode_xtext(struct cmta_slice value, char *text) {
  size_t length = 0;
  for (size_t i = 0; i < value.length; i++)
    if (value.at[i] == '+') {
      text[length++] = (char)(nibble(value.at[i + 1]) << 4 | nibble(value.at[i + 2]));
      i += 2;
    } else {
      text[length++] = value.at[i];
    }
  return length;
}

size_t parameter_xtext(struct cmta_slice value, char *text) {
  if (value.length == 0)
    return 0;
  const unsigned char *cursor = cursor_at(value.at), *end = cursor + value.length, *marker;
  /*!local:re2c

  // RFC 3461 section 4

  xchar                 = [!-*,-<>-~];             // %d33-42 / %d44-60 / %d62-126
  hexchar               = "+" [0-9A-F]{2};
  xtext                 = ( xchar | hexchar )+;

  xtext [ \r]           { return cursor == end + 1 ? decode_xtext(value, text) : 0; }
  *                     { return 0; }

  */
}

size_t parameter_mailbox(struct cmta_slice value, char *text) {
  size_t length = parameter_xtext(value, text);
  if (length == 0)
    return 0;
  memcpy(text + length, "\r\n", 2);
  return address_is_mailbox((struct cmta_slice){text, length}) ? length : 0;
}

bool parameter_word(struct cmta_slice value, const char *const *words, int64_t *index) {
  for (*index = 0; words[*index]; ++*index)
    if (strlen(words[*index]) == value.length && ascii_equal(words[*index], value.at, value.length))
      return true;
  return false;
}

/* Days from 1970-01-01 to a day of the Gregorian calendar. Years begin in March here, so that the day that leap years
 * have more is their last; and 400 years later, which is 146097 days, so that none is negative. */
static int64_t days_to(int64_t year, int64_t month, int64_t day) {
  int64_t y = year + 400 - (month <= 2);
  int64_t m = (month + 9) % 12;
  return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468 - 146097;
}

/* Seconds that "hh:mm" stands for. */
static int64_t clock_of(const char *at) {
  return (int64_t)(number(at, 2) * 3600 + number(at + 3, 2) * 60);
}

/* The moment that a valid date-time names; zone is its 'Z' or offset. A second 60 is the last of an UTC day: leap
 * seconds come nowhere else (RFC 3339 section 5.7). */
static bool moment(const char *at, const char *zone, int64_t *seconds) {
  int64_t day = days_to((int64_t)number(at, 4), (int64_t)number(at + 5, 2), (int64_t)number(at + 8, 2));
  int64_t offset = *zone == '+' ? clock_of(zone + 1) : *zone == '-' ? -clock_of(zone + 1) : 0;
  int64_t second = (int64_t)number(at + 17, 2);
  *seconds = day * 86400 + clock_of(at + 11) + second - offset;
  return second < 60 || *seconds % 86400 == 0;
}

bool parameter_date_time(struct cmta_slice value, int64_t *seconds) {
  if (value.length == 0)
    return false;
  const unsigned char *cursor = cursor_at(value.at), *end = cursor + value.length, *marker, *zone;
  /*!stags:re2c:date format = "const unsigned char *@@ = NULL;\n  "; */
  /*!local:re2c:date

  // RFC 3339 section 5.6, with the days that each month really has (section 5.7, appendix C).

  fourth                = "0" [48] | [2468] [048] | [13579] [26];
  leap_year             = DIGIT{2} fourth | ( "00" | fourth ) "00";
  days_28               = "0" [1-9] | "1" DIGIT | "2" [0-8];
  days_30               = "0" [1-9] | [12] DIGIT | "30";
  months_30             = ( "04" | "06" | "09" | "11" ) "-" days_30;
  months_31             = ( "0" [13578] | "10" | "12" ) "-" ( days_30 | "31" );
  full_date             = DIGIT{4} "-" ( months_31 | months_30 | "02-" days_28 ) | leap_year "-02-29";

  time_hour             = [01] DIGIT | "2" [0-3];
  time_minute           = [0-5] DIGIT;
  time_second           = time_minute | "60";
  partial_time          = time_hour ":" time_minute ":" time_second ( "." DIGIT+ )?;
  time_offset           = 'Z' | [-+] time_hour ":" time_minute;
  date_time             = full_date 'T' partial_time @zone time_offset;

  date_time [ \r]       { return cursor == end + 1 && moment(value.at, (const char *)zone, seconds); }
  *                     { return false; }

  */
}
