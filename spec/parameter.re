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
  time_secfrac          = "." DIGIT+;
  time_offset           = 'Z' | [-+] time_hour ":" time_minute;
  time_UTC              = 'Z' | [-+] "00:00";
  whole_date_time       = full_date 'T' time_hour ":" time_minute ":" time_second;
  local_date_time       = whole_date_time time_secfrac?;
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

  local_date_time @zone time_offset [ \r]
                       { return cursor == end + 1 && moment(value.at, (const char *)zone, seconds); }
  *                     { return false; }

  */
}

bool parameter_return(struct cmta_slice value, enum cmta_return *returns) {
  if (value.length == 0)
    return false;
  const unsigned char *cursor = cursor_at(value.at), *end = cursor + value.length, *marker;
  /*!local:re2c

  // RFC 3461 section 4.3

  'FULL' [ \r]          { *returns = CMTA_RETURN_FULL;    return cursor == end + 1; }
  'HDRS' [ \r]          { *returns = CMTA_RETURN_HEADERS; return cursor == end + 1; }
  *                     { return false; }

  */
}

/* True when text is graphic ASCII and blanks, as what is in xtext of RFC 3461 must be. */
static bool is_printable(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (text[i] < ' ' || text[i] > '~')
      return false;
  return true;
}

/* Octets of a value that RFC 3461 allows: sections 4.4 and 4.2. */
enum { MAX_ENVELOPE_ID = 100, MAX_ORIGINAL_RECIPIENT = 500 };

size_t parameter_envelope_id(struct cmta_slice value, char *text) {
  if (value.length > MAX_ENVELOPE_ID)
    return 0;
  size_t length = parameter_xtext(value, text);
  return is_printable(text, length) ? length : 0;
}

/* The word of NOTIFY that text begins with, or 0; *behind is what follows it. */
static unsigned notify_word(const unsigned char *cursor, const unsigned char **behind) {
  const unsigned char *marker;
  /*!local:re2c

  // RFC 3461 section 4.1

  'NEVER'               { *behind = cursor; return CMTA_NOTIFY_NEVER; }
  'SUCCESS'             { *behind = cursor; return CMTA_NOTIFY_SUCCESS; }
  'FAILURE'             { *behind = cursor; return CMTA_NOTIFY_FAILURE; }
  'DELAY'               { *behind = cursor; return CMTA_NOTIFY_DELAY; }
  *                     { return 0; }

  */
}

bool parameter_notify(struct cmta_slice value, unsigned *notify) {
  if (value.length == 0)
    return false;
  const unsigned char *at = cursor_at(value.at), *end = at + value.length, *behind = at;
  *notify = 0;
  for (;; at = behind + 1) {
    unsigned word = notify_word(at, &behind);
    if (word == 0 || (*notify & CMTA_NOTIFY_NEVER) || (word == CMTA_NOTIFY_NEVER && *notify))
      return false;
    *notify |= word;
    if (*behind != ',')
      return behind == end;
  }
}

/* What a hexadecimal digit in either case stands for. */
static unsigned hex_value(char digit) {
  return digit >= 'a' ? (unsigned)(digit - 'a' + 10) : nibble(digit);
}

/* Writes a character as UTF-8 (RFC 3629 section 3); how many octets that is. */
static size_t put_utf8(char *text, unsigned long character) {
  size_t more = character < 0x80 ? 0 : character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
  static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};
  text[0] = (char)(lead[more] | character >> (6 * more));
  for (size_t i = 1; i <= more; i++)
    text[i] = (char)(0x80 | (character >> (6 * (more - i)) & 0x3f));
  return more + 1;
}

/* Writes what a valid utf-8-enc-addr says; how many octets that is. */
static size_t decode_embedded(struct cmta_slice value, char *text) {
  size_t length = 0, i = 0;
  while (i < value.length) {
    if (value.at[i] != '\\') {
      text[length++] = value.at[i++];
      continue;
    }
    unsigned long character = 0;
    for (i += 3; value.at[i] != '}'; i++)
      character = character << 4 | hex_value(value.at[i]);
    length += put_utf8(text + length, character);
    i++;
  }
  return length;
}

/* utf-8-addr-xtext or utf-8-addr-unitext (RFC 6533 section 3): as parameter_xtext(). */
static size_t embedded(struct cmta_slice value, char *text) {
  const unsigned char *cursor = cursor_at(value.at), *end = cursor + value.length, *marker;
  /*!local:re2c

  // QCHAR without "+", "=" and the backslash; EmbeddedUnicodeChar is for these, for blanks, and for what is beyond ASCII,
  // without surrogates. HEXPOINT has some control characters, too; but what this says must be a Mailbox (utf-8-address),
  // and that has none.

  QCHAR                 = [!-*,-<>-[\]-~];
  NZHEXDIG              = [1-9a-fA-F];
  HEXPOINT              = '20' | '2B' | '3D' | '5C'
                        | [89a-fA-F] HEXDIG
                        | NZHEXDIG HEXDIG{2}
                        | [1-9abcefABCEF] HEXDIG{3}
                        | 'D' [0-7] HEXDIG{2}
                        | NZHEXDIG HEXDIG{4}
                        | '10' HEXDIG{4};
  embedded_char         = "\\x{" HEXPOINT "}";
  enc_addr              = ( QCHAR | UTF8_non_ascii | embedded_char )+;

  enc_addr [ \r]        { return cursor == end + 1 ? decode_embedded(value, text) : 0; }
  *                     { return 0; }

  */
}

/* xtext of which printable ASCII comes. */
static size_t printable_xtext(struct cmta_slice value, char *text) {
  size_t length = parameter_xtext(value, text);
  return is_printable(text, length) ? length : 0;
}

/* Decodes the address of this type behind `at`. */
static size_t take_original(struct cmta_slice type, struct cmta_slice address, char *text,
                            struct cmta_original_recipient *recipient) {
  memcpy(text, type.at, type.length);
  char *room = text + type.length;
  bool utf8 = cmta_slice_is_word(type, "utf-8");
  size_t length = utf8 ? embedded(address, room) : printable_xtext(address, room);
  recipient->type = (struct cmta_slice){text, type.length};
  recipient->address = (struct cmta_slice){room, length};
  return length ? type.length + length : 0;
}

size_t parameter_original_recipient(struct cmta_slice value, char *text,
                                    struct cmta_original_recipient *recipient) {
  if (value.length == 0 || value.length > MAX_ORIGINAL_RECIPIENT)
    return 0;
  const unsigned char *begin = cursor_at(value.at), *end = begin + value.length;
  const unsigned char *cursor = begin, *marker;
  /*!local:re2c

  // RFC 3461 section 4.2: addr-type is an atom of RFC 5322.

  addr_type             = [-a-zA-Z0-9!#$%&'*+/=?^_`{|}~]+;

  addr_type ";" [!-~\x80-\xff] {
    return take_original(cursor_slice(begin, cursor - 2), cursor_slice(cursor - 1, end), text,
                         recipient);
  }
  *                     { return 0; }

  */
}

bool parameter_deliver_by(struct cmta_slice value, struct cmta_deliver_by *by) {
  if (value.length == 0)
    return false;
  const unsigned char *begin = cursor_at(value.at), *end = begin + value.length;
  const unsigned char *cursor = begin, *marker, *digits, *mode;
  /*!stags:re2c:by format = "const unsigned char *@@ = NULL;\n  "; */
  /*!local:re2c:by

  // RFC 2852 section 4

  by_value              = [-+]? @digits DIGIT{1,9} @mode ";" [nNrR] 'T'?;

  by_value [ \r]        {
    int32_t seconds = (int32_t)number((const char *)digits, (size_t)(mode - digits));
    *by = (struct cmta_deliver_by){.mode = (mode[1] | 0x20) == 'n' ? CMTA_BY_NOTIFY : CMTA_BY_RETURN,
                                   .seconds = *begin == '-' ? -seconds : seconds,
                                   .trace = end - mode == 3};
    return cursor == end + 1 && (by->mode == CMTA_BY_NOTIFY || by->seconds > 0);
  }
  *                     { return false; }

  */
}

bool parameter_hold_for(struct cmta_slice value, int64_t *seconds) {
  if (value.length == 0)
    return false;
  const unsigned char *cursor = cursor_at(value.at), *end = cursor + value.length, *marker;
  /*!local:re2c

  // RFC 4865 section 3: future-release-integer

  [1-9] DIGIT{0,8} [ \r] {
    *seconds = (int64_t)number(value.at, value.length);
    return cursor == end + 1;
  }
  *                     { return false; }

  */
}

bool parameter_hold_until(struct cmta_slice value, int64_t *seconds) {
  if (value.length == 0)
    return false;
  const unsigned char *cursor = cursor_at(value.at), *end = cursor + value.length, *marker, *zone;
  /*!stags:re2c:until format = "const unsigned char *@@ = NULL;\n  "; */
  /*!local:re2c:until

  // RFC 4865 section 3: normalized to UTC

  local_date_time @zone time_UTC [ \r]
                        { return cursor == end + 1 && moment(value.at, (const char *)zone, seconds); }
  *                     { return false; }

  */
}

bool parameter_priority(struct cmta_slice value, int *priority) {
  if (value.length == 0)
    return false;
  const unsigned char *cursor = cursor_at(value.at), *end = cursor + value.length, *marker;
  /*!local:re2c

  // RFC 6710 section 7: priority-value

  "0" [ \r]             { *priority = 0; return cursor == end + 1; }
  [1-9] [ \r]           { *priority = value.at[0] - '0'; return cursor == end + 1; }
  "-" [1-9] [ \r]       { *priority = '0' - value.at[1]; return cursor == end + 1; }
  *                     { return false; }

  */
}

bool parameter_valid_since(struct cmta_slice value, struct cmta_valid_since *valid) {
  if (value.length == 0)
    return false;
  const unsigned char *begin = cursor_at(value.at), *end = begin + value.length;
  const unsigned char *cursor = begin, *marker, *zone, *action;
  /*!stags:re2c:since format = "const unsigned char *@@ = NULL;\n  "; */
  /*!local:re2c:since

  // RFC 7293 section 3.1: without time-secfrac

  whole_date_time @zone time_offset @action ( ";" [cCrR] )? [ \r] {
    bool goes_on = end - action == 2 && (action[1] | 0x20) == 'c';
    valid->action = goes_on ? CMTA_RRVS_CONTINUE : CMTA_RRVS_REJECT;
    return cursor == end + 1 && moment(value.at, (const char *)zone, &valid->since);
  }
  *                     { return false; }

  */
}
