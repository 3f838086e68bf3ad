/* SPDX-License-Identifier: MIT */
/* An envelope as JSON (envelope_json.h). */

#include "testkit/envelope_json.h"

#include "testkit/json_text.h"

#include <stdlib.h>
#include <string.h>

/* ---- Parameters as they came ---- */

/* A keyword in upper case (RFC 5321 section 2.4: keywords are not case-sensitive); the caller frees
 * it. */
static char *upper_case(struct cmta_slice keyword) {
  char *text = strndup(keyword.at, keyword.length);
  for (char *at = text; at && *at; at++)
    if (*at >= 'a' && *at <= 'z')
      *at = (char)(*at - 'a' + 'A');
  return text;
}

static bool add_parameter(json_t *object, const struct cmta_parameter *parameter) {
  char *keyword = upper_case(parameter->keyword);
  json_t *value = parameter->has_value ? json_text(parameter->value) : json_true();
  bool added = keyword && json_object_set_new(object, keyword, value) == 0;
  if (!keyword)
    json_decref(value);
  free(keyword);
  return added;
}

static json_t *json_parameters(const struct cmta_path *path) {
  json_t *parameters = json_object();
  for (size_t i = 0; i < path->parameter_count; i++)
    if (!add_parameter(parameters, &path->parameters[i])) {
      json_decref(parameters);
      return NULL;
    }
  return parameters;
}

/* ---- Of MAIL ---- */

static bool is_given(const struct cmta_envelope *envelope, const char *keyword) {
  return cmta_path_parameter(&envelope->reverse_path, keyword);
}

/* Integers have a sign here. */
static json_t *json_size(const struct cmta_envelope *envelope) {
  if (!is_given(envelope, "SIZE") || envelope->declared_size > INT64_MAX)
    return json_null();
  return json_integer((json_int_t)envelope->declared_size);
}

static json_t *json_body(const struct cmta_envelope *envelope) {
  static const char *const names[] = {[CMTA_BODY_7BIT] = "7BIT",
                                      [CMTA_BODY_8BITMIME] = "8BITMIME",
                                      [CMTA_BODY_BINARYMIME] = "BINARYMIME"};
  return is_given(envelope, "BODY") ? json_string(names[envelope->body]) : json_null();
}

static json_t *json_submitter(const struct cmta_envelope *envelope) {
  return is_given(envelope, "AUTH") ? json_text(envelope->submitter) : json_null();
}

static json_t *json_return(enum cmta_return returns) {
  if (returns == CMTA_RETURN_NOT_GIVEN)
    return json_null();
  return json_string(returns == CMTA_RETURN_FULL ? "FULL" : "HDRS");
}

static json_t *json_envelope_id(const struct cmta_envelope *envelope) {
  return is_given(envelope, "ENVID") ? json_text(envelope->dsn.envelope_id) : json_null();
}

static json_t *json_deliver_by(const struct cmta_deliver_by *by) {
  if (by->mode == CMTA_BY_NOT_GIVEN)
    return json_null();
  return json_pack("{s:i, s:s, s:b}", "seconds", (int)by->seconds, "mode",
                   by->mode == CMTA_BY_NOTIFY ? "notify" : "return", "trace", (int)by->trace);
}

static json_t *json_hold(const struct cmta_future_release *release) {
  if (release->hold == CMTA_HOLD_NOT_GIVEN)
    return json_null();
  bool is_time = release->hold == CMTA_HOLD_UNTIL;
  return json_pack("{s:o, s:o}", "for", is_time ? json_null() : json_integer(release->seconds),
                   "until", is_time ? json_time(release->seconds) : json_null());
}

static json_t *json_priority(const struct cmta_envelope *envelope) {
  return envelope->has_priority ? json_integer(envelope->priority) : json_null();
}

json_t *envelope_json_from(const struct cmta_envelope *envelope) {
  const struct cmta_path *path = &envelope->reverse_path;
  return json_pack(
      "{s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b}", "address",
      json_text(path->address), "params", json_parameters(path), "size", json_size(envelope),
      "body", json_body(envelope), "smtputf8", (int)envelope->smtputf8, "auth",
      json_submitter(envelope), "ret", json_return(envelope->dsn.returns), "envid",
      json_envelope_id(envelope), "by", json_deliver_by(&envelope->deliver_by), "hold",
      json_hold(&envelope->future_release), "mt_priority", json_priority(envelope), "requiretls",
      (int)envelope->require_tls, "prdr", (int)is_given(envelope, "PRDR"));
}

/* ---- Of RCPT ---- */

static json_t *json_notify(unsigned notify) {
  static const struct {
    enum cmta_notify bit;
    const char *name;
  } names[] = {{CMTA_NOTIFY_NEVER, "NEVER"},
               {CMTA_NOTIFY_SUCCESS, "SUCCESS"},
               {CMTA_NOTIFY_FAILURE, "FAILURE"},
               {CMTA_NOTIFY_DELAY, "DELAY"}};
  if (!notify)
    return json_null();
  json_t *list = json_array();
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if ((notify & (unsigned)names[i].bit) &&
        json_array_append_new(list, json_string(names[i].name)) != 0) {
      json_decref(list);
      return NULL;
    }
  return list;
}

static json_t *json_original(const struct cmta_original_recipient *original) {
  if (original->type.length == 0)
    return json_null();
  return json_pack("{s:o, s:o}", "type", json_text(original->type), "address",
                   json_text(original->address));
}

static json_t *json_valid_since(const struct cmta_valid_since *valid) {
  if (valid->action == CMTA_RRVS_NOT_GIVEN)
    return json_null();
  return json_pack("{s:o, s:s}", "since", json_time(valid->since), "action",
                   valid->action == CMTA_RRVS_REJECT ? "reject" : "continue");
}

static json_t *json_recipient(const struct cmta_path *path) {
  return json_pack("{s:o, s:o, s:o, s:o, s:o}", "address", json_text(path->address), "params",
                   json_parameters(path), "notify", json_notify(path->notify), "orcpt",
                   json_original(&path->original_recipient), "rrvs",
                   json_valid_since(&path->valid_since));
}

json_t *envelope_json_to(const struct cmta_mail *mail) {
  json_t *recipients = json_array();
  for (size_t i = 0; i < cmta_mail_recipient_count(mail); i++)
    if (json_array_append_new(recipients, json_recipient(cmta_mail_recipient(mail, i))) != 0) {
      json_decref(recipients);
      return NULL;
    }
  return recipients;
}
