/* SPDX-License-Identifier: MIT */

/* The table of built-in extensions, in the order in which EHLO shows them. */

#include "engine/extensions.h"

#include "engine/ascii.h"
#include "engine/keywords.h"
#include "event.h"

static const struct extension extensions[] = {
    {CMTA_EXTENSION_PIPELINING, "PIPELINING", 0, 0},
    {CMTA_EXTENSION_SIZE, "SIZE", 26, 0},
    {CMTA_EXTENSION_8BITMIME, "8BITMIME", 0, 0},
    {CMTA_EXTENSION_CHUNKING, "CHUNKING", 0, 0},
    {CMTA_EXTENSION_BINARYMIME, "BINARYMIME", 16, 0},
    {CMTA_EXTENSION_SMTPUTF8, "SMTPUTF8", 10, 0},
    {CMTA_EXTENSION_ENHANCEDSTATUSCODES, "ENHANCEDSTATUSCODES", 0, 0},
    {CMTA_EXTENSION_PRDR, "PRDR", 5, 0},
    {CMTA_EXTENSION_STARTTLS, "STARTTLS", 0, 0},
    {CMTA_EXTENSION_AUTH, "AUTH", 500, 0},
    {CMTA_EXTENSION_DSN, "DSN", 116, 536},
    {CMTA_EXTENSION_REQUIRETLS, "REQUIRETLS", 11, 0},
    {CMTA_EXTENSION_DELIVERBY, "DELIVERBY", 17, 0},
    {CMTA_EXTENSION_FUTURERELEASE, "FUTURERELEASE", 34, 0},
    {CMTA_EXTENSION_MT_PRIORITY, "MT-PRIORITY", 15, 0},
    {CMTA_EXTENSION_RRVS, "RRVS", 0, 33},
    {CMTA_EXTENSION_LIMITS, "LIMITS", 0, 0},
    {CMTA_EXTENSION_ETRN, "ETRN", 0, 0},
    {CMTA_EXTENSION_HELP, "HELP", 0, 0},
    {CMTA_EXTENSION_XCLIENT, "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT", 0, 0},
    {CMTA_EXTENSION_XFORWARD, "XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE", 0, 0},
};

enum { EXTENSION_COUNT = sizeof extensions / sizeof *extensions };

size_t extension_count(void) { return EXTENSION_COUNT; }

const struct extension *extension_row(size_t index) { return &extensions[index]; }

unsigned extension_all(void) {
  unsigned bits = 0;
  for (size_t i = 0; i < EXTENSION_COUNT; i++)
    bits |= (unsigned)extensions[i].bit;
  return bits;
}

unsigned cmta_extension_bit(struct cmta_slice keyword) {
  for (size_t i = 0; i < EXTENSION_COUNT; i++)
    if (ascii_same(keyword_of_line(extensions[i].keyword), keyword))
      return (unsigned)extensions[i].bit;
  return 0;
}

size_t extension_octets(unsigned bits, int event) {
  size_t octets = 0;
  for (size_t i = 0; i < EXTENSION_COUNT; i++) {
    const struct extension *row = &extensions[i];
    if (bits & (unsigned)row->bit)
      octets += event == MAIL ? row->mail_octets : event == RCPT ? row->rcpt_octets : 0;
  }
  return octets;
}
