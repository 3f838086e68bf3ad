/* SPDX-License-Identifier: MIT */

/* The table of parameters. A parameter that is not offered here and now is 555, a malformed one or
 * a second one of its kind 501. */

#include "engine/parameters.h"

#include "engine/ascii.h"
#include "engine/delivery.h"
#include "engine/keywords.h"
#include "engine/line.h"
#include "engine/offer.h"
#include "engine/text.h"
#include "engine/verbs.h"
#include "event.h"

#include <string.h>

static bool take_size(const struct taking *taking) {
  return parameter_size(taking->value, &taking->envelope->declared_size);
}

static bool take_body(const struct taking *taking) {
  return parameter_body(taking->value, &taking->envelope->body);
}

static bool take_smtputf8(const struct taking *taking) { return taking->envelope->smtputf8 = true; }

/* The envelope shows it as a parameter alone. */
static bool take_prdr(const struct taking *taking) {
  (void)taking;
  return true;
}

/* A mailbox as xtext, or "<>" for nobody (RFC 4954 section 5). */
static bool take_auth(const struct taking *taking) {
  if (cmta_slice_is(taking->value, "<>"))
    return true;
  struct cmta_slice *submitter = &taking->envelope->submitter;
  *submitter = (struct cmta_slice){*taking->room, parameter_mailbox(taking->value, *taking->room)};
  *taking->room += submitter->length;
  return submitter->length;
}

/* The parameters that are built in: a row as those of settings.keywords, the extensions that offer
 * it, each alone, and what it does. */
static const struct known {
  struct cmta_keyword row;
  unsigned extensions;
  bool (*take)(const struct taking *taking);
} table[] = {
    {{.parameter = "SIZE",
      .commands = CMTA_WITH_MAIL,
      .value = CMTA_VALUE_FREE,
      .value_required = true},
     CMTA_EXTENSION_SIZE,
     take_size},
    {{.parameter = "BODY",
      .commands = CMTA_WITH_MAIL,
      .value = CMTA_VALUE_FREE,
      .value_required = true},
     CMTA_EXTENSION_8BITMIME | CMTA_EXTENSION_BINARYMIME,
     take_body},
    {{.parameter = "SMTPUTF8", .commands = CMTA_WITH_MAIL, .value = CMTA_VALUE_NONE},
     CMTA_EXTENSION_SMTPUTF8,
     take_smtputf8},
    {{.parameter = "PRDR", .commands = CMTA_WITH_MAIL, .value = CMTA_VALUE_NONE},
     CMTA_EXTENSION_PRDR,
     take_prdr},
    {{.parameter = "AUTH",
      .commands = CMTA_WITH_MAIL,
      .value = CMTA_VALUE_FREE,
      .value_required = true},
     CMTA_EXTENSION_AUTH,
     take_auth},
    {{.parameter = "RET",
      .commands = CMTA_WITH_MAIL,
      .value = CMTA_VALUE_FREE,
      .value_required = true},
     CMTA_EXTENSION_DSN,
     delivery_ret},
    {{.parameter = "ENVID",
      .commands = CMTA_WITH_MAIL,
      .value = CMTA_VALUE_FREE,
      .value_required = true},
     CMTA_EXTENSION_DSN,
     delivery_envid},
    {{.parameter = "NOTIFY",
      .commands = CMTA_WITH_RCPT,
      .value = CMTA_VALUE_FREE,
      .value_required = true},
     CMTA_EXTENSION_DSN,
     delivery_notify},
    {{.parameter = "ORCPT",
      .commands = CMTA_WITH_RCPT,
      .value = CMTA_VALUE_FREE,
      .value_required = true},
     CMTA_EXTENSION_DSN,
     delivery_orcpt},
    {{.parameter = "BY",
      .commands = CMTA_WITH_MAIL,
      .value = CMTA_VALUE_FREE,
      .value_required = true},
     CMTA_EXTENSION_DELIVERBY,
     delivery_by},
    {{.parameter = "HOLDFOR",
      .commands = CMTA_WITH_MAIL,
      .value = CMTA_VALUE_FREE,
      .value_required = true},
     CMTA_EXTENSION_FUTURERELEASE,
     delivery_holdfor},
    {{.parameter = "HOLDUNTIL",
      .commands = CMTA_WITH_MAIL,
      .value = CMTA_VALUE_FREE,
      .value_required = true},
     CMTA_EXTENSION_FUTURERELEASE,
     delivery_holduntil},
    {{.parameter = "MT-PRIORITY",
      .commands = CMTA_WITH_MAIL,
      .value = CMTA_VALUE_FREE,
      .value_required = true},
     CMTA_EXTENSION_MT_PRIORITY,
     delivery_priority},
    {{.parameter = "RRVS",
      .commands = CMTA_WITH_RCPT,
      .value = CMTA_VALUE_FREE,
      .value_required = true},
     CMTA_EXTENSION_RRVS,
     delivery_rrvs},
    {{.parameter = "REQUIRETLS", .commands = CMTA_WITH_MAIL, .value = CMTA_VALUE_NONE},
     CMTA_EXTENSION_REQUIRETLS,
     delivery_requiretls},
};

enum { KNOWN_COUNT = sizeof table / sizeof *table };

bool parameter_is_built_in(struct cmta_slice keyword) {
  for (const struct known *known = table; known < table + KNOWN_COUNT; known++)
    if (cmta_slice_is_word(keyword, known->row.parameter))
      return true;
  return false;
}

static bool is_of(const struct cmta_keyword *row, int event, struct cmta_slice keyword) {
  return row->parameter && (row->commands & keyword_command(event)) &&
         cmta_slice_is_word(keyword, row->parameter);
}

/* The row of a parameter, if its extension is offered to this client: never to one that said HELO
 * (section 2.2.1). */
static const struct cmta_keyword *find(const struct cmta_session *session,
                                       struct cmta_slice keyword) {
  const struct cmta_settings *settings = &session->service->settings;
  unsigned offered = session->esmtp ? offer_extensions(session) : 0;
  int event = session->verb->event;
  for (const struct known *known = table; known < table + KNOWN_COUNT; known++)
    if ((offered & known->extensions) && is_of(&known->row, event, keyword))
      return &known->row;
  for (size_t i = 0; i < settings->keyword_count; i++)
    if (is_of(&settings->keywords[i], event, keyword) && offer_has(session, &settings->keywords[i]))
      return &settings->keywords[i];
  return NULL;
}

static const struct cmta_parameter *find_given(const struct cmta_path *path,
                                               struct cmta_slice keyword) {
  for (size_t i = 0; i < path->parameter_count; i++)
    if (ascii_same(path->parameters[i].keyword, keyword))
      return &path->parameters[i];
  return NULL;
}

const struct cmta_parameter *cmta_path_parameter(const struct cmta_path *path,
                                                 const char *keyword) {
  if (!path || !keyword)
    return NULL;
  return find_given(path, text_slice(keyword));
}

static bool is_in_range(const struct cmta_keyword *row, int64_t number) {
  bool any = row->minimum == 0 && row->maximum == 0;
  return any ? number >= 0 : number >= row->minimum && number <= row->maximum;
}

/* What length octets at *room say is the parameter's text; none: it is malformed. */
static bool keep_text(struct cmta_parameter *parameter, char **room, size_t length) {
  parameter->text = (struct cmta_slice){*room, length};
  *room += length;
  return length > 0;
}

/* Reads the value as its row wants it. What is decoded goes to *room. */
static bool read_value(const struct cmta_keyword *row, struct cmta_parameter *parameter,
                       char **room) {
  struct cmta_slice value = parameter->text = parameter->value;
  if (!parameter->has_value)
    return !row->value_required;
  switch (row->value) {
  case CMTA_VALUE_NONE:
    return false;
  case CMTA_VALUE_INTEGER:
    return parameter_integer(value, &parameter->number) && is_in_range(row, parameter->number);
  case CMTA_VALUE_XTEXT:
    return keep_text(parameter, room, parameter_xtext(value, *room));
  case CMTA_VALUE_DATE_TIME:
    return parameter_date_time(value, &parameter->number);
  case CMTA_VALUE_ENUMERATION:
    return parameter_word(value, row->words, &parameter->number);
  case CMTA_VALUE_MAILBOX:
    return keep_text(parameter, room, parameter_mailbox(value, *room));
  case CMTA_VALUE_FREE:
    return true;
  }
  return false;
}

/* What a built-in row does with its value; rows of settings do nothing. */
static bool take(const struct cmta_keyword *row, const struct taking *taking) {
  for (const struct known *known = table; known < table + KNOWN_COUNT; known++)
    if (&known->row == row)
      return known->take(taking);
  return true;
}

static enum reply_id judge(const struct cmta_session *session, struct cmta_path *path,
                           struct cmta_parameter *parameter, char **room,
                           struct cmta_envelope *envelope) {
  const struct cmta_keyword *row = find(session, parameter->keyword);
  if (!row)
    return REPLY_UNKNOWN_PARAMETER;
  if (find_given(path, parameter->keyword))
    return REPLY_DUPLICATE_PARAMETER;
  if (!read_value(row, parameter, room))
    return REPLY_BAD_PARAMETER;
  struct taking taking = {parameter->value, room, path, envelope};
  return take(row, &taking) ? REPLY_NONE : REPLY_BAD_PARAMETER;
}

/* Parameters that raw holds, or -1 when they are malformed. */
static int count(struct cmta_slice raw, unsigned manner) {
  struct cmta_parameter parameter;
  int found = 0, more;
  while ((more = parameter_next(&raw, manner, &parameter)) > 0)
    found++;
  return more < 0 ? -1 : found;
}

/* Where a slice of the line lies in the copy of the line's parameters. */
static struct cmta_slice moved(struct cmta_slice slice, struct cmta_slice raw, const char *copy) {
  if (slice.length == 0)
    return (struct cmta_slice){NULL, 0};
  return (struct cmta_slice){copy + (slice.at - raw.at), slice.length};
}

/* The same for what a parameter says; what was decoded lies in the path's block already. */
static void move_into(struct cmta_parameter *parameter, struct cmta_slice raw, const char *copy) {
  bool as_sent = parameter->text.at == parameter->value.at;
  parameter->keyword = moved(parameter->keyword, raw, copy);
  parameter->value = moved(parameter->value, raw, copy);
  if (as_sent)
    parameter->text = parameter->value;
}

/* Octets that decoded values may need: fewer than they have as sent, blank, keyword and '='
 * counted, even with a CR LF behind each. */
static size_t decoded_size(const struct cmta_session *session, struct cmta_slice raw) {
  const unsigned decoded = CMTA_EXTENSION_AUTH | CMTA_EXTENSION_DSN;
  bool any = session->service->settings.keyword_count || (offer_extensions(session) & decoded);
  return any ? raw.length : 0;
}

/* The path's block: its parameters, its address, the bytes of its parameters, room for what they
 * say once decoded. Returns the bytes of the parameters. */
static char *lay_out(struct cmta_session *session, struct cmta_path *path, struct cmta_slice raw,
                     size_t parameters) {
  size_t head = parameters * sizeof *path->parameters;
  size_t size = head + path->address.length + raw.length + decoded_size(session, raw) + 1;
  struct cmta_parameter *block = memory_take(&session->memory, size);
  if (!block)
    return NULL;
  char *bytes = (char *)block + head;
  struct cmta_slice address = path->address;
  path->parameters = block;
  path->address = (struct cmta_slice){bytes, address.length};
  path->local_part = moved(path->local_part, address, bytes);
  path->domain = moved(path->domain, address, bytes);
  if (address.length)
    memcpy(bytes, address.at, address.length);
  bytes += address.length;
  if (raw.length)
    memcpy(bytes, raw.at, raw.length);
  return bytes;
}

/* Reads the parameters, whose copy lies in the path's block. */
static enum reply_id read_all(struct cmta_session *session, struct cmta_path *path, char *copy,
                              struct cmta_envelope *envelope) {
  struct cmta_slice raw = session->command->parameters, rest = raw;
  struct cmta_parameter *parameters = (struct cmta_parameter *)path->parameters, parameter;
  char *room = copy + raw.length;
  while (parameter_next(&rest, line_manner(session), &parameter) > 0) {
    enum reply_id wrong = judge(session, path, &parameter, &room, envelope);
    if (wrong != REPLY_NONE)
      return wrong;
    move_into(&parameter, raw, copy);
    parameters[path->parameter_count++] = parameter;
  }
  return REPLY_NONE;
}

enum reply_id parameters_take(struct cmta_session *session, struct cmta_path *path,
                              struct cmta_envelope *envelope) {
  struct cmta_slice raw = session->command->parameters;
  *path = session->command->path;
  path->parameters = NULL;
  path->parameter_count = 0;
  int parameters = count(raw, line_manner(session));
  if (parameters < 0)
    return REPLY_BAD_PARAMETER;
  char *copy = lay_out(session, path, raw, (size_t)parameters);
  return copy ? read_all(session, path, copy, envelope) : REPLY_NO_STORAGE;
}
