/* SPDX-License-Identifier: MIT */

/*
 * The header of the PROXY protocol (HAProxy, "The PROXY protocol", version 1: section 2.1, version 2: section 2.2): the
 * whole line of version 1, and the 16 octets that version 2 begins with. Addresses are delimited here and read in C, and
 * so is the rest of version 2: the engine's proxy_header.c.
 */

#include "engine/proxy_header.h"

#include "cursor.h"

/* Fills head; true, as its caller returns. */
static bool is_head(struct proxy_head *head, bool local, enum cmta_proxy_family family, size_t addresses) {
  *head = (struct proxy_head){.local = local, .family = family, .addresses = addresses};
  return true;
}

/* Each rule has just 14 octets, so that no byte behind them is looked at. */
bool proxy_read_head(const char *octets, struct proxy_head *head) {
  const unsigned char *cursor = cursor_at(octets), *marker;
  /*!local:re2c

  re2c:yyfill:enable      = 0;
  re2c:sentinel           = 255;                   // an octet that no rule goes on behind
  re2c:define:YYCTYPE     = "unsigned char";
  re2c:define:YYCURSOR    = cursor;
  re2c:define:YYMARKER    = marker;

  octet                 = [\x00-\xff];
  signature             = "\r\n\r\n\x00\r\nQUIT\n";
  LOCAL                 = "\x20";                  // version 2 in the upper half, the command in the lower
  PROXY                 = "\x21";

  // The family in the upper half, the transport in the lower: only streams are connections like ours. The length follows.
  // Where the transport is unspecified, nobody says whether there are ports behind the addresses.

  signature LOCAL octet       { return is_head(head, true,  CMTA_PROXY_UNSPEC, 0); }
  signature PROXY [\x00-\x02] { return is_head(head, false, CMTA_PROXY_UNSPEC, 0); }
  signature PROXY [\x10\x20\x30] { return is_head(head, false, CMTA_PROXY_UNSPEC, 0); }
  signature PROXY "\x12"      { return is_head(head, false, CMTA_PROXY_UNSPEC, 12); }
  signature PROXY "\x11"      { return is_head(head, false, CMTA_PROXY_TCP4,   12); }
  signature PROXY "\x22"      { return is_head(head, false, CMTA_PROXY_UNSPEC, 36); }
  signature PROXY "\x21"      { return is_head(head, false, CMTA_PROXY_TCP6,   36); }
  signature PROXY "\x32"      { return is_head(head, false, CMTA_PROXY_UNSPEC, 216); }
  signature PROXY "\x31"      { return is_head(head, false, CMTA_PROXY_UNIX,   216); }
  *                           { return false; }

  */
}

/*!re2c
  !include "core.re";
*/

/* Fills line from the cursors that its grammar left: two addresses, two ports, each with a blank or the CR behind it. */
static bool is_line(struct proxy_line *line, enum cmta_proxy_family family, const unsigned char *const fields[5]) {
  *line = (struct proxy_line){.family = family};
  for (size_t i = 0; i < 4; i++)
    line->fields[i] = cursor_slice(fields[i], fields[i + 1] - 1);
  return true;
}

bool proxy_read_line(const char *text, struct proxy_line *line) {
  const unsigned char *cursor = cursor_at(text), *marker, *f, *t, *p, *q, *e;
  /*!stags:re2c:line format = "const unsigned char *@@ = NULL;\n  "; */
  /*!local:re2c:line

  ipv4                  = [0-9.]{7,15};
  ipv6                  = [0-9a-fA-F:.]{2,39};
  port                  = "0" | [1-9] DIGIT{0,4};

  "PROXY TCP4" SP @f ipv4 SP @t ipv4 SP @p port SP @q port "\r" @e "\n" {
    return is_line(line, CMTA_PROXY_TCP4, (const unsigned char *const[]){f, t, p, q, e});
  }
  "PROXY TCP6" SP @f ipv6 SP @t ipv6 SP @p port SP @q port "\r" @e "\n" {
    return is_line(line, CMTA_PROXY_TCP6, (const unsigned char *const[]){f, t, p, q, e});
  }

  // What the sender writes behind UNKNOWN is to be ignored.

  "PROXY UNKNOWN" ( SP [^\n]* )? "\r\n" { *line = (struct proxy_line){.family = CMTA_PROXY_UNSPEC}; return true; }
  *                                     { return false; }

  */
}
