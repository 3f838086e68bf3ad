/* SPDX-License-Identifier: MIT */
/* Settings from octets; see session_choice.h. */
#include "fuzz/session_choice.h"

static int64_t stopped_clock(void *context) {
  (void)context;
  return 1000000000;
}

struct cmta_settings choice_settings(const struct choice *choice) {
  static const uint64_t sizes[] = {0, 10, 100, 1000};
  static const size_t recipients[] = {1000, 1, 2, 0};
  static const unsigned errors[] = {0, 1, 3, 20};
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.strict_syntax = choice->switches & 1;
  settings.collect = !(choice->switches & 2);
  settings.extensions &= ~((unsigned)choice->switches >> 2);
  if (!(settings.extensions & CMTA_EXTENSION_8BITMIME))
    settings.extensions &= ~(unsigned)CMTA_EXTENSION_SMTPUTF8;
  settings.max_message_size = sizes[choice->limits & 3];
  settings.max_recipients = recipients[choice->limits >> 2 & 3];
  settings.max_errors = errors[choice->limits >> 4 & 3];
  settings.received = choice->piece & RECEIVED_FIELD;
  settings.clock.calendar = stopped_clock;
  settings.max_header_section = choice->piece & SHORT_SECTIONS ? 40 : 0;
  return settings;
}
