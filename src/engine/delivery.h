/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_DELIVERY_H
#define CMTA_ENGINE_DELIVERY_H

/* What clients ask for the delivery of a message: the parameters of DSN, REQUIRETLS, DELIVERBY,
 * FUTURERELEASE, MT-PRIORITY and RRVS, and what is within the limits of the settings. */

#include "engine/session.h"

/* A parameter in hand: what it says goes into envelope or path, and what is decoded to *room. */
struct taking {
  struct cmta_slice value;
  char **room;
  struct cmta_path *path;
  struct cmta_envelope *envelope;
};

/* Functions of rows in parameters.c: one a parameter. False when it is malformed. */
bool delivery_ret(const struct taking *taking);
bool delivery_envid(const struct taking *taking);
bool delivery_notify(const struct taking *taking);
bool delivery_orcpt(const struct taking *taking);
bool delivery_requiretls(const struct taking *taking);
bool delivery_by(const struct taking *taking);
bool delivery_holdfor(const struct taking *taking);
bool delivery_holduntil(const struct taking *taking);
bool delivery_priority(const struct taking *taking);
bool delivery_rrvs(const struct taking *taking);

/* The last moment of HOLDUNTIL, in seconds since 1970-01-01T00:00:00Z; INT64_MAX where neither
   settings nor a clock say. */
int64_t delivery_hold_limit(const struct cmta_settings *settings);

/* Has what the parameters of MAIL say agree: RET=FULL counts for nothing with REQUIRETLS (RFC 8689
   section 5). */
void delivery_settle(struct cmta_envelope *envelope);

/* REPLY_NONE when the settings' limits allow what an envelope asks for, or why not. */
enum reply_id delivery_check(const struct cmta_settings *settings,
                             const struct cmta_envelope *envelope);

#endif
