/* SPDX-License-Identifier: MIT */

/* The table of built-in extensions, in the order in which EHLO shows them. */

#include "engine/extensions.h"

#include "engine/ascii.h"
#include "engine/keywords.h"
#include "event.h"

static const struct extension extensions[] = {
    {CMTA_EXTENSION_PIPELINING, "PIPELINING", 0},
    {CMTA_EXTENSION_SIZE, "SIZE", 26},
    {CMTA_EXTENSION_8BITMIME, "8BITMIME", 0},
    {CMTA_EXTENSION_CHUNKING, "CHUNKING", 0},
    {CMTA_EXTENSION_BINARYMIME, "BINARYMIME", 16},
    {CMTA_EXTENSION_SMTPUTF8, "SMTPUTF8", 10},
    {CMTA_EXTENSION_ENHANCEDSTATUSCODES, "ENHANCEDSTATUSCODES", 0},
    {CMTA_EXTENSION_PRDR, "PRDR", 5},
    {CMTA_EXTENSION_STARTTLS, "STARTTLS", 0},
    {CMTA_EXTENSION_AUTH, "AUTH", 500},
    {CMTA_EXTENSION_HELP, "HELP", 0},
    {CMTA_EXTENSION_XCLIENT, "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT", 0},
    {CMTA_EXTENSION_XFORWARD, "XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE", 0},
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

unsigned extension_of_keyword(struct cmta_slice keyword) {
  for (size_t i = 0; i < EXTENSION_COUNT; i++)
    if (ascii_same(keyword_of_line(extensions[i].keyword), keyword))
      return (unsigned)extensions[i].bit;
  return 0;
}

size_t extension_octets(unsigned bits, int event) {
  size_t octets = 0;
  for (size_t i = 0; event == MAIL && i < EXTENSION_COUNT; i++)
    if (bits & (unsigned)extensions[i].bit)
      octets += extensions[i].mail_octets;
  return octets;
}
