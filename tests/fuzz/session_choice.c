/* SPDX-License-Identifier: MIT */
/* Settings from octets; see session_choice.h. */
#include "fuzz/session_choice.h"

enum { BOTH = CMTA_WITH_MAIL | CMTA_WITH_RCPT };

enum {
  ON_REQUEST = CMTA_EXTENSION_BINARYMIME | CMTA_EXTENSION_PRDR | CMTA_EXTENSION_DSN |
               CMTA_EXTENSION_REQUIRETLS | CMTA_EXTENSION_DELIVERBY | CMTA_EXTENSION_FUTURERELEASE |
               CMTA_EXTENSION_MT_PRIORITY | CMTA_EXTENSION_RRVS | CMTA_EXTENSION_ETRN
};

static const char *const words[] = {"low", "normal", "high", NULL};

static const struct cmta_keyword keywords[] = {
    {.ehlo = "XINT", .parameter = "XINT", .commands = BOTH, .value = CMTA_VALUE_INTEGER},
    {.parameter = "XTEXT", .commands = BOTH, .value = CMTA_VALUE_XTEXT, .octets = 20},
    {.parameter = "XDATE", .commands = BOTH, .value = CMTA_VALUE_DATE_TIME},
    {.parameter = "XWORD", .commands = BOTH, .value = CMTA_VALUE_ENUMERATION, .words = words},
    {.ehlo = "XBOX 1", .parameter = "XBOX", .commands = BOTH, .value = CMTA_VALUE_MAILBOX},
    {.parameter = "XFREE", .commands = CMTA_WITH_MAIL, .value = CMTA_VALUE_FREE},
    {.parameter = "XFLAG", .commands = CMTA_WITH_RCPT},
};

static int64_t stopped_clock(void *context) {
  (void)context;
  return 1000000000;
}

static void choose_line_endings(struct cmta_settings *settings, unsigned mode) {
  if (mode >= NORMALISES)
    settings->manners.line_endings =
        mode == NORMALISES ? CMTA_LINE_ENDINGS_NORMALISE : CMTA_LINE_ENDINGS_KEEP;
  if (mode == COUNTS)
    settings->max_text_line = 0;
}

struct cmta_settings choice_settings(const struct choice *choice) {
  static const uint64_t sizes[] = {0, 10, 100, 1000};
  static const size_t recipients[] = {1000, 1, 2, 0};
  static const unsigned errors[] = {0, 1, 3, 20};
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.strict_syntax = choice->switches & 1;
  settings.collect = !(choice->switches & 2);
  settings.extensions |= ON_REQUEST;
  settings.extensions &= ~((unsigned)choice->switches >> 2);
  if (!(settings.extensions & CMTA_EXTENSION_8BITMIME))
    settings.extensions &= ~(unsigned)CMTA_EXTENSION_SMTPUTF8;
  settings.max_message_size = sizes[choice->limits & 3];
  settings.max_recipients = recipients[choice->limits >> 2 & 3];
  settings.max_errors = errors[choice->limits >> 4 & 3];
  settings.manners.submission = settings.strict_syntax;
  settings.manners.lmtp = choice->piece & SPEAKS_LMTP;
  settings.received = choice->piece & RECEIVED_FIELD;
  settings.clock.calendar = stopped_clock;
  settings.max_header_section = choice->piece & SHORT_SECTIONS ? 40 : 0;
  settings.max_message_memory = 16;
  settings.min_deliver_by = 60;
  settings.mechanisms = choice->security & MECHANISMS ? "PLAIN LOGIN X-SAFE" : NULL;
  settings.auth_in_clear = choice->security & AUTH_IN_CLEAR;
  settings.auth_required = choice->security & AUTH_REQUIRED;
  choose_line_endings(&settings, choice->security & TLS_MODES);
  settings.keywords = keywords;
  settings.keyword_count = sizeof keywords / sizeof *keywords;
  return settings;
}
