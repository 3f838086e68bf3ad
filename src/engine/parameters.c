/* SPDX-License-Identifier: MIT */

/* The table of parameters. A parameter that is not offered here and now is 555, a malformed one or
 * a second one of its kind 501. */

#include "engine/parameters.h"

#include "engine/ascii.h"
#include "engine/pump.h"
#include "engine/verbs.h"
#include "event.h"

#include <string.h>

static bool take_size(struct cmta_slice value, struct cmta_envelope *envelope) {
  return parameter_size(value, &envelope->declared_size);
}

static bool take_body(struct cmta_slice value, struct cmta_envelope *envelope) {
  return parameter_body(value, &envelope->body);
}

static bool take_smtputf8(struct cmta_slice value, struct cmta_envelope *envelope) {
  (void)value;
  envelope->smtputf8 = true;
  return true;
}

/* One row a parameter. */
static const struct known {
  const char *keyword;
  int event;                     /* the command it belongs to */
  enum cmta_extension extension; /* that offers it */
  bool wants_value;
  bool (*take)(struct cmta_slice value, struct cmta_envelope *envelope);
} table[] = {
    {"SIZE", MAIL, CMTA_EXTENSION_SIZE, true, take_size},
    {"BODY", MAIL, CMTA_EXTENSION_8BITMIME, true, take_body},
    {"SMTPUTF8", MAIL, CMTA_EXTENSION_SMTPUTF8, false, take_smtputf8},
};

enum { KNOWN_COUNT = sizeof table / sizeof *table };

bool slice_is_word(struct cmta_slice text, const char *word) {
  return text.length == strlen(word) && ascii_equal(text.at, word, text.length);
}

/* The row of a parameter, if its extension is offered to this client: never to one that said HELO
 * (section 2.2.1). */
static const struct known *find(const struct cmta_session *session, struct cmta_slice keyword) {
  for (const struct known *known = table; known < table + KNOWN_COUNT; known++)
    if (known->event == session->verb->event && session->esmtp &&
        (session->service->settings.extensions & known->extension) &&
        slice_is_word(keyword, known->keyword))
      return known;
  return NULL;
}

static bool given_before(const struct cmta_path *path, struct cmta_slice keyword) {
  for (size_t i = 0; i < path->parameter_count; i++) {
    struct cmta_slice other = path->parameters[i].keyword;
    if (other.length == keyword.length && ascii_equal(other.at, keyword.at, other.length))
      return true;
  }
  return false;
}

static enum reply_id judge(const struct cmta_session *session, const struct cmta_path *path,
                           const struct cmta_parameter *parameter, struct cmta_envelope *envelope) {
  const struct known *known = find(session, parameter->keyword);
  if (!known)
    return REPLY_UNKNOWN_PARAMETER;
  if (given_before(path, parameter->keyword))
    return REPLY_DUPLICATE_PARAMETER;
  if (parameter->has_value != known->wants_value || !known->take(parameter->value, envelope))
    return REPLY_BAD_PARAMETER;
  return REPLY_NONE;
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

/* The path's block: its parameters, its address, the bytes of its parameters. */
static char *lay_out(struct memory *memory, struct cmta_path *path, struct cmta_slice raw,
                     size_t parameters) {
  size_t head = parameters * sizeof *path->parameters;
  struct cmta_parameter *block = memory_take(memory, head + path->address.length + raw.length + 1);
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

enum reply_id parameters_take(struct cmta_session *session, struct cmta_path *path,
                              struct cmta_envelope *envelope) {
  struct cmta_slice raw = session->command->parameters, rest = raw;
  unsigned manner = pump_manner(session);
  *path = session->command->path;
  path->parameters = NULL;
  path->parameter_count = 0;
  int parameters = count(raw, manner);
  if (parameters < 0)
    return REPLY_BAD_PARAMETER;
  char *copy = lay_out(&session->memory, path, raw, (size_t)parameters);
  if (!copy)
    return REPLY_NO_STORAGE;
  struct cmta_parameter parameter;
  while (parameter_next(&rest, manner, &parameter) > 0) {
    enum reply_id wrong = judge(session, path, &parameter, envelope);
    if (wrong != REPLY_NONE)
      return wrong;
    parameter.keyword = moved(parameter.keyword, raw, copy);
    parameter.value = moved(parameter.value, raw, copy);
    ((struct cmta_parameter *)path->parameters)[path->parameter_count++] = parameter;
  }
  return REPLY_NONE;
}
