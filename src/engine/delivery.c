/* SPDX-License-Identifier: MIT */

/* Parameters that ask something of whoever delivers the message. */

#include "engine/delivery.h"

bool delivery_ret(const struct taking *taking) {
  return parameter_return(taking->value, &taking->envelope->dsn.returns);
}

bool delivery_envid(const struct taking *taking) {
  size_t length = parameter_envelope_id(taking->value, *taking->room);
  taking->envelope->dsn.envelope_id = (struct cmta_slice){*taking->room, length};
  *taking->room += length;
  return length > 0;
}

bool delivery_notify(const struct taking *taking) {
  return parameter_notify(taking->value, &taking->path->notify);
}

static bool is_ascii(struct cmta_slice text) {
  for (size_t i = 0; i < text.length; i++)
    if ((unsigned char)text.at[i] > 127)
      return false;
  return true;
}

/* Characters beyond ASCII go unencoded only with SMTPUTF8 (RFC 6533 section 3). */
bool delivery_orcpt(const struct taking *taking) {
  if (!taking->envelope->smtputf8 && !is_ascii(taking->value))
    return false;
  size_t length =
      parameter_original_recipient(taking->value, *taking->room, &taking->path->original_recipient);
  *taking->room += length;
  return length > 0;
}

bool delivery_requiretls(const struct taking *taking) {
  return taking->envelope->require_tls = true;
}

bool delivery_by(const struct taking *taking) {
  return parameter_deliver_by(taking->value, &taking->envelope->deliver_by);
}

/* Of the two of FUTURERELEASE only one may be given (RFC 4865 section 3). */
static bool hold(const struct taking *taking, enum cmta_hold kind) {
  struct cmta_future_release *release = &taking->envelope->future_release;
  bool first = release->hold == CMTA_HOLD_NOT_GIVEN;
  release->hold = kind;
  return first;
}

bool delivery_holdfor(const struct taking *taking) {
  return hold(taking, CMTA_HOLD_FOR) &&
         parameter_hold_for(taking->value, &taking->envelope->future_release.seconds);
}

bool delivery_holduntil(const struct taking *taking) {
  return hold(taking, CMTA_HOLD_UNTIL) &&
         parameter_hold_until(taking->value, &taking->envelope->future_release.seconds);
}

bool delivery_priority(const struct taking *taking) {
  taking->envelope->has_priority = true;
  return parameter_priority(taking->value, &taking->envelope->priority);
}

bool delivery_rrvs(const struct taking *taking) {
  return parameter_valid_since(taking->value, &taking->path->valid_since);
}

int64_t delivery_hold_limit(const struct cmta_settings *settings) {
  const struct cmta_clock *clock = &settings->clock;
  if (settings->max_hold_until)
    return settings->max_hold_until;
  return clock->calendar ? clock->calendar(clock->context) + settings->max_hold : INT64_MAX;
}

/* A moment that is over is no future release; without a clock nobody knows. */
static bool is_over(const struct cmta_settings *settings, int64_t moment) {
  const struct cmta_clock *clock = &settings->clock;
  return clock->calendar && moment < clock->calendar(clock->context);
}

/* What FUTURERELEASE does not allow is an error in the parameters (RFC 4865 section 4). */
static bool release_fits(const struct cmta_settings *settings,
                         const struct cmta_future_release *release) {
  switch (release->hold) {
  case CMTA_HOLD_FOR:
    return release->seconds <= settings->max_hold;
  case CMTA_HOLD_UNTIL:
    return release->seconds <= delivery_hold_limit(settings) &&
           !is_over(settings, release->seconds);
  case CMTA_HOLD_NOT_GIVEN:
    break;
  }
  return true;
}

/* A message cannot be held for longer than it may take (RFC 4865 section 5.2.2). */
static bool is_released_in_time(const struct cmta_settings *settings,
                                const struct cmta_envelope *envelope) {
  const struct cmta_future_release *release = &envelope->future_release;
  const struct cmta_deliver_by *by = &envelope->deliver_by;
  const struct cmta_clock *clock = &settings->clock;
  if (by->mode == CMTA_BY_NOT_GIVEN)
    return true;
  if (release->hold == CMTA_HOLD_UNTIL)
    return !clock->calendar || release->seconds - by->seconds <= clock->calendar(clock->context);
  return release->hold == CMTA_HOLD_NOT_GIVEN || release->seconds <= by->seconds;
}

void delivery_settle(struct cmta_envelope *envelope) {
  if (envelope->require_tls)
    envelope->dsn.returns = CMTA_RETURN_HEADERS;
}

enum reply_id delivery_check(const struct cmta_settings *settings,
                             const struct cmta_envelope *envelope) {
  const struct cmta_deliver_by *by = &envelope->deliver_by;
  if (!release_fits(settings, &envelope->future_release) ||
      !is_released_in_time(settings, envelope))
    return REPLY_BAD_PARAMETER;
  if (by->mode == CMTA_BY_RETURN && (unsigned)by->seconds < settings->min_deliver_by)
    return REPLY_BY_TOO_SOON;
  return REPLY_NONE;
}
