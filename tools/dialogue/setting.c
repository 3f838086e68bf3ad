/* SPDX-License-Identifier: MIT */
/* `set NAME VALUE`: the settings of <cmta/session.h> by their names. */
#include "parse.h"

#include <stdlib.h>
#include <string.h>

enum type {
  TYPE_TEXT,
  TYPE_SWITCH,
  TYPE_EXTENSIONS,
  TYPE_UNSIGNED,
  TYPE_SIZE,
  TYPE_OCTETS,
  TYPE_LINE_ENDINGS,
  TYPE_REACTION
};

static const struct {
  const char *name;
  enum type type;
  size_t offset;
} settings_by_name[] = {
    {"hostname", TYPE_TEXT, offsetof(struct cmta_settings, hostname)},
    {"greeting", TYPE_TEXT, offsetof(struct cmta_settings, greeting)},
    {"extensions", TYPE_EXTENSIONS, offsetof(struct cmta_settings, extensions)},
    {"strict_syntax", TYPE_SWITCH, offsetof(struct cmta_settings, strict_syntax)},
    {"collect", TYPE_SWITCH, offsetof(struct cmta_settings, collect)},
    {"received", TYPE_SWITCH, offsetof(struct cmta_settings, received)},
    {"max_header_section", TYPE_SIZE, offsetof(struct cmta_settings, max_header_section)},
    {"max_message_size", TYPE_OCTETS, offsetof(struct cmta_settings, max_message_size)},
    {"max_message_memory", TYPE_SIZE, offsetof(struct cmta_settings, max_message_memory)},
    {"max_discarded", TYPE_OCTETS, offsetof(struct cmta_settings, max_discarded)},
    {"max_received", TYPE_UNSIGNED, offsetof(struct cmta_settings, max_received)},
    {"max_recipients", TYPE_SIZE, offsetof(struct cmta_settings, max_recipients)},
    {"max_errors", TYPE_UNSIGNED, offsetof(struct cmta_settings, max_errors)},
    {"max_command_line", TYPE_SIZE, offsetof(struct cmta_settings, max_command_line)},
    {"max_text_line", TYPE_SIZE, offsetof(struct cmta_settings, max_text_line)},
    {"max_memory", TYPE_SIZE, offsetof(struct cmta_settings, max_memory)},
    {"command_timeout", TYPE_UNSIGNED, offsetof(struct cmta_settings, command_timeout)},
    {"data_timeout", TYPE_UNSIGNED, offsetof(struct cmta_settings, data_timeout)},
    {"decision_timeout", TYPE_UNSIGNED, offsetof(struct cmta_settings, decision_timeout)},
    {"handshake_timeout", TYPE_UNSIGNED, offsetof(struct cmta_settings, handshake_timeout)},
    {"mechanisms", TYPE_TEXT, offsetof(struct cmta_settings, mechanisms)},
    {"auth_in_clear", TYPE_SWITCH, offsetof(struct cmta_settings, auth_in_clear)},
    {"auth_required", TYPE_SWITCH, offsetof(struct cmta_settings, auth_required)},
    {"lmtp", TYPE_SWITCH, offsetof(struct cmta_settings, manners.lmtp)},
    {"submission", TYPE_SWITCH, offsetof(struct cmta_settings, manners.submission)},
    {"max_messages", TYPE_UNSIGNED, offsetof(struct cmta_settings, max_messages)},
    {"max_recipient_domains", TYPE_UNSIGNED, offsetof(struct cmta_settings, max_recipient_domains)},
    {"min_deliver_by", TYPE_UNSIGNED, offsetof(struct cmta_settings, min_deliver_by)},
    {"max_hold", TYPE_UNSIGNED, offsetof(struct cmta_settings, max_hold)},
    {"max_hold_until", TYPE_OCTETS, offsetof(struct cmta_settings, max_hold_until)},
    {"priority_policy", TYPE_TEXT, offsetof(struct cmta_settings, priority_policy)},
    {"max_auth_failures", TYPE_UNSIGNED, offsetof(struct cmta_settings, max_auth_failures)},
    {"line_endings", TYPE_LINE_ENDINGS, offsetof(struct cmta_settings, manners.line_endings)},
    {"pipelining", TYPE_REACTION, offsetof(struct cmta_settings, manners.pipelining)},
};

static const struct {
  const char *name;
  unsigned bit;
} extensions_by_name[] = {
    {"pipelining", CMTA_EXTENSION_PIPELINING},
    {"size", CMTA_EXTENSION_SIZE},
    {"8bitmime", CMTA_EXTENSION_8BITMIME},
    {"smtputf8", CMTA_EXTENSION_SMTPUTF8},
    {"enhancedstatuscodes", CMTA_EXTENSION_ENHANCEDSTATUSCODES},
    {"help", CMTA_EXTENSION_HELP},
    {"starttls", CMTA_EXTENSION_STARTTLS},
    {"auth", CMTA_EXTENSION_AUTH},
    {"chunking", CMTA_EXTENSION_CHUNKING},
    {"binarymime", CMTA_EXTENSION_BINARYMIME},
    {"prdr", CMTA_EXTENSION_PRDR},
    {"xclient", CMTA_EXTENSION_XCLIENT},
    {"xforward", CMTA_EXTENSION_XFORWARD},
    {"dsn", CMTA_EXTENSION_DSN},
    {"requiretls", CMTA_EXTENSION_REQUIRETLS},
    {"deliverby", CMTA_EXTENSION_DELIVERBY},
    {"futurerelease", CMTA_EXTENSION_FUTURERELEASE},
    {"mt-priority", CMTA_EXTENSION_MT_PRIORITY},
    {"rrvs", CMTA_EXTENSION_RRVS},
    {"limits", CMTA_EXTENSION_LIMITS},
    {"etrn", CMTA_EXTENSION_ETRN},
};

/* Where the bytes are that a field of the settings points to. */
static struct text *text_of(struct dialogue *dialogue, const char *const *field) {
  if (field == &dialogue->settings.hostname)
    return &dialogue->hostname;
  if (field == &dialogue->settings.priority_policy)
    return &dialogue->priority_policy;
  return field == &dialogue->settings.mechanisms ? &dialogue->mechanisms : &dialogue->greeting;
}

static bool set_text(struct dialogue *dialogue, const char **field, const char *value) {
  struct text *text = text_of(dialogue, field);
  text_clear(text);
  text_append(text, "", 0);
  if (text_decode(text, value, '\0') == NULL)
    return false;
  *field = text->at;
  return true;
}

static bool set_switch(bool *field, const char *value) {
  *field = strcmp(value, "on") == 0;
  return *field || strcmp(value, "off") == 0;
}

/* Puts the extension of this name into the set, or takes it off. */
static bool change_extension(unsigned *extensions, bool offer, const char *name, size_t length) {
  for (size_t i = 0; i < sizeof extensions_by_name / sizeof extensions_by_name[0]; i++)
    if (strlen(extensions_by_name[i].name) == length &&
        memcmp(extensions_by_name[i].name, name, length) == 0) {
      const unsigned bit = extensions_by_name[i].bit;
      *extensions = offer ? *extensions | bit : *extensions & ~bit;
      return true;
    }
  return false;
}

static bool set_extensions(unsigned *extensions, const char *value) {
  if (strcmp(value, "none") == 0) {
    *extensions = 0;
    return true;
  }
  while (*value == '-' || *value == '+') {
    const size_t length = strcspn(value + 1, " ");
    if (!change_extension(extensions, *value == '+', value + 1, length))
      return false;
    value += 1 + length + strspn(value + 1 + length, " ");
  }
  return *value == '\0';
}

static bool set_line_endings(enum cmta_line_endings *field, const char *value) {
  static const char *const names[] = {"refuse", "normalise", "keep"};
  for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strcmp(names[i], value) == 0) {
      *field = (enum cmta_line_endings)i;
      return true;
    }
  return false;
}

static bool set_reaction(enum cmta_reaction *field, const char *value) {
  static const char *const names[] = {"ignore", "flag", "refuse", "drop"};
  const size_t index = parse_index(names, 4, value, strlen(value));
  *field = (enum cmta_reaction)index;
  return index < 4;
}

static bool set_number(void *field, enum type type, const char *value) {
  char *end = NULL;
  const unsigned long long number = strtoull(value, &end, 10);
  if (end == value || *end != '\0')
    return false;
  if (type == TYPE_UNSIGNED)
    *(unsigned *)field = (unsigned)number;
  else if (type == TYPE_SIZE)
    *(size_t *)field = (size_t)number;
  else
    *(uint64_t *)field = number;
  return true;
}

static bool set_field(struct dialogue *dialogue, enum type type, void *field, const char *value) {
  if (type == TYPE_TEXT)
    return set_text(dialogue, field, value);
  if (type == TYPE_SWITCH)
    return set_switch(field, value);
  if (type == TYPE_EXTENSIONS)
    return set_extensions(field, value);
  if (type == TYPE_LINE_ENDINGS)
    return set_line_endings(field, value);
  if (type == TYPE_REACTION)
    return set_reaction(field, value);
  return set_number(field, type, value);
}

static int64_t read_calendar(void *context) { return *(const int64_t *)context; }

/* A clock that stands still. */
static bool set_calendar(struct dialogue *dialogue, const char *value) {
  dialogue->settings.clock.calendar = read_calendar;
  dialogue->settings.clock.context = &dialogue->calendar;
  return set_number(&dialogue->calendar, TYPE_OCTETS, value);
}

bool dialogue_set(struct dialogue *dialogue, const char *name, const char *value) {
  if (strcmp(name, "calendar") == 0)
    return set_calendar(dialogue, value);
  for (size_t i = 0; i < sizeof settings_by_name / sizeof settings_by_name[0]; i++)
    if (strcmp(settings_by_name[i].name, name) == 0)
      return set_field(dialogue, settings_by_name[i].type,
                       (char *)&dialogue->settings + settings_by_name[i].offset, value);
  return false;
}
