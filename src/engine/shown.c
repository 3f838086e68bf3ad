/* SPDX-License-Identifier: MIT */

/* Lines with numbers behind their keyword. */

#include "engine/shown.h"

#include "engine/date.h"
#include "engine/delivery.h"

#include <stdio.h>
#include <string.h>

enum {
  MAX_LIMIT = 999999,      /* six digits (RFC 9422 section 3) */
  MAX_SECONDS = 999999999, /* nine (RFC 2852 section 4, RFC 4865 section 3) */
  MAX_POLICY = 20          /* RFC 6710 section 7 */
};

/* Adds " NAME=value" where there is such a limit. */
static void add_limit(char text[OFFER_LINE], const char *name, size_t value) {
  size_t length = strlen(text);
  if (value > 0 && value <= MAX_LIMIT)
    snprintf(text + length, OFFER_LINE - length, " %s=%zu", name, value);
}

static const char *limits(const struct cmta_settings *settings, char text[OFFER_LINE]) {
  static const char keyword[] = "LIMITS";
  memcpy(text, keyword, sizeof keyword);
  add_limit(text, "MAILMAX", settings->max_messages);
  add_limit(text, "RCPTMAX", settings->max_recipients);
  add_limit(text, "RCPTDOMAINMAX", settings->max_recipient_domains);
  return text[sizeof keyword - 1] ? text : NULL;
}

static const char *future_release(const struct cmta_settings *settings, char text[OFFER_LINE]) {
  char moment[DATE_SIZE];
  if (!date_write_internet(delivery_hold_limit(settings), moment))
    return NULL;
  snprintf(text, OFFER_LINE, "FUTURERELEASE %u %s", settings->max_hold, moment);
  return text;
}

const char *shown_line(const struct cmta_settings *settings, const struct extension *extension,
                       char text[OFFER_LINE]) {
  switch (extension->bit) {
  case CMTA_EXTENSION_SIZE:
    snprintf(text, OFFER_LINE, "SIZE %llu", (unsigned long long)settings->max_message_size);
    return text;
  case CMTA_EXTENSION_LIMITS:
    return limits(settings, text);
  case CMTA_EXTENSION_FUTURERELEASE:
    return future_release(settings, text);
  case CMTA_EXTENSION_DELIVERBY:
    if (settings->min_deliver_by == 0)
      return extension->keyword;
    snprintf(text, OFFER_LINE, "DELIVERBY %u", settings->min_deliver_by);
    return text;
  case CMTA_EXTENSION_MT_PRIORITY:
    if (!settings->priority_policy)
      return extension->keyword;
    snprintf(text, OFFER_LINE, "MT-PRIORITY %s", settings->priority_policy);
    return text;
  default:
    return extension->keyword;
  }
}

static bool is_policy(const char *name) {
  static const char known[] = "-_.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return !name || (*name && strlen(name) <= MAX_POLICY && name[strspn(name, known)] == '\0');
}

/* FUTURERELEASE shows a moment, and that must come from somewhere. */
static bool is_release(const struct cmta_settings *settings) {
  bool offered = settings->extensions & CMTA_EXTENSION_FUTURERELEASE;
  char moment[DATE_SIZE];
  return settings->max_hold > 0 && settings->max_hold <= MAX_SECONDS &&
         (settings->max_hold_until == 0 || date_write_internet(settings->max_hold_until, moment)) &&
         (!offered || settings->max_hold_until || settings->clock.calendar);
}

bool shown_is_sound(const struct cmta_settings *settings) {
  return settings->max_messages <= MAX_LIMIT && settings->max_recipient_domains <= MAX_LIMIT &&
         settings->min_deliver_by <= MAX_SECONDS && is_policy(settings->priority_policy) &&
         is_release(settings);
}
