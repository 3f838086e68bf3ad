/* SPDX-License-Identifier: MIT */

/* The table of extensions, in the order in which EHLO shows them. */

#include "engine/extensions.h"

#include "event.h"

#include <inttypes.h>
#include <stdio.h>

/* mail_octets is what its RFC adds to the length of MAIL: RFC 1870 section 3 (5), RFC 6531
 * section 3.1 (7). RFC 6152 adds nothing. */
static const struct extension {
  enum cmta_extension bit;
  const char *keyword;
  size_t mail_octets;
} extensions[] = {
    {CMTA_EXTENSION_PIPELINING, "PIPELINING", 0},
    {CMTA_EXTENSION_SIZE, "SIZE", 26},
    {CMTA_EXTENSION_8BITMIME, "8BITMIME", 0},
    {CMTA_EXTENSION_SMTPUTF8, "SMTPUTF8", 10},
    {CMTA_EXTENSION_ENHANCEDSTATUSCODES, "ENHANCEDSTATUSCODES", 0},
    {CMTA_EXTENSION_HELP, "HELP", 0},
};

enum { EXTENSION_COUNT = sizeof extensions / sizeof *extensions };

unsigned extension_all(void) {
  unsigned bits = 0;
  for (size_t i = 0; i < EXTENSION_COUNT; i++)
    bits |= (unsigned)extensions[i].bit;
  return bits;
}

static const struct extension *offered(const struct cmta_settings *settings, size_t index) {
  for (size_t i = 0; i < EXTENSION_COUNT; i++)
    if ((settings->extensions & extensions[i].bit) && index-- == 0)
      return &extensions[i];
  return NULL;
}

bool extension_line(const struct cmta_settings *settings, size_t index, char *text, size_t size) {
  const struct extension *extension = offered(settings, index);
  if (!extension)
    return false;
  if (extension->bit == CMTA_EXTENSION_SIZE)
    snprintf(text, size, "SIZE %" PRIu64, settings->max_message_size);
  else
    snprintf(text, size, "%s", extension->keyword);
  return true;
}

size_t extension_octets(const struct cmta_settings *settings, int event) {
  size_t octets = 0;
  for (size_t i = 0; event == MAIL && i < EXTENSION_COUNT; i++)
    if (settings->extensions & extensions[i].bit)
      octets += extensions[i].mail_octets;
  return octets;
}
