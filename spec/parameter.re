/* SPDX-License-Identifier: MIT */

/*
 * The parameters of MAIL and RCPT (RFC 5321 section 4.1.2), one at a time, and the values that have a type of their
 * own. Which keywords are offered, which may come twice and what they mean is not known here: the engine's
 * parameters.c decides that.
 */

#include "engine/command.h"

#include "cursor.h"

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

  '7BIT'     [ \r]      { *body = CMTA_BODY_7BIT;     return cursor == end + 1; }
  '8BITMIME' [ \r]      { *body = CMTA_BODY_8BITMIME; return cursor == end + 1; }
  *                     { return false; }

  */
}
